import type { Notation } from "./notation.ts";
import { parseValue } from "./parse.ts";
import { nextLine, readLines, type Line, type Lines } from "./indented.ts";
import { edit, newCursor, noteComment, skipBlank } from "./scan.ts";
import { toonHeader, toonRows, type ToonHeader } from "./toon.ts";
import { arrayNode, objectNode, textNode, type Member, type Node } from "./tree.ts";

// YAML as people write it: block maps and lists, flow values, quoted and block scalars, comments.
// Anchors, tags, plain scalars of several lines and the like are not read: null for the whole. TOON
// is read along with it: its objects and lists are YAML's, its headers and rows are its own.

const MAX_DEPTH = 60;

/** Reads a stretch of a text as YAML or TOON; null when a line of it is neither. */
export function readYaml(text: string, from: number, to: number): Notation | null {
  const cursor = newCursor(text, from, to, false);
  const reading = readLines(cursor, from, to);
  const [first] = reading?.lines ?? [];
  if (!reading || !first) return null;
  const node = readBlock(reading, first.indent);
  if (!node || nextLine(reading) || cursor.failed) return null;
  const rung = reading.isToon ? "toon" : "yaml";
  edit(cursor, rung, from, to, "");
  return { rung, cursor, nodes: [node], start: node.start, end: node.end };
}

function readBlock(reading: Lines, indent: number): Node | null {
  if (reading.depth >= MAX_DEPTH) return null;
  reading.depth++;
  const line = nextLine(reading);
  const header = line ? toonHeader(line.text) : null;
  const node =
    header && header.key === ""
      ? readHeaded(reading, header, indent)
      : line && isItem(line.text)
        ? readList(reading, indent)
        : readMap(reading, indent);
  reading.depth--;
  return node;
}

function isItem(text: string): boolean {
  return text === "-" || text.startsWith("- ");
}

function readList(reading: Lines, indent: number): Node | null {
  const items: Node[] = [];
  const start = nextLine(reading)?.start ?? 0;
  for (let line = nextLine(reading); line && line.indent === indent; line = nextLine(reading)) {
    if (!isItem(line.text)) break;
    const item = readItem(reading, line);
    if (!item) return null;
    items.push(item);
  }
  return arrayNode(items, start, items.at(-1)?.end ?? start);
}

function readItem(reading: Lines, line: Line): Node | null {
  const rest = line.text.slice(1).trimStart();
  if (rest === "" || rest.startsWith("#")) {
    reading.at++;
    const next = nextLine(reading);
    return next && next.indent > line.indent ? readBlock(reading, next.indent) : null;
  }
  const shift = line.text.length - rest.length;
  if (!isItem(rest) && !keyOf(rest) && !toonHeader(rest)) {
    reading.at++;
    return readValue(reading, rest, line.start + shift, line.indent);
  }
  // What stands behind the dash is the first line of a block of its own.
  const inner: Line = {
    indent: line.indent + shift,
    text: rest,
    start: line.start + shift,
    end: line.end,
  };
  reading.lines[reading.at] = inner;
  return readBlock(reading, inner.indent);
}

function readMap(reading: Lines, indent: number): Node | null {
  const members: Member[] = [];
  const start = nextLine(reading)?.start ?? 0;
  for (let line = nextLine(reading); line && line.indent === indent; line = nextLine(reading)) {
    const header = toonHeader(line.text);
    const key = header ? { name: header.key, length: header.length } : keyOf(line.text);
    if (!key || (header && header.key === "")) return null;
    const value = header
      ? readHeaded(reading, header, indent)
      : readMember(reading, line, key.length);
    if (!value) return null;
    members.push({ key: key.name, keyStart: line.start, value });
  }
  if (members.length === 0) return null;
  return objectNode(members, start, members.at(-1)?.value.end ?? start);
}

function readMember(reading: Lines, line: Line, keyLength: number): Node | null {
  const rest = line.text.slice(keyLength).trimStart();
  reading.at++;
  if (rest !== "" && !rest.startsWith("#"))
    return readValue(reading, rest, line.start + line.text.length - rest.length, line.indent);
  const next = nextLine(reading);
  const isBelow =
    next && (next.indent > line.indent || (next.indent === line.indent && isItem(next.text)));
  if (next && isBelow) return readBlock(reading, next.indent);
  // Nothing but a comment: it may be meant as the text.
  if (rest !== "") return null;
  return textNode({ text: "", start: line.end, end: line.end, isQuoted: false });
}

