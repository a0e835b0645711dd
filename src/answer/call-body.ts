import { isObject } from "../core/json.ts";
import { blanksEnd, CLOSER, NEXT_CLOSER, OPENER, SEPARATOR } from "./call-marks.ts";
import { pythonCallsAt } from "./call-python.ts";
import { callsIn, valueAt, type ReadValue, type SaidCall } from "./call-value.ts";
import { contentOf, parameterAt } from "./calls.ts";

/**
 * What stands behind the mark of a call: what it says, which may be nothing, or what is wrong with
 * it.
 */
export type Body =
  | { readonly said: readonly Said[]; readonly end: number }
  | { readonly said: null; readonly name: string; readonly fault: Fault; readonly end: number };

type Fault = "cut" | "malformed";

export interface Said extends SaidCall {
  readonly rule: "tool-call" | "call-parameters";
}

/** The bodies of one text. */
export interface Bodies {
  readonly text: string;
  readonly budget: { left: number };
  /** The closing mark that was found last, and from where: offsets only grow. */
  closer: { readonly from: number; readonly at: number };
}

export function newBodies(text: string): Bodies {
  // Marks in a string are none, so values are read as far as they go: together twice the text.
  return { text, budget: { left: 2 * text.length }, closer: { from: 0, at: -1 } };
}

export interface BodyOptions {
  /** What the call's head says. */
  readonly name?: string;
  /** A mark that ends the call stands where the text ends. @default false */
  readonly isClosed?: boolean;
  /** `[f(a=1)]` without a mark is a list of calls. @default false */
  readonly isPython?: boolean;
}

