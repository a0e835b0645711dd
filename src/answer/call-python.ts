import { isObject, type JsonObject } from "../core/json.ts";
import { blanksEnd } from "./call-marks.ts";
import { parseArguments } from "./called.ts";
import type { SaidCall } from "./call-value.ts";
import { natural } from "./natural.ts";
import { newCoercion } from "./coerce.ts";
import { isPlain } from "./candidate.ts";
import { parseValue } from "./parse.ts";
import { newCursor } from "./scan.ts";
import { objectNode } from "./tree.ts";

/** How many characters may still be read. */
interface Budget {
  left: number;
}

/** Calls in Python's spelling. */
interface PythonCalls {
  readonly said: readonly SaidCall[];
  readonly end: number;
}

/** `f(a=1)` or `[f(a=1), g()]` at an offset. `f.call(…)` is a call of `f`. */
export function pythonCallsAt(text: string, from: number, budget: Budget): PythonCalls | null {
  if (text[from] !== "[") {
    const call = callAt(text, from, budget);
    return call && { said: [call.said], end: call.end };
  }
  const said: SaidCall[] = [];
  let at = from + 1;
  for (;;) {
    const call = callAt(text, blanksEnd(text, at), budget);
    if (!call) return null;
    said.push(call.said);
    at = blanksEnd(text, call.end);
    if (text[at] === "]") return { said, end: at + 1 };
    if (text[at] !== ",") return null;
    at++;
  }
}

const HEAD = /^([\p{L}_][\w.-]{0,80}?)(?:\.call)?\(/u;
const MAX_HEAD = 120;

function callAt(
  text: string,
  from: number,
  budget: Budget,
): { said: SaidCall; end: number } | null {
  const [head, name = ""] = HEAD.exec(text.slice(from, from + MAX_HEAD)) ?? [];
  if (head === undefined || budget.left <= 0) return null;
  const cursor = newCursor(text, from + head.length, text.length, false);
  cursor.stack.push("(");
  const members = parseArguments(cursor, parseValue);
  budget.left -= cursor.at - from;
  if (!members || !isPlain(cursor.edits, "safe")) return null;
  if (new Set(members.map(({ key }) => key)).size < members.length) return null;
  const coercion = newCoercion(cursor, {}, { level: "safe", partial: false });
  const outcome = natural(coercion, objectNode(members, from, cursor.at), null);
  if (!isObject(outcome?.value)) return null;
  const said = { name, arguments: outcome.value as JsonObject, hasArguments: true, edits: [] };
  return { said, end: cursor.at + 1 };
}