const QUOTED_KEY = /^(?:"((?:[^"\\]|\\.){0,200})"|'((?:[^']|''){0,200})')\s*:(?=\s|$)/;
const PLAIN_KEY = /^([^\s"'#:[\]{},&*!|>%@`?-](?:[^:#]|:(?!\s|$)){0,120}?)\s*:(?=\s|$)/;

/** The key with which a line begins, and how long it is with its colon. */
export function keyOf(text: string): { readonly name: string; readonly length: number } | null {
  const quoted = QUOTED_KEY.exec(text);
  if (quoted) {
    const name =
      quoted[1] === undefined ? (quoted[2] ?? "").replaceAll("''", "'") : unescaped(quoted[1]);
    return name === null ? null : { name, length: quoted[0].length };
  }
  const plain = PLAIN_KEY.exec(text);
  return plain ? { name: plain[1] ?? "", length: plain[0].length } : null;
}

/** What stands between double quotes; null where its escapes are none of JSON. */
export function unescaped(inner: string): string | null {
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    return null;
  }
}

/** A line in front of its comment, which is a number sign behind a blank. */
export function withoutComment(line: string): string {
  const at = line.search(/\s#/);
  return at === -1 ? line : line.slice(0, at).trimEnd();
}

/** What stands behind a colon or a dash; `start` is where. */
function readValue(reading: Lines, rest: string, start: number, indent: number): Node | null {
  const first = rest[0] ?? "";
  if (first === "[" || first === "{") return readFlow(reading, start);
  if (first === "|" || first === ">") return readBlockScalar(reading, rest, start, indent);
  if (first === '"' || first === "'") return quotedNode(reading, rest, start);
  if (/[&*!%@`]/.test(first)) return null;
  const plain = withoutComment(rest);
  if (plain.length < rest.length)
    noteComment(reading.cursor, start + plain.length, start + rest.length);
  if (/:(?:\s|$)/.test(plain) || /^[^[{]*[\]}]$/.test(plain)) return null;
  const text = plain === "~" ? "null" : plain;
  return textNode({ text, start, end: start + plain.length, isQuoted: false });
}

function quotedNode({ cursor }: Lines, rest: string, start: number): Node | null {
  const found = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')\s*(#.*)?$/.exec(rest);
  if (!found) return null;
  const text =
    found[1] === undefined ? (found[2] ?? "").replaceAll("''", "'") : unescaped(found[1]);
  if (found[3] !== undefined)
    noteComment(cursor, start + rest.length - found[3].length, start + rest.length);
  const end = start + rest.length;
  return text === null ? null : textNode({ text, start, end, isQuoted: true });
}

/** Brackets may run over several lines; nothing but a comment stands behind them. */
function readFlow(reading: Lines, start: number): Node | null {
  const { cursor } = reading;
  cursor.at = start;
  const node = parseValue(cursor, "top");
  if (!node || node.open) return null;
  const newline = cursor.text.indexOf("\n", cursor.at);
  const lineEnd = newline < 0 || newline > cursor.end ? cursor.end : newline;
  const behind = cursor.text.slice(cursor.at, lineEnd).trim();
  if (behind !== "" && !behind.startsWith("#")) return null;
  skipBlank(cursor);
  while ((reading.lines[reading.at]?.start ?? cursor.end) < node.end) reading.at++;
  return node;
}

/** `|` keeps its line ends, `>` folds them; both end where the indentation does. */
function readBlockScalar(reading: Lines, rest: string, start: number, indent: number): Node | null {
  const head = /^([|>])([+-]?)(\d?)([+-]?)\s*(?:#.*)?$/.exec(rest);
  if (!head || head[3] !== "") return null;
  const lines: Line[] = [];
  for (; reading.at < reading.lines.length; reading.at++) {
    const line = reading.lines[reading.at];
    if (!line || (line.text !== "" && line.indent <= indent)) break;
    lines.push(line);
  }
  while (lines.at(-1)?.text === "") lines.pop();
  const shift = Math.min(...lines.filter((line) => line.text !== "").map((line) => line.indent));
  const source = lines.map((line) => " ".repeat(Math.max(0, line.indent - shift)) + line.text);
  const text = head[1] === "|" ? source.join("\n") : folded(source);
  const end = lines.at(-1)?.end ?? start + rest.length;
  const isStripped = head[2] === "-" || head[4] === "-" || text === "";
  return textNode({ text: isStripped ? text : `${text}\n`, start, end, isQuoted: true });
}

function folded(lines: readonly string[]): string {
  return lines
    .join("\n")
    .replace(/(?<=\S)\n(?=\S)/g, " ")
    .replace(/\n\n/g, "\n");
}

function readHeaded(reading: Lines, header: ToonHeader, indent: number): Node | null {
  reading.isToon = true;
  return toonRows(reading, header, indent, readBlock);
}
