import type { Notation } from "./notation.ts";
import { parseValue } from "./parse.ts";
import { edit, newCursor, skipBlank, type Cursor } from "./scan.ts";
import { objectNode, textNode, type Member, type Node } from "./tree.ts";

/** `<parameter=key>`, `<parameter name="key">`, `<arg_key>key</arg_key><arg_value>`. */
const PARAMETER =
  /<((?:[\w-]{1,40}:|[|｜]DSML[|｜])?(?:parameter|param|argument|arg))(?:=([^"'<>\n]{1,200})|(?:=|\s+(?:name|key)=)("[^"\n<>]{1,200}"|'[^'\n<>]{1,200}'|[^\s"'<>]{1,200})[^<>\n]{0,100})>|<arg_key>([^<>\n]{1,200})<\/arg_key>\s{0,9}<(arg_value)>/g;
const PARAMETER_HERE = new RegExp(PARAMETER.source, "y");
const NEXT = /<(?:[\w-]{1,40}:)?(?:parameter|param|argument|arg)[=\s]|<arg_key>/g;
/** What ends a call: the parameters behind it belong to another. */
const CALL_END = /<\/(?:[\w-]{1,40}:)?(?:function|invoke|tool_call|tool|call)>/;
const CALL_START =
  /<(?:[\w-]{1,40}:)?(?:function|invoke|tool_call|tool|call)\b[^<>]{0,200}>\s*(?:[\w.-]{1,80}\s*)?$/;
const MAX_PARAMETERS = 5_000;

/** Calls of a function, each parameter in a tag of its own: an object a call. */
export function findCalls(text: string): Notation[] {
  if (!/<(?:[\w-]{1,40}:)?(?:param|arg)/.test(text)) return [];
  const calls: Notation[] = [];
  let call: Call | null = null;
  let done = 0;
  let count = 0;
  for (const found of text.matchAll(PARAMETER)) {
    if (
      found.index < done ||
      !/(?:^|[\n>])\s*$/.test(text.slice(Math.max(0, found.index - 40), found.index))
    )
      continue;
    if (++count > MAX_PARAMETERS) break;
    const between = text.slice(done, found.index);
    if (call && CALL_END.test(between)) {
      calls.push(notationOf(call));
      call = null;
    }
    call ??= newCall(text, found.index);
    noteSkipped(call, done, between);
    done = readParameter(call, found);
  }
  if (call) calls.push(notationOf(call));
  return calls;
}

interface Call {
  readonly cursor: Cursor;
  readonly members: Member[];
  readonly start: number;
}

function newCall(text: string, at: number): Call {
  const before = text.slice(Math.max(0, at - 400), at);
  const opener = CALL_START.exec(before);
  const start = opener ? at - before.length + opener.index : at;
  const cursor = newCursor(text, start, text.length, false);
  edit(cursor, "call-parameters", start, at, "");
  return { cursor, members: [], start };
}

/** Words between two parameters belong to none. */
function noteSkipped({ cursor, members }: Call, from: number, between: string): void {
  if (members.length > 0 && /[\p{L}\p{N}]/u.test(between))
    edit(cursor, "skipped-text", from, from + between.length, "");
}

function readParameter({ cursor, members }: Call, found: RegExpExecArray): number {
  const { key, from, to, end, isClosed, closer } = parameterOf(cursor.text, found);
  if (!isClosed) edit(cursor, "missing-closer", to, to, closer);
  members.push({ key, keyStart: found.index, value: valueNode(cursor, from, to) });
  return end;
}

/** A parameter in a tag of its own, and the stretch of its value. */
export interface Parameter {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Behind its closing tag. */
  readonly end: number;
  readonly isClosed: boolean;
  readonly closer: string;
}

export function parameterAt(text: string, at: number): Parameter | null {
  PARAMETER_HERE.lastIndex = at;
  const found = PARAMETER_HERE.exec(text);
  return found && parameterOf(text, found);
}

/** One that is not closed runs up to the next, or to the end. */
function parameterOf(text: string, found: RegExpExecArray): Parameter {
  const [whole, tag, bare, named, listed, value] = found;
  const key = (bare ?? named ?? listed ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  const from = found.index + whole.length;
  const closer = `</${tag ?? value ?? ""}>`;
  NEXT.lastIndex = from;
  const next = NEXT.exec(text)?.index ?? text.length;
  const close = text.slice(from, next).indexOf(closer);
  const isClosed = close >= 0;
  const to = isClosed ? from + close : next;
  return { key, from, to, end: isClosed ? to + closer.length : to, isClosed, closer };
}

/** An object or a list as JSON; anything else is what the schema says it is. */
function valueNode({ text }: Cursor, from: number, to: number): Node {
  const source = text.slice(from, to);
  if (/^\s*[{[]/.test(source)) {
    const inner = newCursor(text, from, to, false, true);
    const node = parseValue(inner, "top");
    if (node && !inner.failed) {
      skipBlank(inner);
      if (inner.at >= to) return node;
    }
  }
  return textNode({ text: contentOf(source), start: from, end: to, isQuoted: false });
}

/** The lines of a value may stand apart from its tags; a single line is what there is on it. */
export function contentOf(source: string): string {
  const lines = source.replace(/^\r?\n|\r?\n[ \t]*$/g, "");
  return lines.includes("\n") ? lines : lines.trim();
}

function notationOf({ cursor, members, start }: Call): Notation {
  const end = members.at(-1)?.value.end ?? start;
  return { rung: "call", cursor, nodes: [objectNode(members, start, end)], start, end };
}
