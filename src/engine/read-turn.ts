import type { Reading } from "../answer/answer.ts";
import { readAnswer } from "../answer/read.ts";
import { type Json, type JsonObject, writeJson } from "../core/json.ts";
import type { ModelRequest } from "../model/model.ts";
import type { Asked, Reply } from "./no-answer.ts";
import { readReply } from "./read-reply.ts";
import type { Run } from "./state.ts";
import { MOST_CALLS, type Turn } from "./tools/turn.ts";

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

type Tools = NonNullable<ModelRequest["tools"]>;

interface ReadTurn {
  readonly outcome: Said;
  /** Rules that reading it needed. */
  readonly edits: readonly string[];
}

/**
 * Reads a reply: an answer, or calls of tools.
 * @param tools what the model could call; null: nothing
 * @throws {ModullmError} as `readReply` does
 */
export async function readTurn(
  run: Run,
  reply: Reply,
  asked: Asked,
  { tools, attempt }: { readonly tools: Tools | null; readonly attempt: number },
): Promise<ReadTurn> {
  if (tools === null) return readOutcome(run, reply, asked);
  if (isTurn(reply, tools)) return { outcome: turnOf(reply), edits: [] };
  const spoken = withoutCalls(reply);
  return (await readWritten(run, spoken, tools, attempt)) ?? readOutcome(run, spoken, asked);
}

function readOutcome(run: Run, reply: Reply, asked: Asked): ReadTurn {
  const reading = readReply(run, reply, asked);
  const edits = reading.edits.map((edit) => edit.rule);
  const outcome: Said = reading.ok
    ? { ok: true, value: reading.value as JsonObject }
    : { ok: false, refusal: reading, text: reply.text ?? "" };
  return { outcome, edits };
}

/** Calls that stand in the text, where it isn't the answer as it is; null where there are none. */
async function readWritten(
  run: Run,
  reply: Reply,
  tools: Tools,
  attempt: number,
): Promise<ReadTurn | null> {
  const { text, finish } = reply;
  if (tools.choice === "none" || text === null || finish?.reason === "content-filter") return null;
  const { output, answer } = run.loaded.program;
  const isJson = answer === "json";
  if (isJson && readAnswer(text, output, { root: "object", repair: "off" }).ok) return null;
  const { readToolCalls } = await import("../answer/tool-calls.ts");
  const written = readToolCalls(text, { tools: tools.offers.map(({ name }) => name) });
  if (written.calls.length === 0) return null;
  const calls = written.calls.map(({ name, arguments: input }, index) => ({
    id: `text_${attempt}_${index + 1}`,
    name,
    arguments: writeJson(input),
  }));
  const { rest, edits } = written;
  const message = `${calls.length} calls were read from the text of the reply`;
  run.emit({ type: "note", kind: "repair", message, data: { edits } as unknown as Json });
  const [made, dropped] = [calls.slice(0, MOST_CALLS), Math.max(0, calls.length - MOST_CALLS)];
  const outcome = turnOf({ ...reply, text: rest.trim(), calls: made, dropped });
  return { outcome, edits: edits.map((edit) => edit.rule) };
}

/** Where nothing may be called any more, a text beside a call is taken for the answer. */
function isTurn({ calls, text, finish }: Reply, { choice }: Tools): boolean {
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
