import type { ChatCompletionContentPart } from "openai/resources/chat/completions";
import { dataUri, modalityOf, notTaken } from "../attachments.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Attachment } from "../attachment.ts";
import type { Message } from "../model.ts";
import type { Modality } from "../quirks.ts";
import { calleeOf } from "./address.ts";

/** Where a message goes, and what is taken there beside text; null where that is not known. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly input: readonly Modality[] | null;
}

/**
 * What `input_audio.format` may say to OpenAI itself, as the types of its package (6.49) have it;
 * other servers take more.
 */
const OPENAI_FORMATS = ["wav", "mp3"];
const FORMATS: Readonly<Record<string, string>> = { "audio/mpeg": "mp3", "audio/mp4": "m4a" };

/** A message as the chat protocol has it: text alone as a string, with files as a list of parts. */
export function chatMessage({ role, content, attachments = [] }: Message, target: Target): object {
  if (attachments.length === 0) return { role, content };
  const files = attachments.map((attachment) => filePart(attachment, target));
  return { role, content: [...files, { type: "text", text: content }] };
}

/** @throws {ModullmError} RLLM_017 for a file that is not taken there */
function filePart(attachment: Attachment, target: Target): object {
  const modality = modalityOf(attachment);
  const takes = target.input ?? ["image", "audio", "pdf"];
  const refuse = (): Error =>
    notTaken(calleeOf(target.endpoint, target.name, {}), attachment, takes);
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
  const strict = target.endpoint.provider === "openai" || target.endpoint.provider === "azure";
  if (strict && !OPENAI_FORMATS.includes(format)) throw refuse();
  return { type: "input_audio", input_audio: { data: attachment.data, format } };
}
