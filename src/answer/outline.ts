import { isElision, saysLeftOut } from "./placeholders.ts";
import { edit, newCursor, type Cursor } from "./scan.ts";
import { findTables } from "./table.ts";
import { arrayNode, CLOSED, objectNode, type Member, type Node, type ObjectNode } from "./tree.ts";

interface Line {
  readonly indent: number;
  /** Behind `- `, `* ` or `1. `. */
  readonly isItem: boolean;
  /** How deep a heading is; 0 for any other line. A line in bold is the deepest. */
  readonly heading: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const MAX_LINES = 5_000;

/**
 * An answer written as Markdown or YAML: lines of `key: value`, bulleted or numbered lists, nested
 * by indentation.
 */
export function findOutline(
  text: string,
): { readonly cursor: Cursor; readonly nodes: readonly Node[] } | null {
  const tables = findTables(text);
  const lines = readLines(text).filter(
    ({ start }) => !tables.some((table) => start >= table.start && start < table.end),
  );
  if (lines.length === 0 || lines.length > MAX_LINES) return null;
  if (lines.some(({ text: line }) => isElision(line) || (/^[#/]/.test(line) && saysLeftOut(line))))
    return null;
  const cursor = newCursor(text, 0, text.length, false);
  edit(cursor, "outline", 0, text.length, "");
  const nodes: Node[] = [];
  const items = lines.filter((line) => line.isItem);
  if (items.length > 0) nodes.push(listOf(lines.slice(lines.findIndex((line) => line.isItem))));
  const members = membersOf(lines);
  const unnamed = tables.flatMap(({ nodes: [rows] }) => rows ?? []);
  if (members.length > 0) nodes.push({ ...objectOf(members, lines), bare: unnamed });
  const inline = lines.flatMap((line) => inlineRecord(line) ?? []);
  if (inline.length === lines.length && inline.length > 0)
    nodes.push(inline.length === 1 ? (inline[0] ?? arrayOf([], lines)) : arrayOf(inline, lines));
  const records = recordsOf(members, lines);
  if (records) nodes.push(records);
  const sections = sectionsOf(text, lines);
  if (sections.length > 0) {
    nodes.push(objectOf(sections, lines));
    const counted = countedOf(sections, lines);
    if (counted) nodes.push(counted);
  }
  return nodes.length > 0 ? { cursor, nodes } : null;
}

function readLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const found of text.matchAll(/[^\n]+/g)) {
    const line = lineOf(found[0], found.index);
    if (line) lines.push(line);
    if (lines.length > MAX_LINES) break;
  }
  return lines;
}

/** Null for a line that holds nothing. */
function lineOf(source: string, at: number): Line | null {
  const body = source.trimStart();
  const indent = source.length - body.length;
  const bullet = BULLET.exec(body)?.[0];
  const text = body.slice(bullet?.length ?? 0).trimEnd();
  if (text === "" || /^(?:```\w*|---)$/.test(text)) return null;
  const isItem = bullet !== undefined;
  const found = isItem ? null : HEADING.exec(text);
  const heading = found ? (found[1]?.length ?? BOLD_DEPTH) : 0;
  const start = at + indent + (bullet?.length ?? 0);
  return { indent, isItem, heading, text, start, end: start + text.length };
}

const BULLET = /^(?:(?:[-*•‣▪]|\d{1,3}[.)])\s+|[■●・►▶]\s*)(?:\[[ xX]\]\s+)?/;

/** A heading in Markdown, or a line that is bold as a whole. */
const HEADING =
  /^(?:(#{1,6})\s+(\S.{0,200}?)\s{0,9}#{0,6}|(?:\*\*|__)([^*\n]{1,80}?)(?:\*\*|__)\s*[:：]?)$/u;
const BOLD_DEPTH = 7;

/** Headings without a value on their line are keys of what stands under them. */
function sectionsOf(text: string, lines: readonly Line[]): Member[] {
  const members: Member[] = [];
  const first = lines.findIndex(({ heading }) => heading > 0);
  const depth = lines[first]?.heading ?? 0;
  if (depth === 0) return members;
  for (let at = first; at < lines.length;) {
    const line = lines[at];
    let next = at + 1;
    while (next < lines.length && !isHeading(lines[next], depth)) next++;
    const below = lines.slice(at + 1, next);
    const [, , hashed, bold] = HEADING.exec(line?.text ?? "") ?? [];
    const key = (hashed ?? bold ?? "")
      .replace(/^(\*\*|__|`)(.+)\1$/, "$2")
      .replace(/\s*[:：]$/, "");
    if (line && below.length > 0 && key !== "")
      members.push({ key, keyStart: line.start, value: sectionOf(text, below) });
    at = next;
  }
  return members;
}

function isHeading(line: Line | undefined, depth: number): boolean {
  return line !== undefined && line.heading > 0 && line.heading <= depth;
}

function sectionOf(text: string, lines: readonly Line[]): Node {
  const inner = sectionsOf(text, lines);
  if (inner.length > 0) return objectOf(inner, lines);
  const [first] = lines;
  const last = lines.at(-1);
  if (!first || !last || lines.every((line) => line.isItem || line.indent > first.indent))
    return blockOf(lines);
  const members = membersOf(lines);
  if (members.length === lines.length) return objectOf(members, lines);
  return { ...textOf(first, text.slice(first.start, last.end)), end: last.end };
}

/** Sections whose headings only count them, as a list; null where one says more. */
function countedOf(sections: readonly Member[], lines: readonly Line[]): Node | null {
  if (!sections.every(isCounted)) return null;
  return arrayOf(
    sections.map(({ value }) => value),
    lines,
  );
}

function isCounted({ key, value }: Member): boolean {
  return value.kind === "object" && /^(?:[\p{L}\p{M}]{1,20}\s*)?[#№]?\d{1,4}[.)]?$/u.test(key);
}

/** Members that begin anew with the first key, as a list of objects; null for any others. */
function recordsOf(members: readonly Member[], lines: readonly Line[]): Node | null {
  const [first] = members;
  const groups: Member[][] = [];
  for (const member of members) {
    if (member.key === first?.key) groups.push([]);
    groups.at(-1)?.push(member);
  }
  if (groups.length < 2 || !groups.every(isOne)) return null;
  return arrayOf(
    groups.map((group) => recordOf(group)),
    lines,
  );
}

/** No key stands twice. */
function isOne(group: readonly Member[]): boolean {
  return group.length > 1 && new Set(group.map(({ key }) => key)).size === group.length;
}

function recordOf(members: Member[]): Node {
  const start = members[0]?.keyStart ?? 0;
  return objectNode(members, start, members.at(-1)?.value.end ?? start);
}

const KEYED =
  /^(?:#{1,6}\s+)?(?:\*\*|__|")?([\p{L}_][\p{L}\p{M}\p{N}_ ./()-]{0,60}?)(?:\*\*|__|")?\s*[:：]\s*(?:\*\*|__)?\s*(.*)$/su;

/**
 * The members of one level: `key: value` lines, and a key alone with what is indented or listed
 * under it.
 */
function membersOf(lines: readonly Line[]): Member[] {
  const members: Member[] = [];
  const base = lines[0]?.indent ?? 0;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const keyed = line ? KEYED.exec(line.text) : null;
    if (!line || !keyed || line.indent > base + 3) continue;
    const [, key = "", inline = ""] = keyed;
    let next = at + 1;
    while (next < lines.length && isUnder(line, lines[next])) next++;
    const below = lines.slice(at + 1, next);
    const value = inline === "" && below.length > 0 ? blockOf(below) : textOf(line, inline);
    if (inline !== "" || below.length > 0)
      members.push({ key: key.trim(), keyStart: line.start, value });
    if (inline === "") at = next - 1;
  }
  return members;
}

function isUnder(parent: Line, line: Line | undefined): boolean {
  if (!line) return false;
  return (
    line.indent > parent.indent || (line.isItem && !parent.isItem && line.indent >= parent.indent)
  );
}

function blockOf(lines: readonly Line[]): Node {
  if (
    lines[0]?.isItem &&
    !(KEYED.test(lines[0].text) && lines.every((line) => line.isItem && KEYED.test(line.text)))
  )
    return listOf(lines);
  const members = membersOf(lines);
  if (members.length > 0) return objectOf(members, lines);
  const [first] = lines;
  return first ? textOf(first, lines.map((line) => line.text).join("\n")) : objectOf([], lines);
}

function listOf(lines: readonly Line[]): Node {
  const base = lines[0]?.indent ?? 0;
  const items: Node[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (!line?.isItem || line.indent > base + 1) continue;
    let next = at + 1;
    while (next < lines.length && (lines[next]?.indent ?? 0) > line.indent) next++;
    const own = lines.slice(at, next);
    const inline = own.length === 1 ? inlineRecord(line) : null;
    if (inline) {
      items.push(inline);
      continue;
    }
    const members =
      own.length > 1 || KEYED.test(line.text)
        ? membersOf(own.map((one, index) => (index === 0 ? { ...one, isItem: false } : one)))
        : [];
    items.push(
      own.length > 1 && members.length > 1 ? objectOf(members, own) : textOf(line, line.text),
    );
  }
  return arrayOf(items, lines);
}

/** Between two keys with their values on one line. */
const NEXT_KEY =
  /\s{0,9}[,;|]\s{1,9}(?=(?:\*\*)?[\p{L}_][\p{L}\p{M}\p{N}_ -]{0,40}(?:\*\*)?[:：]\s)/u;

/** `Name: Ada, Age: 31`; null where a piece of the line has no key. */
function inlineRecord(line: Line): Node | null {
  const pieces = line.text.split(NEXT_KEY);
  const members = pieces.flatMap((piece): Member[] => {
    const [, key = "", value = ""] = KEYED.exec(piece) ?? [];
    return value === "" ? [] : [{ key, keyStart: line.start, value: textOf(line, value) }];
  });
  const isWhole = members.length === pieces.length && pieces.length > 1;
  return isWhole ? objectOf(members, [line]) : null;
}

function arrayOf(items: Node[], lines: readonly Line[]): Node {
  const start = lines[0]?.start ?? 0;
  return arrayNode(items, start, lines.at(-1)?.end ?? start);
}

function objectOf(members: Member[], lines: readonly Line[]): ObjectNode {
  const start = lines[0]?.start ?? 0;
  return objectNode(members, start, lines.at(-1)?.end ?? start);
}

function textOf(line: Line, text: string): Node {
  const bare = text
    .replace(/^(\*\*|__|`)(.+)\1$/, "$2")
    .replace(/^"(.*)"$/, "$1")
    .trim();
  const { start, end } = line;
  return { kind: "text", quoted: false, text: bare, start, end, ...CLOSED };
}
