import type {
  ResponseFunctionToolCall,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import { dataUri, modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { AssistantMessage, Message, ToolMessage } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { sentId, sentName, sentResult, sentText } from "../tools/sent.ts";

type Body = Record<string, unknown>;

/** A conversation as a list of items: messages, thoughts, calls, and results. */
export function inputItems(model: NativeModel, messages: readonly Message[]): readonly object[] {
  return messages.flatMap((message): readonly object[] => {
    if (message.role === "tool") return [resultItem(model, message)];
    if (message.role === "assistant") return assistantItems(model, message);
    const { role, content, attachments = [] } = message;
    return [{ role, content: contentOf(model, content, attachments) }];
  });
}

function assistantItems(
  { abilities }: NativeModel,
  { content, calls = [], kept = [] }: AssistantMessage,
): readonly object[] {
  const said = { role: "assistant", content };
  if (calls.length === 0) return [said];
  const thoughts = kept
    .filter(({ protocol }) => protocol === "responses")
    .flatMap(({ value }) => (Array.isArray(value) ? (value as readonly object[]) : []));
  const made = calls.map(
    (call) =>
      ({
        type: "function_call",
        call_id: sentId(call.id, abilities.callIds),
        name: sentName(call.name),
        arguments: sentText(call),
      }) satisfies ResponseFunctionToolCall,
  );
  return [...thoughts, ...(content === "" ? [] : [said]), ...made];
}

function resultItem(model: NativeModel, result: ToolMessage): object {
  const { attachments = [], call } = result;
  const text = sentResult(result);
  const files = attachments.map((attachment) => filePart(model, attachment));
  const output = [{ type: "input_text", text }, ...files];
  return {
    ...({
      type: "function_call_output",
      call_id: sentId(call.id, model.abilities.callIds),
      output: text,
    } satisfies ResponseInputItem),
    ...(files.length === 0 ? {} : { output }),
  };
}

function contentOf(
  model: NativeModel,
  text: string,
  attachments: readonly Attachment[],
): string | readonly Body[] {
  if (attachments.length === 0) return text;
  const files = attachments.map((attachment) => filePart(model, attachment));
  return [...files, { type: "input_text", text }];
}

/** @throws {ModullmError} RLLM_017 for a file that is not taken there */
function filePart(model: NativeModel, attachment: Attachment): Body {
  const modality = modalityOf(attachment);
  const takes = model.abilities.input ?? ["image", "audio", "pdf"];
  if (modality === null || !takes.includes(modality))
    throw notTaken(model.callee, attachment, takes);
  if (modality === "image")
    return { type: "input_image", image_url: dataUri(attachment), detail: "auto" };
  if (modality === "pdf")
    return { type: "input_file", filename: attachment.name, file_data: dataUri(attachment) };
  const format =
    attachment.mediaType === "audio/mpeg"
      ? "mp3"
      : attachment.mediaType.replace(/^audio\/(x-)?/, "");
  return { type: "input_audio", input_audio: { data: attachment.data, format } };
}