/** The calls at an offset, marks and all. */
export function bodyAt(bodies: Bodies, from: number, options: BodyOptions): Body {
  const { text } = bodies;
  const head = headAt(text, from, options.name ?? null);
  const close = options.isClosed === true ? text.length : closerAt(bodies, head.at);
  const frame: Frame = {
    bodies,
    close: close ?? text.length,
    isClosed: close !== null,
    isPython: head.isPython || options.isPython === true,
  };
  const said: Said[] = [];
  let { at, name } = head;
  for (;;) {
    const body = name === null ? unnamedAt(frame, at) : namedAt(frame, at, name);
    if (body === null || (body.said === null && said.length > 0)) return { said, end: at };
    if (body.said === null) return body;
    said.push(...body.said);
    const end = closerEnd(text, body.end);
    const next = /^\s*[;,]?\s*(?=\{)/.exec(text.slice(end, end + MAX_BETWEEN));
    if (end > body.end || !next || name !== null) return { said, end };
    at = end + next[0].length;
  }
}

interface Frame {
  readonly bodies: Bodies;
  /** Where the call ends at the latest, if it is no valid JSON. */
  readonly close: number;
  readonly isClosed: boolean;
  readonly isPython: boolean;
}

/** Blanks and signs between calls. In UTF-16 units. */
const MAX_BETWEEN = 50;

/** The marks that a call begins with, and the name that the last of them says. */
function headAt(text: string, from: number, given: string | null): Head {
  let [at, name, isPython] = [from, given, false];
  for (;;) {
    const next = blanksEnd(text, at);
    OPENER.lastIndex = next;
    const opener = OPENER.exec(text);
    if (!opener) return { at, name, isPython };
    at = next + opener[0].length;
    if (opener[1] !== undefined) name = opener[1].replace(/^(["'])(.*)\1$/, "$2");
    isPython = /python/i.test(opener[0]);
  }
}

interface Head {
  readonly at: number;
  readonly name: string | null;
  /** The mark may stand before Python's spelling of calls. */
  readonly isPython: boolean;
}

/** Null where there is nothing like a call. */
function unnamedAt(frame: Frame, from: number): Body | null {
  const { text } = frame.bodies;
  const at = blanksEnd(text, from);
  if (frame.isPython) {
    const python = pythonCallsAt(text, at, frame.bodies.budget);
    if (python) return { said: python.said.map(asCall), end: python.end };
  }
  if (text[at] === "{" || text[at] === "[") return saidAt(frame, at);
  const named = NAMED.exec(text.slice(at, at + MAX_NAME));
  return named ? namedAt(frame, at + named[0].length, named[1] ?? "") : null;
}

/** A name, where arguments or what parts them from it follow. DeepSeek says the kind before it. */
const NAMED =
  /^(?:function\s*<[|｜]tool[_▁]sep[|｜]>\s*)?([\w.:-]{1,80})(?=\s*(?:\{|`{3}|<arg_key>|\[ARGS\]|\[CALL_ID\]|<[|｜]tool[_▁]|<\/tool_call>))/;
const MAX_NAME = 200;

/** `{"name": "f", "arguments": {…}}`, or a list of such. */
function saidAt(frame: Frame, at: number): Body | null {
  const { text } = frame.bodies;
  const read = boundedValue(frame, at);
  const said = read === null || read === "cut" ? null : callsIn(read.value);
  if (said !== null && read !== null && read !== "cut") {
    const [first, ...others] = said.map(asCall);
    const edits = [...read.edits, ...(first?.edits ?? [])];
    return { said: first ? [{ ...first, edits }, ...others] : [], end: read.end };
  }
  const name = SAID_NAME.exec(text.slice(at, Math.min(frame.close, at + MAX_NAME)))?.[1];
  if (name === undefined) return null;
  return { said: null, name, fault: read === "cut" ? "cut" : "malformed", end: frame.close };
}

const SAID_NAME = /["'](?:name|tool_name|function|tool)["']\s*:\s*["']([\w.:-]{1,80})["']/;

/** Arguments as JSON or in tags, or none, of a call whose name is known. */
function namedAt(frame: Frame, from: number, name: string): Body {
  const { text } = frame.bodies;
  const at = argumentsAt(text, from);
  if (text[at] === "{") {
    const read = boundedValue(frame, at);
    if (read !== null && read !== "cut" && isObject(read.value)) {
      const call = { name, arguments: read.value, hasArguments: true, edits: read.edits };
      return { said: [asCall(call)], end: read.end };
    }
    return { said: null, name, fault: read === "cut" ? "cut" : "malformed", end: frame.close };
  }
  return taggedAt(frame, at, name);
}

/** Behind a sign between name and arguments, and the fence that some put around these. */
function argumentsAt(text: string, from: number): number {
  SEPARATOR.lastIndex = from;
  const at = from + (SEPARATOR.exec(text)?.[0].length ?? 0);
  const fence = /^\s*`{3}(?:json)?\s*(?=\{)/.exec(text.slice(at, at + MAX_BETWEEN));
  return fence ? at + fence[0].length : blanksEnd(text, at);
}

function boundedValue({ bodies, close, isClosed }: Frame, at: number): ReadValue | "cut" | null {
  const { text, budget } = bodies;
  const to =
    close -
    (/\s*(?:`{3}\s*)?$/.exec(text.slice(Math.max(at, close - MAX_BETWEEN), close))?.[0].length ??
      0);
  return valueAt(text, at, { to, isClosed, budget });
}

/** Each parameter in a tag: all have to be closed, and so has the call. */
function taggedAt(frame: Frame, from: number, name: string): Body {
  const { text } = frame.bodies;
  const entries: [string, string][] = [];
  let at = from;
  for (;;) {
    const parameter = parameterAt(text, blanksEnd(text, at));
    if (!parameter) break;
    if (!parameter.isClosed) {
      const fault = parameter.end >= text.length ? "cut" : "malformed";
      return { said: null, name, fault, end: parameter.end };
    }
    entries.push([parameter.key, contentOf(text.slice(parameter.from, parameter.to))]);
    at = parameter.end;
  }
  const isRepeated = new Set(entries.map(([key]) => key)).size < entries.length;
  if (!isRepeated && (closerEnd(text, at) > at || (frame.isClosed && at >= text.length))) {
    const call = { name, arguments: Object.fromEntries(entries), hasArguments: true, edits: [] };
    return { said: [{ ...call, rule: "call-parameters" }], end: at };
  }
  const isCut = blanksEnd(text, at) >= text.length;
  return { said: null, name, fault: isCut ? "cut" : "malformed", end: Math.max(at, frame.close) };
}

function asCall(said: SaidCall): Said {
  return { ...said, rule: "tool-call" };
}

/**
 * Behind the marks that end a call, if some stand at an offset. A brace too many changes nothing.
 */
export function closerEnd(text: string, from: number): number {
  let at = from;
  let end =
    from +
    (/^\s*(?:\}{1,2}\s*(?=<|\[\/))?(?:`{3})?/.exec(text.slice(from, from + MAX_BETWEEN))?.[0]
      .length ?? 0);
  for (;;) {
    CLOSER.lastIndex = blanksEnd(text, end);
    const closer = CLOSER.exec(text);
    if (!closer) return at;
    at = end = CLOSER.lastIndex;
  }
}

function closerAt(bodies: Bodies, from: number): number | null {
  const { text, closer } = bodies;
  if (closer.from > from || closer.at < from) {
    NEXT_CLOSER.lastIndex = from;
    bodies.closer = { from, at: NEXT_CLOSER.exec(text)?.index ?? text.length };
  }
  return bodies.closer.at < text.length ? bodies.closer.at : null;
}
