import type { Line, Lines } from "./indented.ts";
import { edit } from "./scan.ts";
import { rowsNode, type Cell, type RowLine } from "./rows.ts";
import { arrayNode, textNode, type Node } from "./tree.ts";

/**
 * `key[2]{a,b}:`, the head of a list in TOON: how many items it has, and the names of their fields.
 */
export interface ToonHeader {
  /** Empty at the root. */
  readonly key: string;
  readonly count: number;
  readonly mark: string;
  readonly fields: string | null;
  /** How much of the line it is, with its colon. */
  readonly length: number;
}

/** Reads the block that is indented so far. */
type ReadBlock = (reading: Lines, indent: number) => Node | null;

const HEADER =
  /^(?:([\p{L}_][\p{L}\p{N}_.]{0,120})|"([^"\\\n]{0,120})")?\[#?(\d{1,7})([|\t]?)\](?:\{([^{}\n]{1,2000})\})?:(?=\s|$)/u;

export function toonHeader(text: string): ToonHeader | null {
  const found = HEADER.exec(text);
  if (!found) return null;
  return {
    key: found[1] ?? found[2] ?? "",
    count: Number(found[3]),
    mark: found[4] === "" || found[4] === undefined ? "," : found[4],
    fields: found[5] ?? null,
    length: found[0].length,
  };
}

/**
 * The list under a header, which is the line at hand: rows, items behind dashes, or values in line.
 */
export function toonRows(
  reading: Lines,
  header: ToonHeader,
  indent: number,
  readBlock: ReadBlock,
): Node | null {
  const line = reading.lines[reading.at];
  if (!line) return null;
  reading.at++;
  const rest = line.text.slice(header.length).trim();
  const node =
    header.fields === null
      ? plainList(reading, header, line, rest, indent, readBlock)
      : rest === ""
        ? fieldRows(reading, header, line, indent)
        : null;
  if (node?.kind === "array" && node.items.length !== header.count)
    edit(
      reading.cursor,
      "toon-count",
      line.start,
      line.start + header.length,
      String(node.items.length),
    );
  return node;
}

function fieldRows(reading: Lines, header: ToonHeader, line: Line, indent: number): Node {
  const { text } = reading.cursor;
  const open = line.start + line.text.indexOf("{");
  const names = {
    cells: cellsOf(text, open + 1, line.start + header.length - 2, header.mark),
    start: line.start,
    end: line.end,
  };
  const rows: RowLine[] = [];
  for (; reading.at < reading.lines.length; reading.at++) {
    const row = reading.lines[reading.at];
    if (!row || row.indent <= indent || row.text === "") break;
    const end = row.start + row.text.length;
    rows.push({ cells: cellsOf(text, row.start, end, header.mark), start: row.start, end });
  }
  return rowsNode(reading.cursor, names, rows);
}

function plainList(
  reading: Lines,
  header: ToonHeader,
  line: Line,
  rest: string,
  indent: number,
  readBlock: ReadBlock,
): Node | null {
  const start = line.start;
  const from = line.start + line.text.length - rest.length;
  if (rest !== "") {
    const cells = cellsOf(reading.cursor.text, from, from + rest.length, header.mark);
    return arrayNode(cells.map(textNode), start, line.end);
  }
  const next = reading.lines[reading.at];
  if (!next || next.indent <= indent) return arrayNode([], start, line.end);
  const list = readBlock(reading, next.indent);
  return list?.kind === "array" ? list : null;
}

/** Parts a line at the marks that stand in no quotes. */
function cellsOf(text: string, from: number, to: number, mark: string): Cell[] {
  const cells: Cell[] = [];
  let start = from;
  let isWithin = false;
  for (let at = from; at <= to; at++) {
    const char = text[at];
    if (isWithin && char === "\\") at++;
    else if (char === '"' && at < to) isWithin = !isWithin;
    if (at < to && (isWithin || char !== mark)) continue;
    cells.push(cellOf(text, start, Math.min(at, to)));
    start = at + 1;
  }
  return cells;
}

function cellOf(text: string, from: number, to: number): Cell {
  const source = text.slice(from, to);
  const content = source.trim();
  const start = from + source.indexOf(content);
  const own = { start, end: start + content.length };
  if (/^"(?:[^"\\]|\\.)*"$/.test(content)) {
    try {
      return { text: String(JSON.parse(content)), isQuoted: true, ...own };
    } catch {
      return { text: content, isQuoted: false, ...own };
    }
  }
  return { text: content, isQuoted: false, ...own };
}
