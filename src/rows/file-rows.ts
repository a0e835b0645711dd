import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModullmError } from "../core/error.ts";
import { utf8 } from "./decode.ts";
import { type Row, rowError, type Rows } from "./row.ts";

/** A row a file that the pattern names, in the order of the paths: its text, and its path. */
export async function* fileRows(pattern: string, cwd: string): Rows {
  const paths: string[] = [];
  for await (const path of glob(pattern, { cwd })) paths.push(path);
  for (const [at, path] of paths.toSorted().entries()) yield await rowOf(at + 1, path, cwd);
}

async function rowOf(number: number, path: string, cwd: string): Promise<Row> {
  try {
    const bytes = await readFile(join(cwd, path));
    const text = utf8(bytes, (reason) => rowError(path, number, reason));
    return { number, ok: true, content: { kind: "cells", cells: { path, text } } };
  } catch (thrown) {
    const error = thrown instanceof ModullmError ? thrown : rowError(path, number, String(thrown));
    return { number, ok: false, error, raw: { path } };
  }
}
