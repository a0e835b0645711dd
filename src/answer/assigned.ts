import type { Notation } from "./notation.ts";
import { parseValue } from "./parse.ts";
import { edit, newCursor, type Cursor } from "./scan.ts";
import { unescaped, withoutComment } from "./yaml.ts";
import { linesOf } from "./rows.ts";
import { arrayNode, objectNode, textNode, type Node, type ObjectNode } from "./tree.ts";

// Lines of a name, a sign and a value: TOML, INI, `.env` and arrows. What is more in TOML than
// people write of it (dates with times, keys in quotes with dots) is not read: null for the whole.

const NAME = `[\\p{L}_][\\p{L}\\p{M}\\p{N}_-]{0,80}|"[^"\\n]{1,80}"`;
const PATH = `(?:${NAME})(?:\\s?\\.\\s?(?:${NAME})){0,8}`;
const ASSIGNED = new RegExp(
  `^(?:export )?(${PATH}|[\\p{L}_][\\p{L}\\p{M}\\p{N}_ -]{0,60}?)\\s*(=>|->|→|⇒|=(?![=>]))[ \\t]*`,
  "u",
);
const SECTION = new RegExp(`^\\[(\\[?)\\s*(${PATH})\\s*\\](\\]?)\\s*(?:[#;].*)?$`, "u");
const MAX_LINES = 5_000;
/** What the fence around such lines says of them. */
const INFO = /^(?:toml|ini|env|dotenv|properties|cfg|conf|shell|sh|bash)?$/;

/** The name that a line gives a value to, or opens a section with; undefined for any other line. */
export function assignedName(line: string): string | undefined {
  if (!/[=→⇒>]|^\[/.test(line)) return undefined;
  const path = ASSIGNED.exec(line)?.[1] ?? SECTION.exec(line)?.[2];
  return path === undefined ? undefined : pathOf(path)[0];
}

/** Whether a line opens a section: brackets in it are no list. */
export function isSection(line: string): boolean {
  return SECTION.test(line);
}

interface Reading {
  readonly cursor: Cursor;
  readonly root: ObjectNode;
  /** What the lines below belong to. */
  section: ObjectNode;
  at: number;
}

/**
 * Reads a stretch of a text as assignments; null when a line of it is none, or where its outermost
 * names are not the contract's, which only a fence that says what it holds makes up for.
 */
export function readAssigned(
  text: string,
  { from, to, info }: { readonly from: number; readonly to: number; readonly info: string },
  isName: (name: string) => boolean,
): Notation | null {
  if (!INFO.test(info)) return null;
  const cursor = newCursor(text, from, to, false);
  const root = objectNode([], from, from);
  const reading: Reading = { cursor, root, section: root, at: from };
  let count = 0;
  while (reading.at < to) {
    if (++count > MAX_LINES || !readLine(reading)) return null;
  }
  const isKnown = root.members.every(({ key }) => isName(key));
  if (root.members.length === 0 || !(isKnown || info === "toml" || info === "ini")) return null;
  edit(cursor, "assignments", from, to, "");
  root.end = to;
  return { rung: "assignments", cursor, nodes: [root], start: root.start, end: to };
}

/** Reads one line, or more where the value goes on; false where it is no assignment. */
function readLine(reading: Reading): boolean {
  const { cursor } = reading;
  const next = nextLine(cursor, reading.at);
  const [line] = linesOf(cursor.text, reading.at, next);
  if (!line) return false;
  const source = cursor.text.slice(line.start, line.end);
  const body = source.trim();
  const start = line.start + source.length - source.trimStart().length;
  reading.at = next;
  if (body === "") return true;
  if (/^[#;]/.test(body)) {
    edit(cursor, "comment", start, line.end, "");
    return true;
  }
  const section = SECTION.exec(body);
  if (section) return openSection(reading, section, start);
  const head = ASSIGNED.exec(body);
  if (!head) return false;
  const [whole, path = ""] = head;
  const value = readValue(reading, start + whole.length, line.end);
  const [key, holder] = holderOf(reading.section, pathOf(path), start);
  if (!value || !holder || key === undefined) return false;
  if (holder.members.some((member) => member.key === key)) return false;
  holder.members.push({ key, keyStart: start, value });
  return true;
}

function nextLine({ text, end }: Cursor, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline < 0 || newline >= end ? end : newline + 1;
}

function pathOf(written: string): string[] {
  return [...written.matchAll(/"([^"]*)"|[^".]+/g)].flatMap(([bare, quoted]) => {
    const name = quoted ?? bare.trim();
    return name === "" ? [] : [name];
  });
}

