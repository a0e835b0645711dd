import type { Position, Range } from "vscode-languageserver";
import { lineStart, placeAt } from "../../program/source.ts";
import type { FileView, Span } from "./file-view.ts";

// An editor counts from 0, in UTF-16 units; places count from 1, in code points. Both end a line at
// LF, CRLF and CR. Only a byte order mark, in the first line, is not in the source.

export function offsetAt({ source, mark }: FileView, { line, character }: Position): number {
  const start = lineStart(source, line + 1);
  const next = source.lines[line + 1];
  const end = next === undefined ? source.text.length : next - 1;
  return Math.min(start + Math.max(0, character - (line === 0 ? mark : 0)), end);
}

export function positionAt({ source, mark }: FileView, offset: number): Position {
  const line = placeAt(source, offset).line - 1;
  const character = offset - lineStart(source, line + 1);
  return { line, character: character + (line === 0 ? mark : 0) };
}

export function rangeOf(view: FileView, { from, to }: Span): Range {
  return { start: positionAt(view, from), end: positionAt(view, to) };
}

/** The offset of a place: its line and column count from 1, in code points. */
export function offsetOfPlace({ source }: FileView, line: number, column: number): number {
  const start = lineStart(source, line);
  const end = source.lines[line] ?? source.text.length + 1;
  const before = Array.from(source.text.slice(start, end - 1)).slice(0, column - 1);
  return start + before.join("").length;
}

/** For people. */
export function placeText(view: FileView, { from }: Span): string {
  return `${view.path}, line ${placeAt(view.source, from).line},`;
}

/** What a fault at an offset is about: a template, what is in quotes, a word; else its line. */
export function wordAt({ source: { text } }: FileView, from: number): Span {
  const end = text.indexOf("\n", from);
  const line = text.slice(from, end === -1 ? undefined : end);
  const word = WORD.exec(line)?.[0] ?? line.trimEnd();
  return { from, to: from + word.length };
}

const WORD = /^(?:\{\{[^}]*\}\}|"(?:[^"\\]|\\.)*"|'[^']*'|[\w$./@-]+)/;
