import type { Attachment } from "../model/attachment.ts";
import type { Fault } from "./fault.ts";

/** A file that a model takes in, read and known. */
export interface Media {
  readonly attachment: Attachment;
  /** Its length in bytes. */
  readonly size: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly digest: string;
  /** How prompts call it; null where it came without a name. */
  readonly name: string | null;
}

export type MediaReading = { readonly ok: true; readonly media: Media } | Fault;
