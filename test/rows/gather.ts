import type { Row, Rows } from "../../src/rows/row.ts";

/** A stream that comes in pieces of so many bytes. */
export async function* pieces(content: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function gather(rows: Rows): Promise<readonly Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** What each row holds, or where it can't be read. */
export async function contents(rows: Rows): Promise<readonly unknown[]> {
  return (await gather(rows)).map((row) => {
    if (!row.ok) return [row.error.code, row.error.details["row"], row.error.details["column"]];
    const { content } = row;
    if (content.kind === "cells") return content.cells;
    return content.kind === "json" ? content.value : content.text;
  });
}
