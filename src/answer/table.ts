import { edit, newCursor } from "./scan.ts";
import type { Notation } from "./notation.ts";
import { linesOf, pairsNode, rowsNode, type Cell, type RowLine } from "./rows.ts";
import type { Node } from "./tree.ts";

/** The line between the names of a table and its rows. */
const RULER = /^[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
/** So many tables are looked at in one answer. */
const MAX_TABLES = 50;

/**
 * Tables in Markdown: a line of names, a ruler, rows. Each as a list of objects; one of two columns
 * with a name and a value a row as an object as well.
 */
export function findTables(text: string): Notation[] {
  if (!text.includes("|") || !/-[:| \t]{0,20}\r?(?:\n|$)/.test(text)) return [];
  const lines = linesOf(text, 0, text.length);
  const tables: Notation[] = [];
  for (let at = 1; at < lines.length && tables.length < MAX_TABLES; at++) {
    const ruler = lines[at];
    const head = lines[at - 1];
    if (!ruler || !head || !isRuler(text, ruler, head)) continue;
    let stop = at + 1;
    while (stop < lines.length && isRow(text, lines[stop])) stop++;
    const names = cellsOf(text, head.start, head.end);
    const rows = lines.slice(at + 1, stop).map((line) => cellsOf(text, line.start, line.end));
    if (rows.length > 0) tables.push(tableOf(text, names, withEdges(text, names, rows)));
    at = stop;
  }
  return tables;
}

interface Line {
  readonly start: number;
  readonly end: number;
}

function isRuler(text: string, ruler: Line, head: Line): boolean {
  const line = text.slice(ruler.start, ruler.end);
  const names = text.slice(head.start, head.end);
  if (!names.includes("|") || !line.includes("|") || !RULER.test(line)) return false;
  const count = cellsOf(text, head.start, head.end).cells.length;
  return cellsOf(text, ruler.start, ruler.end).cells.length === count;
}

function isRow(text: string, line: Line | undefined): boolean {
  return line !== undefined && text.slice(line.start, line.end).includes("|");
}

/** Where every row has an edge at its end, one without was cut off. */
function withEdges(text: string, names: RowLine, rows: readonly RowLine[]): RowLine[] {
  const hasEdge = ({ end }: RowLine): boolean => text[end - 1] === "|" && text[end - 2] !== "\\";
  const isEdged = hasEdge(names) && rows.slice(0, -1).every(hasEdge);
  return rows.map((row) => (isEdged && !hasEdge(row) ? { ...row, isBroken: true } : row));
}

function tableOf(text: string, names: RowLine, rows: readonly RowLine[]): Notation {
  const last = rows.at(-1);
  const end = last?.end ?? names.end;
  const cursor = newCursor(text, names.start, end, false);
  // With the last row the text ended as well: more of them may have been to come.
  const isShort = last && (last.isBroken === true || last.cells.length < names.cells.length);
  if (isShort && text.slice(end).trim() === "") edit(cursor, "truncated", last.start, end, "");
  edit(cursor, "table", names.start, end, "");
  const nodes: Node[] = [rowsNode(cursor, names, rows)];
  const isPairs =
    names.cells.length === 2 &&
    /^(?:value|wert|valeur|valor|значение|值|値)$/i.test(names.cells[1]?.text ?? "");
  if (isPairs && rows.every((row) => row.cells.length === 2))
    nodes.push(pairsNode(rows, names.start));
  return { rung: "table", cursor, nodes, start: names.start, end };
}

/** Parts a line at its pipes; one behind a backslash is part of a cell. */
function cellsOf(text: string, lineStart: number, lineEnd: number): RowLine {
  let [start, end] = [lineStart, lineEnd];
  while (start < end && /[ \t]/.test(text[start] ?? "")) start++;
  while (end > start && /[ \t]/.test(text[end - 1] ?? "")) end--;
  const line = { start, end };
  if (text[start] === "|") start++;
  if (end > start && text[end - 1] === "|" && text[end - 2] !== "\\") end--;
  const cells: Cell[] = [];
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && text[at] === "\\") at++;
    else if (at === end || text[at] === "|") {
      cells.push(cellOf(text, from, at));
      from = at + 1;
    }
  }
  return { cells, ...line };
}

function cellOf(text: string, from: number, to: number): Cell {
  const source = text.slice(from, to);
  const trimmed = source.trim();
  const start = from + source.indexOf(trimmed);
  const plain = /^(\*{1,3}|__|`)(?=\S)(.*\S)\1$/s.exec(trimmed)?.[2] ?? trimmed;
  const content = plain.replaceAll("\\|", "|");
  return { text: content, start, end: start + trimmed.length, isQuoted: false };
}
