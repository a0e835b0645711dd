import type { ShownMessage } from "../core/events.ts";
import type { Message } from "../model/model.ts";

/** A message without the bytes that go along with it. */
export function shownMessage({ role, content, attachments = [] }: Message): ShownMessage {
  if (attachments.length === 0) return { role, content };
  const shown = attachments.map(({ mediaType, name, data }) => ({
    media_type: mediaType,
    name,
    bytes: Buffer.byteLength(data, "base64"),
  }));
  return { role, content, attachments: shown };
}