function openSection(reading: Reading, section: RegExpExecArray, start: number): boolean {
  const [, open = "", path = "", close = ""] = section;
  const [key, holder] = holderOf(reading.root, pathOf(path), start);
  if ((open === "[") !== (close === "]") || !holder || key === undefined) return false;
  const own = objectNode([], start, start);
  const known = holder.members.find((member) => member.key === key);
  reading.section = own;
  if (open === "") {
    if (known) return false;
    holder.members.push({ key, keyStart: start, value: own });
  } else if (known?.value.kind === "array") known.value.items.push(own);
  else if (known) return false;
  else holder.members.push({ key, keyStart: start, value: arrayNode([own], start, start) });
  return true;
}

/** The last name of a path, and the object that it belongs to; of a list its last item. */
function holderOf(
  from: ObjectNode,
  path: readonly string[],
  start: number,
): readonly [string | undefined, ObjectNode | null] {
  let holder = from;
  for (const name of path.slice(0, -1)) {
    const known = holder.members.find(({ key }) => key === name)?.value;
    const next = known?.kind === "array" ? known.items.at(-1) : known;
    if (next && next.kind !== "object") return [undefined, null];
    const inner = next ?? objectNode([], start, start);
    if (!next) holder.members.push({ key: name, keyStart: start, value: inner });
    holder = inner;
  }
  return [path.at(-1), holder];
}

function readValue(reading: Reading, start: number, lineEnd: number): Node | null {
  const { cursor } = reading;
  const rest = cursor.text.slice(start, lineEnd);
  if (/^(?:"""|''')/.test(rest)) return readLines(reading, start, rest.slice(0, 3));
  if (/^[[{]/.test(rest)) {
    cursor.at = start;
    const node = parseValue(cursor, "top");
    if (!node || node.open || cursor.failed) return null;
    reading.at = nextLine(cursor, cursor.at);
    const behind = cursor.text.slice(cursor.at, reading.at).trim();
    return behind === "" || behind.startsWith("#") ? node : null;
  }
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:[#;].*)?$/.exec(rest);
  if (quoted) {
    const text = quoted[1] === undefined ? (quoted[2] ?? null) : unescaped(quoted[1]);
    return text === null ? null : textNode({ text, start, end: lineEnd, isQuoted: true });
  }
  // Where a comment begins with a semicolon, so may the rest of a text.
  if (/^["'|]|\s;|["'`]\s*$/.test(rest)) return null;
  const plain = withoutComment(rest).trim();
  if (plain.length < rest.trim().length) edit(cursor, "comment", start + plain.length, lineEnd, "");
  return textNode({ text: plain, start, end: start + plain.length, isQuoted: false });
}

/** A text of several lines; a line end right behind its opening quotes is no part of it. */
function readLines(reading: Reading, start: number, quotes: string): Node | null {
  const { cursor } = reading;
  const close = cursor.text.indexOf(quotes, start + quotes.length);
  if (close < 0 || close >= cursor.end) return null;
  reading.at = nextLine(cursor, close);
  if (cursor.text.slice(close + quotes.length, reading.at).trim() !== "") return null;
  const inner = cursor.text.slice(start + quotes.length, close).replace(/^\r?\n/, "");
  const text = quotes === '"""' ? unescaped(inner.replaceAll("\n", "\\n")) : inner;
  return text === null
    ? null
    : textNode({ text, start, end: close + quotes.length, isQuoted: true });
}
