import { isElision, saysLeftOut } from "./placeholders.ts";
import { edit, newCursor, type Cursor } from "./scan.ts";
import type { Member, Node } from "./tree.ts";

interface Line {
  readonly indent: number;
  /** Behind `- `, `* ` or `1. `. */
  readonly isItem: boolean;
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
  const lines = readLines(text);
  if (lines.length === 0 || lines.length > MAX_LINES) return null;
  if (lines.some(({ text: line }) => isElision(line) || (/^[#/]/.test(line) && saysLeftOut(line))))
    return null;
  const cursor = newCursor(text, 0, text.length, false);
  edit(cursor, "outline", 0, text.length, "");
  const nodes: Node[] = [];
  const items = lines.filter((line) => line.isItem);
  if (items.length > 0) nodes.push(listOf(lines.slice(lines.findIndex((line) => line.isItem))));
  const members = membersOf(lines);
  if (members.length > 0) nodes.push(objectOf(members, lines));
  return nodes.length > 0 ? { cursor, nodes } : null;
}

function readLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const found of text.matchAll(/[^\n]+/g)) {
    const parts = /^(\s*)((?:[-*•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?)?(.*?)\s*$/.exec(found[0]);
    const body = parts?.[3] ?? "";
    if (body === "" || /^(?:```\w*|---)$/.test(body)) continue;
    const start = found.index + (parts?.[1]?.length ?? 0) + (parts?.[2]?.length ?? 0);
    const isItem = parts?.[2] !== undefined;
    lines.push({
      indent: parts?.[1]?.length ?? 0,
      isItem,
      text: body,
      start,
      end: start + body.length,
    });
    if (lines.length > MAX_LINES) break;
  }
  return lines;
}

const KEYED =
  /^(?:#{1,6}\s+)?(?:\*\*|__|")?([\p{L}_][\p{L}\p{M}\p{N}_ ./()-]{0,60}?)(?:\*\*|__|")?\s*[:：]\s*(?:\*\*|__)?\s*(.*)$/u;

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
    const members =
      own.length > 1 || KEYED.test(line.text)
        ? membersOf(own.map((one, index) => (index === 0 ? { ...one, isItem: false } : one)))
        : [];
    items.push(
      own.length > 1 && members.length > 1 ? objectOf(members, own) : textOf(line, line.text),
    );
  }
  const [first] = lines;
  const start = first?.start ?? 0;
  return {
    kind: "array",
    items,
    start,
    end: lines.at(-1)?.end ?? start,
    editFrom: 0,
    editTo: 0,
    open: false,
  };
}

function objectOf(members: Member[], lines: readonly Line[]): Node {
  const start = lines[0]?.start ?? 0;
  return {
    kind: "object",
    members,
    bare: [],
    start,
    end: lines.at(-1)?.end ?? start,
    editFrom: 0,
    editTo: 0,
    open: false,
  };
}

function textOf(line: Line, text: string): Node {
  const bare = text
    .replace(/^(\*\*|__|`)(.+)\1$/, "$2")
    .replace(/^"(.*)"$/, "$1")
    .trim();
  return {
    kind: "text",
    quoted: false,
    text: bare,
    start: line.start,
    end: line.end,
    editFrom: 0,
    editTo: 0,
    open: false,
  };
}
