import type { SourcePlace } from "../core/error.ts";

/**
 * A program's text after line breaks and the byte order mark are made uniform; offsets are UTF-16
 * units into `text`.
 */
export interface Source {
  /** As the user named it; used in messages and details. */
  readonly path: string;
  readonly text: string;
}

/** A byte order mark, also one that an editor took for Latin-1 and encoded again. */
const BYTE_ORDER_MARK = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;

/** A byte order mark is dropped, CRLF and CR become LF. */
export function createSource(raw: string, path: string): Source {
  const text = raw.replace(BYTE_ORDER_MARK, "");
  return { path, text: text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text };
}

/** Line and column (from 1, columns in code points) of an offset. */
export function placeAt(source: Source, offset: number): SourcePlace {
  const at = Math.max(0, Math.min(offset, source.text.length));
  const start = source.text.lastIndexOf("\n", at - 1) + 1;
  const end = source.text.indexOf("\n", at);
  let line = 1;
  for (
    let index = source.text.indexOf("\n");
    index !== -1 && index < start;
    index = source.text.indexOf("\n", index + 1)
  )
    line++;
  return {
    path: source.path,
    line,
    column: Array.from(source.text.slice(start, at)).length + 1,
    text: source.text.slice(start, end === -1 ? undefined : end),
  };
}

/** Offset at which a line (from 1) starts. */
export function lineStart(source: Source, line: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const next = source.text.indexOf("\n", start);
    if (next === -1) return source.text.length;
    start = next + 1;
  }
  return start;
}
