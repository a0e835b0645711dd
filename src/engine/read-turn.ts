import type { Reading } from "../answer/answer.ts";
import type { JsonObject } from "../core/json.ts";
import type { ModelRequest } from "../model/model.ts";
import type { Asked, Reply } from "./no-answer.ts";
import { readReply } from "./read-reply.ts";
import type { Run } from "./state.ts";
import type { Turn } from "./tools/turn.ts";

/** What a whole reply says. */
export type Said =
  | { readonly ok: true; readonly value: JsonObject }
  /** Tools are called in place of an answer. */
  | { readonly ok: true; readonly turn: Turn }
  | {
      readonly ok: false;
      readonly refusal: Extract<Reading, { ok: false }>;
      readonly text: string;
    };

/**
 * Reads a reply: an answer, or calls of tools.
 * @param tools what the model could call; null: nothing
 * @throws {ModullmError} as `readReply` does
 */
export function readTurn(
  run: Run,
  reply: Reply,
  asked: Asked,
  tools: NonNullable<ModelRequest["tools"]> | null,
): { readonly outcome: Said; readonly edits: readonly string[] } {
  if (tools !== null && isTurn(reply, tools)) return { outcome: turnOf(reply), edits: [] };
  const reading = readReply(run, tools === null ? reply : withoutCalls(reply), asked);
  const edits = reading.edits.map((edit) => edit.rule);
  const outcome: Said = reading.ok
    ? { ok: true, value: reading.value as JsonObject }
    : { ok: false, refusal: reading, text: reply.text ?? "" };
  return { outcome, edits };
}

/** Where nothing may be called any more, a text beside a call is taken for the answer. */
function isTurn(
  { calls, text, finish }: Reply,
  { choice }: NonNullable<ModelRequest["tools"]>,
): boolean {
  if (calls.length === 0 || finish?.reason === "content-filter") return false;
  return choice !== "none" || text === null || text.trim() === "";
}

function turnOf({ text, calls, dropped, kept, files, finish }: Reply): Said {
  const cut = finish?.reason === "length";
  return { ok: true, turn: { text: text ?? "", calls, dropped, kept, files, cut } };
}

function withoutCalls(reply: Reply): Reply {
  return reply.finish === null ? reply : { ...reply, finish: { ...reply.finish, called: [] } };
}
