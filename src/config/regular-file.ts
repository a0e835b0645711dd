import { readFileSync, type Stats, statSync } from "node:fs";
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
    const reason = refusedFor(await stat(path), mostBytes);
    return reason === null ? { ok: true, bytes: await readFile(path) } : { ok: false, reason };
  } catch (cause) {
    return unreadable(cause);
  }
}

/** The same while others wait: many small files are read sooner so. */
export async function readRegularFileAtOnce(path: string, mostBytes: number): Promise<FileReading> {
  try {
    const reason = refusedFor(statSync(path), mostBytes);
    return reason === null ? { ok: true, bytes: readFileSync(path) } : { ok: false, reason };
  } catch (cause) {
    return unreadable(cause);
  }
}

export const MEBIBYTE = 1024 * 1024;

function refusedFor(stats: Stats, mostBytes: number): string | null {
  if (stats.isDirectory()) return "it is a folder";
  if (!stats.isFile()) return "it is not a regular file";
  return stats.size > mostBytes ? `it is larger than ${mostBytes / MEBIBYTE} MiB` : null;
}

function unreadable(cause: unknown): FileReading {
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  return { ok: false, reason: isMissing ? "there is no such file" : fileReason(cause), cause };
}
