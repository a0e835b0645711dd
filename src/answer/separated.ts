import type { Notation } from "./notation.ts";
import { edit, newCursor } from "./scan.ts";
import { rowsNode, type Cell, type RowLine } from "./rows.ts";

/** So long may a file of rows be. In rows. */
const MAX_ROWS = 100_000;

const MARKS = [
  { mark: ",", rule: "csv" },
  { mark: ";", rule: "csv" },
  { mark: "\t", rule: "tsv" },
] as const;

/**
 * Rows of cells with commas, semicolons or tabs between them, under a line of names, all of which
 * `isName` takes: other lines with commas in them are prose.
 */
export function findSeparated(
  text: string,
  from: number,
  to: number,
  isName: (name: string) => boolean,
): Notation | null {
  for (const { mark, rule } of MARKS) {
    const newline = text.indexOf("\n", from);
    if (newline < 0 || newline >= to || !text.slice(from, newline).includes(mark)) continue;
    const [names, ...rows] = readRows(text, from, to, mark);
    if (!names || rows.length === 0 || names.cells.length < 2) continue;
    if (!names.cells.every((cell) => isName(cell.text))) continue;
    const end = rows.at(-1)?.end ?? names.end;
    const cursor = newCursor(text, from, end, false);
    edit(cursor, rule, from, end, "");
    return { rung: rule, cursor, nodes: [rowsNode(cursor, names, rows)], start: from, end };
  }
  return null;
}

/** A line end within quotes is part of a cell. */
function readRows(text: string, from: number, to: number, mark: string): RowLine[] {
  const rows: RowLine[] = [];
  let at = from;
  while (at < to && rows.length < MAX_ROWS) {
    const start = at;
    const cells: Cell[] = [];
    let isBroken = false;
    for (;;) {
      const cell = readCell(text, at, to, mark);
      cells.push(cell);
      isBroken ||= cell.isBroken;
      at = cell.next;
      if (at >= to || text[at] !== mark) break;
      at++;
    }
    if (cells.length > 1 || cells[0]?.text !== "") rows.push({ cells, start, end: at, isBroken });
    if (text[at] === "\r") at++;
    at++;
  }
  return rows;
}

interface ReadCell extends Cell {
  readonly next: number;
  readonly isBroken: boolean;
}

function readCell(text: string, from: number, to: number, mark: string): ReadCell {
  let start = from;
  while (start < to && text[start] === " ") start++;
  if (text[start] === '"') return readQuotedCell(text, start, to, mark);
  let stop = from;
  while (stop < to && text[stop] !== mark && text[stop] !== "\n") stop++;
  const end = text[stop - 1] === "\r" ? stop - 1 : stop;
  const content = text.slice(from, end).trim();
  const own = { text: content, start, end: start + content.length, isQuoted: false };
  return { ...own, next: end, isBroken: false };
}

/**
 * A quote within is doubled. Anything but a mark or a line end behind the last one breaks the row.
 */
function readQuotedCell(text: string, start: number, to: number, mark: string): ReadCell {
  let close = start + 1;
  while (close < to && (text[close] !== '"' || text[close + 1] === '"')) {
    close += text[close] === '"' ? 2 : 1;
  }
  const content = text.slice(start + 1, Math.min(close, to)).replaceAll('""', '"');
  let next = Math.min(close + 1, to);
  while (next < to && text[next] === " ") next++;
  const isBroken = close >= to || (next < to && !`${mark}\r\n`.includes(text[next] ?? ""));
  while (next < to && text[next] !== mark && text[next] !== "\n" && text[next] !== "\r") next++;
  return { text: content, start, end: Math.min(close + 1, to), isQuoted: true, next, isBroken };
}
