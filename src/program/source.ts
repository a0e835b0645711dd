import type { SourcePlace } from "../core/error.ts";

/**
 * A program's text after line breaks and the byte order mark are made uniform; offsets are UTF-16
 * units into `text`.
 */
export interface Source {
  /** As the user named it; used in messages and details. */
  readonly path: string;
  readonly text: string;
  /** Where each line starts. */
  readonly lines: readonly number[];
}

/** A byte order mark, also one that an editor took for Latin-1 and encoded again. */
export const BYTE_ORDER_MARK = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;

/** A byte order mark is dropped, CRLF and CR become LF. */
export function createSource(raw: string, path: string): Source {
  const text = raw.replace(BYTE_ORDER_MARK, "");
  const plain = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const lines = [0];
  for (let at = plain.indexOf("\n"); at !== -1; at = plain.indexOf("\n", at + 1))
    lines.push(at + 1);
  return { path, text: plain, lines };
}

/** Line and column (from 1, columns in code points) of an offset. */
export function placeAt(source: Source, offset: number): SourcePlace {
  const { lines, text, path } = source;
  const at = Math.max(0, Math.min(offset, text.length));
  let [line, after] = [0, lines.length];
  while (after - line > 1) {
    const middle = (line + after) >> 1;
    if ((lines[middle] ?? 0) <= at) line = middle;
    else after = middle;
  }
  const start = lines[line] ?? 0;
  const end = text.indexOf("\n", at);
  return {
    path,
    line: line + 1,
    column: Array.from(text.slice(start, at)).length + 1,
    text: text.slice(start, end === -1 ? undefined : end),
  };
}

/** Offset at which a line (from 1) starts. */
export function lineStart({ lines, text }: Source, line: number): number {
  return lines[line - 1] ?? text.length;
}
