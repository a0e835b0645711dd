import { readFile, stat } from "node:fs/promises";
import { fileReason } from "./text.ts";

export type FileReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string; readonly cause?: unknown };

/** Reads a file as `readRegularFile` does; an editor's has unsaved texts in front of the disk. */
export type ReadFile = (path: string, mostBytes: number) => Promise<FileReading>;

/**
 * The bytes of a file, or why there are none. Only regular files are read: a pipe would block, a
 * device never end.
 * @param mostBytes larger files are refused
 */
export async function readRegularFile(path: string, mostBytes: number): Promise<FileReading> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return { ok: false, reason: "it is a folder" };
    if (!stats.isFile()) return { ok: false, reason: "it is not a regular file" };
    if (stats.size > mostBytes)
      return { ok: false, reason: `it is larger than ${mostBytes / MEBIBYTE} MiB` };
    return { ok: true, bytes: await readFile(path) };
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    return { ok: false, reason: isMissing ? "there is no such file" : fileReason(cause), cause };
  }
}

export const MEBIBYTE = 1024 * 1024;
