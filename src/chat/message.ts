import { MEBIBYTE, readRegularFile } from "../config/regular-file.ts";
import { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import type { Attachment } from "../model/attachment.ts";
import type { ChatTurn } from "../store/chats.ts";
import type { MediaReader } from "../media/media.ts";

/** What the user says in one turn. */
export interface UserMessage {
  /** As the user wrote it. */
  readonly text: string;
  /** Goes along with it. @default none */
  readonly files?: readonly AttachedFile[];
  /** The program's input, where it opens a program's chat. @default made of the text */
  readonly input?: JsonObject;
}

/** A text as it is sent, or a picture, sound or document. */
export type AttachedFile =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly attachment: Attachment };

const MEDIA = ["image/*", "audio/*", "application/pdf"];
/** Larger files hold nothing that a model could be given. */
const MOST_BYTES = 256 * MEBIBYTE;

/** A file that the user named. @throws {ModullmError} RLLM_016 */
export async function readAttachment(path: string, media: MediaReader): Promise<AttachedFile> {
  const file = await readRegularFile(path, MOST_BYTES);
  if (!file.ok) throw cannotAttach(path, file.reason);
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return attachedFile(file.bytes, name, media);
}

/** A file by its bytes: UTF-8 is text. @throws {ModullmError} RLLM_016 */
export function attachedFile(bytes: Uint8Array, name: string, media: MediaReader): AttachedFile {
  const text = textOf(bytes);
  if (text !== null) return { name, text: sentFile(name, text) };
  const data = `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`;
  const reading = media.decode(data, MEDIA);
  if (!reading.ok) throw cannotAttach(name, `it ${reading.reason}, or text as UTF-8`, reading.hint);
  return { name, attachment: { ...reading.media.attachment, name } };
}

/** What the model is sent: the texts of files, then what the user wrote. */
export function contentOf({ text, files = [] }: UserMessage): string {
  const texts = files.flatMap((file) => ("text" in file ? [file.text] : []));
  return [...texts, text].filter((part) => part !== "").join("\n\n");
}

/** The input of the message's program. */
export function inputOf(message: UserMessage): JsonObject {
  const files = attachmentsOf(message).map(
    ({ mediaType, data }) => `data:${mediaType};base64,${data}`,
  );
  return { message: contentOf(message), ...(files.length === 0 ? {} : { files }) };
}

/** The message of a turn that was kept. */
export function messageOf({ text, input, messages, files }: ChatTurn): UserMessage {
  if (input !== null) return { text, input };
  const [asked] = messages;
  const { content = text, attachments = [] } = asked ?? {};
  const media = attachments.map((attachment) => ({ name: attachment.name, attachment }));
  const isNamed = (name: string): boolean => media.some((file) => file.name === name);
  // The texts of all files stand together before what the user wrote: the first one has them here.
  const before = content.slice(0, content.length - text.length).trimEnd();
  const texts = files
    .filter((name) => !isNamed(name))
    .map((name, index) => ({ name, text: index === 0 ? before : "" }));
  return { text, files: [...texts, ...media] };
}

export function namesOf({ files = [] }: UserMessage): readonly string[] {
  return files.map(({ name }) => name);
}

export function attachmentsOf({ files = [] }: UserMessage): readonly Attachment[] {
  return files.flatMap((file) => ("attachment" in file ? [file.attachment] : []));
}

function sentFile(name: string, text: string): string {
  return `<file name=${JSON.stringify(name)}>\n${text.replace(/\n$/, "")}\n</file>`;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

function cannotAttach(source: string, reason: string, hint: string | null = null): ModullmError {
  return new ModullmError("RLLM_016", `Cannot attach "${source}": ${reason}`, {
    details: { source, reason },
    hint: hint ?? "Attach a text, a picture, a sound or a PDF.",
  });
}
