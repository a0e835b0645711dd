import type { Json } from "../core/json.ts";
import { blanksEnd } from "./call-marks.ts";
import type { SaidCall } from "./call-value.ts";
import { natural } from "./natural.ts";
import { newCoercion } from "./coerce.ts";
import { isPlain } from "./candidate.ts";
import { parseValue } from "./parse.ts";
import { newCursor } from "./scan.ts";

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
const KEY = /^([\p{L}_]\w{0,80})\s*=(?!=)\s*/u;
const MAX_HEAD = 120;

function callAt(
  text: string,
  from: number,
  budget: Budget,
): { said: SaidCall; end: number } | null {
  const head = HEAD.exec(text.slice(from, from + MAX_HEAD));
  if (!head) return null;
  const entries = new Map<string, Json>();
  let at = blanksEnd(text, from + head[0].length);
  while (text[at] !== ")") {
    const key = KEY.exec(text.slice(at, at + MAX_HEAD));
    if (!key || entries.has(key[1] ?? "")) return null;
    const argument = argumentAt(text, at + key[0].length, budget);
    if (!argument) return null;
    entries.set(key[1] ?? "", argument.value);
    at = blanksEnd(text, argument.end);
    if (text[at] === ",") at = blanksEnd(text, at + 1);
    else if (text[at] !== ")") return null;
  }
  const said = {
    name: head[1] ?? "",
    arguments: Object.fromEntries(entries),
    hasArguments: true,
    edits: [],
  };
  return { said, end: at + 1 };
}

/** A literal, as Python or JSON writes it. */
function argumentAt(
  text: string,
  from: number,
  budget: Budget,
): { value: Json; end: number } | null {
  if (budget.left <= 0) return null;
  const cursor = newCursor(text, from, text.length, false);
  cursor.stack.push("(");
  const node = parseValue(cursor, "item");
  budget.left -= cursor.at - from;
  if (!node || cursor.failed || !isPlain(cursor.edits, "safe")) return null;
  if (node.kind === "text" && !node.quoted && !LITERAL.test(node.text)) return null;
  const outcome = natural(newCoercion(cursor, {}, { level: "safe", partial: false }), node, null);
  return outcome && { value: outcome.value as Json, end: cursor.at };
}

const LITERAL = /^(?:True|False|None|true|false|null|-?\d[\d.eE+-]*)$/;
