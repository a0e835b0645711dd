import type { ShownMessage } from "../core/events.ts";
import type { Message } from "../model/model.ts";

/** A message without the bytes that go along with it. */
export function shownMessage(message: Message): ShownMessage {
  const { role, content, attachments = [] } = message;
  const shown: ShownMessage = { role, content, ...toolFacts(message) };
  if (attachments.length === 0) return shown;
  const files = attachments.map(({ mediaType, name, data }) => ({
    media_type: mediaType,
    name,
    bytes: Buffer.byteLength(data, "base64"),
  }));
  return { ...shown, attachments: files };
}

function toolFacts(message: Message): Partial<ShownMessage> {
  if (message.role === "tool") return { call: message.call.id, failed: message.failed };
  if (message.role !== "assistant" || message.calls === undefined) return {};
  return {
    calls: message.calls.map(({ id, name, arguments: written }) => ({
      id,
      name,
      arguments: written,
    })),
  };
}
