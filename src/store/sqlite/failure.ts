/** A failure to open, read or write the file, in words that end a sentence. */
export interface Failure {
  readonly reason: string;
  /**
   * `busy`: others hold the file. `rows`: what was to be written can't be. `damage`: a part of the
   * file can't be used, others may. `file`: all else.
   */
  readonly kind: "busy" | "rows" | "damage" | "file";
}

/** The file is sound, but not one this version may touch. */
export class UnusableFile extends Error {
  override readonly name = "UnusableFile";
}

/** Of a row, like errors without a code: it says nothing of the next. */
const OF_ROWS = new Set(["CONSTRAINT", "MISMATCH", "TOOBIG"]);

const REASONS: Readonly<Record<string, string>> = {
  BUSY: "another process holds it locked",
  LOCKED: "another process holds it locked",
  FULL: "the disk is full",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  READONLY: "it can't be written to",
  PERM: "it can't be written to",
  EACCES: "its folder can't be written to",
  EPERM: "its folder can't be written to",
  EROFS: "its folder is on a read-only file system",
  EEXIST: "a file stands where its folder should be",
  ENOTDIR: "a file stands where its folder should be",
  CANTOPEN: "it can't be opened",
  CORRUPT: "the file is damaged",
  NOTADB: "the file is not a SQLite database",
};

export function failureOf(thrown: unknown): Failure {
  const code = codeOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { reason: REASONS[code] ?? message, kind: kindOf(thrown, code) };
}

function kindOf(thrown: unknown, code: string): Failure["kind"] {
  if (isBusy(thrown)) return "busy";
  if (code === "CORRUPT") return "damage";
  if (OF_ROWS.has(code) || (code === "" && !(thrown instanceof UnusableFile))) return "rows";
  return "file";
}

export function isBusy(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === "BUSY" || code === "LOCKED";
}

/**
 * SQLite's primary result code without its prefix, or the code of a file system error, or nothing.
 */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  if ("errcode" in thrown && typeof thrown.errcode === "number")
    return PRIMARY_CODES[thrown.errcode & 0xff] ?? "";
  if (!("code" in thrown) || typeof thrown.code !== "string") return "";
  return thrown.code.startsWith("SQLITE_") ? (thrown.code.split("_")[1] ?? "") : thrown.code;
}

/** node:sqlite gives numbers only. https://www.sqlite.org/rescode.html */
const PRIMARY_CODES: Readonly<Record<number, string>> = {
  3: "PERM",
  5: "BUSY",
  6: "LOCKED",
  7: "NOMEM",
  8: "READONLY",
  9: "INTERRUPT",
  10: "IOERR",
  11: "CORRUPT",
  13: "FULL",
  14: "CANTOPEN",
  18: "TOOBIG",
  19: "CONSTRAINT",
  20: "MISMATCH",
  26: "NOTADB",
};
