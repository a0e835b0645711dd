import { readFileSync, statSync } from "node:fs";

/**
 * Larger files are no configuration: refusing them keeps a stray dump from filling the memory.
 * Bytes.
 */
const MOST_BYTES = 1_000_000;

export type ConfigText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "directory" }
  | {
      readonly kind: "unreadable";
      readonly reason: string;
      readonly line?: number;
      readonly cause?: unknown;
    };

/**
 * The text of a file that may or may not be there. Reads at once: it is on the way of every start.
 */
export function readConfigText(path: string): ConfigText {
  let bytes: Uint8Array;
  try {
    const stats = statSync(path);
    const { size } = stats;
    if (stats.isDirectory()) return { kind: "directory" };
    // A pipe would block, a device never end.
    if (!stats.isFile()) return { kind: "unreadable", reason: "it is not a regular file" };
    if (size > MOST_BYTES)
      return { kind: "unreadable", reason: `it is larger than ${MOST_BYTES} bytes` };
    bytes = readFileSync(path);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
    if (code === "EISDIR") return { kind: "directory" };
    return { kind: "unreadable", reason: fileReason(thrown), cause: thrown };
  }
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    const utf16 =
      (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    if (utf16) return { kind: "unreadable", reason: "it is UTF-16 text; save it as UTF-8" };
    return { kind: "unreadable", reason: "it is not UTF-8 text", line: firstBadLine(bytes) };
  }
}

/** Why there is no text to be had, in words. */
export function whyNoText(read: Exclude<ConfigText, { readonly kind: "text" }>): string {
  if (read.kind === "unreadable") return read.reason;
  return read.kind === "directory" ? "it is a folder" : "there is no such file";
}

/** Why a file operation failed, in words. */
export function fileReason(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const known = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return known ?? (thrown instanceof Error ? thrown.message : String(thrown));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ELOOP: "its links form a loop",
  EPIPE: "nobody reads it any more",
};

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, start)) {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, at));
    } catch {
      return line;
    }
    start = at + 1;
    line++;
  }
  return line;
}
