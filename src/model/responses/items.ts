import { objectsIn } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import type { ModelPart } from "../model.ts";
import type { CallPiece } from "../tools/call-list.ts";

type Item = Readonly<Record<string, unknown>>;

/** The call that an item of the output is; none where it is another thing. */
export function callPiece(item: Item): readonly CallPiece[] {
  const { type, call_id: id, name } = item;
  if (type === "function_call") return [{ key: item, id, name, arguments: item["arguments"] }];
  return type === "custom_tool_call" ? [{ key: item, id, name, arguments: item["input"] }] : [];
}

/** The picture that an item is, as base64; null where it is another thing. */
export function pictureIn({ type, result }: Item): string | null {
  const isPicture = type === "image_generation_call" && typeof result === "string";
  return isPicture && result !== "" ? result : null;
}

/**
 * Thoughts go back with the calls they led to. As nothing is kept at the server, only those can
 * that it has sent: encrypted, or in plain text.
 */
export function keptPart(items: readonly Item[], last: readonly ModelPart[]): readonly ModelPart[] {
  if (!last.some(({ type }) => type === "tool-call")) return [];
  const value = items.filter(isThought).map((item): Json => {
    const { type, id, summary, content, encrypted_content: encrypted } = item;
    return fields({ type, id, summary: summary ?? [], content, encrypted_content: encrypted });
  });
  return value.length === 0 ? [] : [{ type: "kept", kept: { protocol: "responses", value } }];
}

function isThought(item: Item): item is Record<string, Json> {
  if (item["type"] !== "reasoning") return false;
  return typeof item["encrypted_content"] === "string" || objectsIn(item["content"]).length > 0;
}

function fields(value: Readonly<Record<string, Json | undefined>>): Json {
  const entries = Object.entries(value).flatMap(([key, item]) =>
    item === undefined || item === null ? [] : [[key, item] as const],
  );
  return Object.fromEntries(entries);
}
