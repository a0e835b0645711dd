import type { ShownCall, ShownMessage, ShownTools } from "../core/events.ts";
import type { Message, ModelRequest } from "../model/model.ts";
import type { ToolCall } from "../model/tool.ts";

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

/** A call without what only its provider reads. */
export function shownCall({ id, name, arguments: written }: ToolCall): ShownCall {
  return { id, name, arguments: written };
}

export function shownTools({ offers, choice }: NonNullable<ModelRequest["tools"]>): ShownTools {
  const names = offers.map(({ name }) => name);
  return { names, choice: typeof choice === "string" ? choice : choice.name };
}

function toolFacts(message: Message): Partial<ShownMessage> {
  if (message.role === "tool") return { call: message.call.id, failed: message.failed };
  if (message.role !== "assistant" || message.calls === undefined) return {};
  return { calls: message.calls.map(shownCall) };
}
