/** A file as a model takes it in. An adapter makes the provider's content part of it. */
export interface Attachment {
  /** As its bytes show it: `image/png`, `audio/wav`, `application/pdf`. */
  readonly mediaType: string;
  /** Base64, without line breaks. */
  readonly data: string;
  /** For servers that want a file name. */
  readonly name: string;
}
