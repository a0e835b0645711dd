import type { JsonObject } from "../core/json.ts";
import type { Edit } from "./answer.ts";
import { bodyAt, newBodies, type Bodies, type Body, type Said } from "./call-body.ts";
import { NEXT_PLACE } from "./call-marks.ts";
import { shorten } from "./candidate.ts";
import { messagesOf, type Span } from "./channels.ts";
import { withoutReasoning } from "./reasoning.ts";

/** A call that a model wrote as text. */
export interface TextCall {
  readonly name: string;
  /** What stood in tags is text: the tool's contract says what it is. */
  readonly arguments: JsonObject;
}

/** What looks like a call and is none. */
export interface UnreadCall {
  readonly name: string;
  /** `cut`: the text ends in it. `unknown`: no tool of that name was offered. */
  readonly reason: "cut" | "malformed" | "unknown";
  /** The call, shortened when long. */
  readonly text: string;
  /** UTF-16 offset in the text. */
  readonly position: number;
}

export interface ToolCallsReading {
  readonly calls: readonly TextCall[];
  /** The text outside of the calls; the whole text, as it stands, where there are none. */
  readonly rest: string;
  /** One for each place with calls, and each repair; their paths begin with the index of a call. */
  readonly edits: readonly Edit[];
  readonly unread: readonly UnreadCall[];
}

export interface ToolCallsOptions {
  /** The names of the tools that were offered: a call of another one stays text. */
  readonly tools: readonly string[];
}

/**
 * The calls that a model wrote into its text, in whatever dialect: `<tool_call>`, `<function=f>`,
 * `<invoke name="f">`, `[TOOL_CALLS]`, `<|python_tag|>`, channels, tokens of several families, or
 * JSON as the whole text. What stands in fences, backticks, quotes, reasoning or in the middle of a
 * sentence is an example, not a call. Pure; never throws; takes time in proportion to the text.
 */
export function readToolCalls(text: string, { tools }: ToolCallsOptions): ToolCallsReading {
  const reader: Reader = { tools: new Set(tools), calls: [], edits: [], unread: [], spans: [] };
  if (text.includes("<|channel|>")) readChannels(reader, text);
  else {
    const spoken = withoutReasoning(text).text;
    const bodies = newBodies(spoken);
    if (!readWhole(reader, bodies)) readMarked(reader, bodies);
  }
  const { calls, edits, unread, spans } = reader;
  return { calls, rest: outside(text, spans), edits, unread };
}

interface Reader {
  readonly tools: ReadonlySet<string>;
  readonly calls: TextCall[];
  readonly edits: Edit[];
  readonly unread: UnreadCall[];
  readonly spans: Span[];
}

/**
 * Whether a text is valid JSON: a mark in it is part of a string, and only the whole can be a call.
 */
function readWhole(reader: Reader, bodies: Bodies): boolean {
  const { text } = bodies;
  const from = text.search(/\S/);
  if (from < 0 || !/[{[]/.test(text[from] ?? "")) return false;
  const body = bodyAt(bodies, from, { isPython: true });
  const said = body.said && text.slice(body.end).trim() === "" ? body.said : [];
  const isCall = ({ name, hasArguments }: Said): boolean =>
    hasArguments && offeredName(reader.tools, name) !== null;
  if (said.length === 0 || !said.every(isCall)) return isJson(text);
  take(reader, text, from, body);
  return true;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Calls of a text without channels, each behind its mark. */
function readMarked(reader: Reader, bodies: Bodies): void {
  const { text } = bodies;
  let at = 0;
  for (;;) {
    NEXT_PLACE.lastIndex = at;
    const place = NEXT_PLACE.exec(text);
    if (!place) return;
    const { fence, code, tag } = place.groups ?? {};
    const from = place.index;
    at = from + place[0].length;
    if (fence !== undefined) at = fenceEnd(text, at, fence);
    else if (code === undefined && mayBegin(reader, text, from, tag !== undefined)) {
      const body = bodyAt(bodies, from, {});
      const isAlone = tag === undefined || endsLine(text, body.end);
      at = isAlone || body.said?.length === 0 ? take(reader, text, from, body) : at;
    }
  }
}

function fenceEnd(text: string, from: number, fence: string): number {
  const close = text.indexOf(`\n${fence}`, from);
  return close < 0 ? text.length : close + 1 + fence.length;
}

/** A tag begins a line, or follows a call; a token stands anywhere but in quotes. */
function mayBegin({ spans }: Reader, text: string, at: number, isTag: boolean): boolean {
  const line = /[^\n]*$/.exec(text.slice(Math.max(0, at - MAX_LINE), at))?.[0] ?? "";
  const done = spans.at(-1)?.to ?? -1;
  if (done >= 0 && text.slice(done, at).trim() === "") return true;
  return isTag ? /^ {0,3}$/.test(line) : !/^\s*>|["'“”‘’«»「」『』]\s*$/.test(line);
}

function endsLine(text: string, at: number): boolean {
  return /^[ \t]*(?:\r?\n|$|<|\[TOOL_CALLS\])/.test(text.slice(at, at + MAX_LINE));
}

/** Further than this from its beginning nothing is looked for on a line. In UTF-16 units. */
const MAX_LINE = 1_000;

/** A call is a message to a function; what other messages hold is talk or a draft. */
function readChannels(reader: Reader, text: string): void {
  for (const { start, from, to, end, recipient } of messagesOf(text)) {
    if (recipient === null) continue;
    const bodies = newBodies(text.slice(0, to));
    const body = bodyAt(bodies, from, { name: recipient, isClosed: end > to });
    take(reader, text, start, { ...body, end: Math.max(body.end, end) });
  }
}

/** Adds the calls of a body, or says why there are none. Gives where to go on. */
function take(reader: Reader, text: string, from: number, body: Body): number {
  const { tools, calls, edits, unread, spans } = reader;
  const shown = { text: shorten(text.slice(from, body.end)), position: from };
  if (body.said === null) {
    const name = offeredName(tools, body.name);
    unread.push({
      ...shown,
      name: name ?? body.name,
      reason: name === null ? "unknown" : body.fault,
    });
    return body.end;
  }
  let taken = 0;
  for (const said of body.said) {
    const name = offeredName(tools, said.name);
    if (name === null) unread.push({ ...shown, name: said.name, reason: "unknown" });
    else if (said.arguments === null) unread.push({ ...shown, name, reason: "malformed" });
    else {
      const path = [calls.length];
      edits.push({ rule: said.rule, path, before: shown.text, after: name, position: from });
      edits.push(...said.edits.map((edit) => ({ ...edit, path: [...path, ...edit.path] })));
      calls.push({ name, arguments: said.arguments });
      taken++;
    }
  }
  if (taken > 0) spans.push({ from, to: body.end });
  return body.end;
}

/** Names are offered as they are; some models put a namespace in front, or a number behind. */
function offeredName(tools: ReadonlySet<string>, said: string): string | null {
  if (tools.has(said)) return said;
  const plain = said.replace(/^(?:functions?|tools?|default_api)\./, "").replace(/:\d{1,6}$/, "");
  return tools.has(plain) ? plain : null;
}

function outside(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const pieces = [...spans, { from: text.length, to: text.length }].map(({ from }, index) =>
    text.slice(spans[index - 1]?.to ?? 0, from),
  );
  return pieces.join("").trim();
}
