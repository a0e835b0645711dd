import type {
  ChatCompletionContentPart,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionToolMessageParam,
} from "openai/resources/chat/completions";
import { isObject } from "../../core/json.ts";
import { dataUri, modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { AssistantMessage, Message, ToolMessage } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ToolCall } from "../tool.ts";
import { filesOf, sentId, sentName, sentResult, sentText, turnsOf } from "../tools/sent.ts";

/**
 * What `input_audio.format` may say to OpenAI itself, as the types of its package (6.49) have it;
 * other servers take more.
 */
const OPENAI_FORMATS = ["wav", "mp3"];
const FORMATS: Readonly<Record<string, string>> = { "audio/mpeg": "mp3", "audio/mp4": "m4a" };

/**
 * The messages as the chat protocol has them: text alone as a string, with files as a list of
 * parts. A result is text alone, so its files follow in a message of the user.
 */
export function chatMessages(messages: readonly Message[], model: NativeModel): readonly object[] {
  return turnsOf(messages).flatMap((turn): readonly object[] => {
    if (!("role" in turn)) return toolMessages(turn, model);
    if (turn.role === "assistant") return [assistantMessage(turn, model)];
    const { role, content, attachments = [] } = turn;
    return [{ role, content: contentOf(content, attachments, model) }];
  });
}

/** What a model gave beside its text is not sent back: no server of this protocol takes it. */
function assistantMessage(
  { content, calls = [], kept = [] }: AssistantMessage,
  { abilities, endpoint }: NativeModel,
): object {
  if (calls.length === 0) return { role: "assistant", content };
  const { protocol } = endpoint.quirks;
  const back = abilities.thoughtsBack ?? "";
  const thoughts = kept
    .filter(({ protocol: whose }) => whose === protocol)
    .map(({ value }) => (isObject(value) ? value[back] : undefined))
    .find((value) => value !== undefined);
  const withSignature = (call: ToolCall): object =>
    call.signature === undefined || endpoint.provider !== "google"
      ? {}
      : { extra_content: { google: { thought_signature: call.signature } } };
  return {
    role: "assistant",
    content: content === "" ? null : content,
    ...(thoughts === undefined ? {} : { [back]: thoughts }),
    tool_calls: calls.map((call) => ({
      ...({
        id: sentId(call.id, abilities.callIds),
        type: "function",
        function: { name: sentName(call.name), arguments: sentText(call) },
      } satisfies ChatCompletionMessageFunctionToolCall),
      ...withSignature(call),
    })),
  };
}

function toolMessages(results: readonly ToolMessage[], model: NativeModel): readonly object[] {
  const { callIds } = model.abilities;
  const texts = results.map(
    (result) =>
      ({
        role: "tool",
        tool_call_id: sentId(result.call.id, callIds),
        content: sentResult(result),
      }) satisfies ChatCompletionToolMessageParam,
  );
  const files = results
    .filter(({ attachments = [] }) => attachments.length > 0)
    .map((result) => ({
      role: "user",
      content: contentOf(filesOf(result), result.attachments ?? [], model),
    }));
  return [...texts, ...files];
}

function contentOf(
  text: string,
  attachments: readonly Attachment[],
  model: NativeModel,
): string | readonly object[] {
  if (attachments.length === 0) return text;
  const files = attachments.map((attachment) => filePart(attachment, model));
  return [...files, { type: "text", text }];
}

/** @throws {ModullmError} RLLM_017 for a file that is not taken there */
function filePart(attachment: Attachment, { abilities, callee, endpoint }: NativeModel): object {
  const modality = modalityOf(attachment);
  const takes = abilities.input ?? ["image", "audio", "pdf"];
  const refuse = (): Error => notTaken(callee, attachment, takes);
  if (modality === null || !takes.includes(modality)) throw refuse();
  if (modality === "image")
    return {
      type: "image_url",
      image_url: { url: dataUri(attachment) },
    } satisfies ChatCompletionContentPart;
  if (modality === "pdf")
    return {
      type: "file",
      file: { filename: attachment.name, file_data: dataUri(attachment) },
    } satisfies ChatCompletionContentPart;
  const format = FORMATS[attachment.mediaType] ?? attachment.mediaType.slice("audio/".length);
  const strict = endpoint.provider === "openai" || endpoint.provider === "azure";
  if (strict && !OPENAI_FORMATS.includes(format)) throw refuse();
  return { type: "input_audio", input_audio: { data: attachment.data, format } };
}
