import type { Message as ChatMessage } from "ollama/browser";
import { isObject } from "../../core/json.ts";
import { modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { AssistantMessage, Message, ToolMessage } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { filesOf, sentArguments, sentName, sentResult, turnsOf } from "../tools/sent.ts";

/** What newer servers know of a call beside what the package's types have. */
interface OllamaMessage extends ChatMessage {
  readonly tool_call_id?: string;
}

/** The messages as Ollama has them; pictures of results follow them in a message of the user. */
export function ollamaMessages(model: NativeModel, messages: readonly Message[]): OllamaMessage[] {
  return turnsOf(messages).flatMap((turn): readonly OllamaMessage[] => {
    if (!("role" in turn)) return resultMessages(model, turn);
    if (turn.role === "assistant") return [assistantMessage(turn)];
    const { role, content, attachments = [] } = turn;
    return [{ role, content, ...picturesOf(model, attachments) }];
  });
}

function assistantMessage({ content, calls = [], kept = [] }: AssistantMessage): OllamaMessage {
  if (calls.length === 0) return { role: "assistant", content };
  const thought = kept
    .filter(({ protocol }) => protocol === "ollama")
    .map(({ value }) => (isObject(value) ? value["thinking"] : undefined))
    .find((value) => typeof value === "string");
  return {
    role: "assistant",
    content,
    ...(thought === undefined ? {} : { thinking: thought }),
    tool_calls: calls.map((call) => {
      const called = { name: sentName(call.name), arguments: { ...sentArguments(call) } };
      return { id: call.id, function: called };
    }),
  };
}

function resultMessages(
  model: NativeModel,
  results: readonly ToolMessage[],
): readonly OllamaMessage[] {
  const texts = results.map((result) => ({
    role: "tool",
    content: sentResult(result),
    tool_name: sentName(result.call.name),
    tool_call_id: result.call.id,
  }));
  const pictures = results
    .filter(({ attachments = [] }) => attachments.length > 0)
    .map((result) => ({
      role: "user",
      content: filesOf(result),
      ...picturesOf(model, result.attachments ?? []),
    }));
  return [...texts, ...pictures];
}

/**
 * Pictures only, as base64 beside the text. @throws {ModullmError} RLLM_017 for any other file
 */
function picturesOf(
  model: NativeModel,
  attachments: readonly Attachment[],
): { readonly images?: string[] } {
  if (attachments.length === 0) return {};
  const images = attachments.map((attachment) => {
    if (modalityOf(attachment) === "image") return attachment.data;
    throw notTaken(model.callee, attachment, ["image"]);
  });
  return { images };
}
