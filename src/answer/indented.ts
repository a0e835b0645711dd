import { noteComment, type Cursor } from "./scan.ts";
import { linesOf } from "./rows.ts";

/** A line of a notation that nests by indentation. */
export interface Line {
  readonly indent: number;
  /** Without its indentation. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Lines that are read one after another. */
export interface Lines {
  readonly cursor: Cursor;
  readonly lines: Line[];
  at: number;
  /** How many blocks are open. */
  depth: number;
  isToon: boolean;
}

const MAX_LINES = 20_000;

/** Null where there are none, or too many, or some are indented by tabs. */
export function readLines(cursor: Cursor, from: number, to: number): Lines | null {
  const lines: Line[] = [];
  for (const { start, end } of linesOf(cursor.text, from, to)) {
    const source = cursor.text.slice(start, end);
    const body = source.trimStart();
    const indent = source.length - body.length;
    if (source.slice(0, indent).includes("\t") && body !== "") return null;
    lines.push({ indent, text: body.trimEnd(), start: start + indent, end });
    if (lines.length > MAX_LINES) return null;
  }
  while (lines.at(-1)?.text === "") lines.pop();
  const first = lines.findIndex((line) => !isBlank(line) && line.text !== "---");
  return first < 0 ? null : { cursor, lines: lines.slice(first), at: 0, depth: 0, isToon: false };
}

function isBlank({ text }: Line): boolean {
  return text === "" || text.startsWith("#");
}

/** The next line that says something; comments before it are recorded. */
export function nextLine(reading: Lines): Line | undefined {
  for (; reading.at < reading.lines.length; reading.at++) {
    const line = reading.lines[reading.at];
    if (line && !isBlank(line)) return line;
    if (line && line.text !== "") noteComment(reading.cursor, line.start, line.end);
  }
  return undefined;
}
