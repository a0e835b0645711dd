import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Edit } from "./answer.ts";
import { editsOf, isPlain } from "./candidate.ts";
import { newCoercion } from "./coerce.ts";
import { natural } from "./natural.ts";
import { notesOf } from "./outcome.ts";
import { parseValue } from "./parse.ts";
import { blankEnd, newCursor, type Cursor } from "./scan.ts";
import { ABOUT_CALLS, ARGUMENTS, CALLED, CALLS } from "./tool-call.ts";
import type { Node, ParseEdit } from "./tree.ts";

/** A value that stands in a text, read with edits that leave no doubt. */
export interface ReadValue {
  readonly value: Json;
  readonly end: number;
  readonly edits: readonly Edit[];
}

export interface ValueBounds {
  /** Where the value ends at the latest, if it isn't valid JSON. */
  readonly to: number;
  /** A mark stands at `to` that says that the call ends there. */
  readonly isClosed: boolean;
  /**
   * How many characters may still be read strictly, so that all together are read in linear time.
   */
  readonly budget: { left: number };
}

/** The object or list at `from`: "cut" where the text ends in it, null where it can't be read. */
export function valueAt(text: string, from: number, bounds: ValueBounds): ReadValue | "cut" | null {
  return strictValue(text, from, bounds.budget) ?? looseValue(text, from, bounds);
}

/** Valid JSON, whatever marks stand in its strings. */
function strictValue(text: string, from: number, budget: { left: number }): ReadValue | null {
  if (budget.left <= 0) return null;
  const cursor = newCursor(text, from, text.length, false, true);
  const node = parseValue(cursor, "top");
  budget.left -= cursor.at - from;
  return node && !cursor.failed && node.kind !== "text" ? plainValue(cursor, node) : null;
}

function looseValue(text: string, from: number, bounds: ValueBounds): ReadValue | "cut" | null {
  const { to, isClosed } = bounds;
  const cursor = newCursor(text, from, to, false);
  const node = parseValue(cursor, "top");
  if (!node || cursor.failed || node.kind === "text") return null;
  if (node.open && !isClosed) return "cut";
  if (blankEnd(cursor, cursor.at) < to) return null;
  const isAround = node.open && isOpenAround(node);
  const isClosing = (edit: ParseEdit): boolean => edit.rule === "missing-closer" && edit.from >= to;
  return plainValue(
    cursor,
    node,
    isAround ? cursor.edits.filter((edit) => !isClosing(edit)) : cursor.edits,
  );
}

/**
 * Only what is around the arguments was not closed: the mark behind it says that nothing follows.
 */
function isOpenAround(node: Node): boolean {
  if (node.kind === "array") return node.items.every((item) => !item.open || isOpenAround(item));
  if (node.kind === "text") return false;
  const handed = node.members.find(({ key }) => ARGUMENTS.has(key));
  return handed !== undefined && handed === node.members.at(-1) && !handed.value.open;
}

function plainValue(
  cursor: Cursor,
  node: Node,
  parseEdits: readonly ParseEdit[] = [],
): ReadValue | null {
  if (!isPlain(parseEdits, "safe")) return null;
  const outcome = natural(newCoercion(cursor, {}, { level: "safe", partial: false }), node, null);
  if (!outcome) return null;
  const source = { rung: "call", node, cursor, cost: 0 };
  const notes = notesOf(outcome.notes);
  const edits = editsOf({ source, value: null, cost: 0, parseEdits, notes, lost: [] });
  return { value: outcome.value as Json, end: cursor.at, edits };
}

/** A call as an object says it; `arguments` is null where they can't be read. */
export interface SaidCall {
  readonly name: string;
  readonly arguments: JsonObject | null;
  /** Something stands there for them. */
  readonly hasArguments: boolean;
  readonly edits: readonly Edit[];
}

/**
 * The calls that a value holds: `{"name": …, "arguments": …}`, a list of such; null if it has
 * others.
 */
export function callsIn(value: Json): SaidCall[] | null {
  if (Array.isArray(value)) {
    const calls = value.map((item: Json) => callIn(item));
    return calls.length > 0 ? (calls.every((call) => call !== null) ? calls : null) : null;
  }
  if (!isObject(value)) return null;
  const [only, ...others] = Object.keys(value);
  if (only !== undefined && others.length === 0 && CALLS.has(only)) {
    const inner = value[only];
    return inner === undefined ? null : callsIn(inner);
  }
  const call = callIn(value);
  return call && [call];
}

function callIn(value: Json): SaidCall | null {
  if (!isObject(value)) return null;
  let name: string | undefined;
  let handed: Json | undefined;
  for (const [key, said] of Object.entries(value)) {
    if (key === "function" && isObject(said)) return callIn(said);
    if (CALLED.has(key) && typeof said === "string" && name === undefined) name = said;
    else if (ARGUMENTS.has(key) && handed === undefined) handed = said;
    else if (!ABOUT_CALLS.has(key)) return null;
  }
  return name === undefined
    ? null
    : { name, hasArguments: handed !== undefined, ...argumentsOf(handed) };
}

/** Nothing handed over is an empty object; text may hold one. */
function argumentsOf(handed: Json | undefined): Pick<SaidCall, "arguments" | "edits"> {
  if (handed === undefined || handed === null || handed === "") return { arguments: {}, edits: [] };
  if (isObject(handed)) return { arguments: handed, edits: [] };
  if (typeof handed !== "string") return { arguments: null, edits: [] };
  const bounds = { to: handed.length, isClosed: true, budget: { left: handed.length } };
  const read = valueAt(handed, blankEnd(newCursor(handed, 0, handed.length, false), 0), bounds);
  if (
    read === null ||
    read === "cut" ||
    handed.slice(read.end).trim() !== "" ||
    !isObject(read.value)
  )
    return { arguments: null, edits: [] };
  const edits = read.edits.map((edit) => ({ ...edit, position: null }));
  const note: Edit = {
    rule: "text-to-json",
    path: [],
    before: handed.slice(0, 80),
    after: "",
    position: null,
  };
  return { arguments: read.value, edits: [note, ...edits] };
}
