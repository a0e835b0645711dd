import type { ChatMessage, ChatParams, ToolCall } from "../../plugins/sdk/protocol.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { JsonSchema } from "../contract/contract.ts";
import type { Attachment } from "../model/attachment.ts";
import type { Kept, Message, ModelRequest } from "../model/model.ts";
import type { ToolCall as ModelToolCall } from "../model/tool.ts";

/** Parameters that are the host's to keep. */
const STEERING = new Set(["timeout", "stream"]);

/** What a plugin is told of a chat. */
export function chatParams(
  { plugin, model }: { readonly plugin: string; readonly model: string },
  { messages, params, schema, stream, tools }: ModelRequest,
): ChatParams {
  return {
    model,
    messages: messages.map((message) => sentMessage(message, plugin)),
    params: sentParams(params),
    schema: Object.keys(schema).length === 0 ? null : sentSchema(schema),
    stream,
    ...(tools === undefined
      ? {}
      : {
          tools: tools.offers.map(({ name, description, input }) => ({
            name,
            description,
            input: sentSchema(input),
          })),
          tool_choice: tools.choice,
          parallel: tools.parallel,
        }),
  };
}

/** Whether a request holds what only version 2 of the protocol has. */
export function holdsTools({ messages, tools }: ModelRequest): boolean {
  return (
    tools !== undefined ||
    messages.some(
      (message) =>
        message.role === "tool" || (message.role === "assistant" && message.calls !== undefined),
    )
  );
}

/** What a plugin wants back goes to that plugin alone. */
export function keptOf(plugin: string, value: Json): Kept {
  return { protocol: "plugin", value: { plugin, value } };
}

function sentMessage(message: Message, plugin: string): ChatMessage {
  const { content } = message;
  const files = sentAttachments(message.attachments);
  if (message.role === "tool") {
    const { call, failed } = message;
    return { role: "tool", content, ...files, call: { id: call.id, name: call.name }, failed };
  }
  if (message.role !== "assistant") return { role: message.role, content, ...files };
  const { calls = [], kept = [] } = message;
  const own = kept.flatMap((each) => ownValue(each, plugin));
  return {
    role: "assistant",
    content,
    ...files,
    ...(calls.length === 0 ? {} : { calls: calls.map(sentCall) }),
    ...(own.length === 0 ? {} : { kept: own }),
  };
}

function sentCall({ id, name, arguments: written, signature }: ModelToolCall): ToolCall {
  return { id, name, arguments: written, ...(signature === undefined ? {} : { signature }) };
}

function ownValue({ protocol, value }: Kept, plugin: string): readonly Json[] {
  if (protocol !== "plugin" || !isObject(value) || value["plugin"] !== plugin) return [];
  return [value["value"] ?? null];
}

function sentAttachments(files: readonly Attachment[] = []): Pick<ChatMessage, "attachments"> {
  if (files.length === 0) return {};
  return {
    attachments: files.map(({ mediaType, data, name }) => ({ media_type: mediaType, data, name })),
  };
}

function sentParams(params: ModelRequest["params"]): JsonObject {
  const sent = Object.entries(params).filter(
    ([key, value]) => !STEERING.has(key) && value !== undefined && value !== null,
  );
  // They were read from YAML or JSON.
  return Object.fromEntries(sent) as JsonObject;
}

function sentSchema(schema: JsonSchema): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was read from YAML or JSON
  return schema as JsonObject;
}
