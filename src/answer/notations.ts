import { assignedName, isSection, readAssigned } from "./assigned.ts";
import { findCalls } from "./calls.ts";
import { readConstructed } from "./constructed.ts";
import { fold } from "./fold.ts";
import { findHtmlTables } from "./html-table.ts";
import type { Notation } from "./notation.ts";
import { findSeparated } from "./separated.ts";
import { findTables } from "./table.ts";
import { toonHeader } from "./toon.ts";
import { keyOf, readYaml } from "./yaml.ts";
import { linesOf } from "./rows.ts";
import type { Node } from "./tree.ts";

type IsName = (name: string) => boolean;

/**
 * The stretches of a text that are written in a notation other than JSON: calls with parameters, or
 * tables, rows of cells, YAML and TOON. `names` are the names of the contract's properties, folded:
 * rows and YAML are looked for where they stand, or where a fence says that it holds such.
 */
export function findNotations(text: string, names: ReadonlySet<string>): Notation[] {
  const calls = findCalls(text);
  if (calls.length > 0) return calls;
  const isName: IsName = (name) => names.has(fold(name));
  const tables = [...findTables(text), ...findHtmlTables(text)];
  const fences = fencesOf(text);
  const stretches = fences.length > 0 ? fences : stretchOf(text, isName);
  // Without a fence a call is the whole text.
  const called = fences.length > 0 ? null : readConstructed(text, 0, text.length, isName);
  if (called) return [called];
  const others = stretches
    .filter(({ from, to }) => !tables.some((table) => table.start < to && table.end > from))
    .flatMap((stretch) => readStretch(text, stretch, isName) ?? []);
  return [...tables, ...others].toSorted((a, b) => a.start - b.start);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** What the fence around it says of it. */
  readonly info: string;
}

const FENCE = /^[ \t]*(`{3,}|~{3,})([^\n`]{0,120})\n/gm;
const MAX_FENCES = 50;

function fencesOf(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  let done = 0;
  for (const found of text.matchAll(FENCE)) {
    if (found.index < done || stretches.length >= MAX_FENCES) continue;
    const from = found.index + found[0].length;
    const close = text.indexOf(`\n${found[1] ?? ""}`, from - 1);
    const to = close < 0 ? text.length : close;
    stretches.push({ from, to, info: (found[2] ?? "").trim().toLowerCase() });
    done = to + 1;
  }
  return stretches;
}

/**
 * From the first line that speaks of the contract up to prose behind an empty line, or the end.
 * Prose right before that line belongs to it in some way that is not understood: then there is
 * none.
 */
function stretchOf(text: string, isName: IsName): Stretch[] {
  const first = text.search(VISIBLE);
  if (first < 0) return [];
  let from = -1;
  let before = "";
  let cells = 0;
  for (const { start, end } of linesOf(text, first, text.length)) {
    const line = text.slice(start, Math.min(end, start + 500));
    if (from < 0 && speaks(line, isName)) {
      if (!/(?:^|[:：}\]`>|])\s*$/.test(before) && before !== "---") return [];
      from = start;
      cells = isNames(line, isName) ? cellsOf(line).length : 0;
    } else if (from >= 0 && before === "" && /^[^\s#-]/.test(line) && !speaks(line, isName)) {
      const isRow = cells > 0 && cellsOf(line).length === cells && !/[.!?:]\s*$/.test(line);
      if (!isRow) return [{ from, to: start, info: "" }];
    }
    before = line.trim();
  }
  return from < 0 ? [] : [{ from, to: text.length, info: "" }];
}

/** Nobody sees the marks that some put in front of a text. */
const VISIBLE = /[^\s\u200b\u2060]/;

function speaks(line: string, isName: IsName): boolean {
  if (toonHeader(line)) return true;
  const assigned = assignedName(line);
  if (assigned !== undefined) return isName(assigned);
  const key = keyOf(line.replace(/^(?:- +)+/, ""));
  if (key) return isName(key.name);
  return isNames(line, isName);
}

function isNames(line: string, isName: IsName): boolean {
  const cells = cellsOf(line);
  return cells.length > 1 && cells.every((cell) => isName(cell.replaceAll('"', "")));
}

function cellsOf(line: string): string[] {
  return line.split(/[,;\t]/);
}

function readStretch(text: string, { from, to, info }: Stretch, isName: IsName): Notation | null {
  const called = readConstructed(text, from, to, isName);
  if (called) return called;
  const start = /\S/.exec(text.slice(from, Math.min(to, from + 200)))?.index ?? 0;
  const head = text.slice(from + start, Math.min(to, from + start + 500)).split("\n", 1)[0] ?? "";
  if (/^[{[<]/.test(head) && !toonHeader(head) && !isSection(head)) return null;
  if (/^(?:csv|tsv)\b/.test(info)) return findSeparated(text, from + start, to, () => true);
  const rows = toonHeader(head) ? null : findSeparated(text, from + start, to, isName);
  if (rows) return rows;
  if (assignedName(head) !== undefined || /^[#;]/.test(head)) {
    const assigned = readAssigned(text, { from, to, info }, isName);
    if (assigned) return assigned;
  }
  return /^(?:yaml|yml|toon|text)?$/.test(info)
    ? readNested(text, { from, to, info }, isName)
    : null;
}

/** YAML and TOON. */
function readNested(text: string, { from, to, info }: Stretch, isName: IsName): Notation | null {
  const read = readYaml(text, from, to);
  const isNamed =
    info.startsWith("y") ||
    read?.rung === "toon" ||
    read?.nodes.every((node) => isAbout(node, isName));
  return read && isNamed ? read : null;
}

/** Every key of an object, or of the objects in a list, is a name. */
function isAbout(node: Node, isName: IsName): boolean {
  if (node.kind === "object") return node.members.every((member) => isName(member.key));
  return (
    node.kind === "array" &&
    node.items.length > 0 &&
    node.items.every((item) => item.kind === "object" && isAbout(item, isName))
  );
}
