import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { type Fault, unreadable } from "./fault.ts";
import { tooLarge } from "./data.ts";

export type Bytes = { readonly ok: true; readonly bytes: Uint8Array } | Fault;

export interface FileOptions {
  /** Where relative paths start. */
  readonly cwd: string;
  /** Folders whose files may be read; absolute. */
  readonly allow: readonly string[];
  /** The most bytes that are read. */
  readonly most: number;
}

/**
 * No link is followed any more, and nothing is waited for; Windows has neither flag, which then
 * counts as 0.
 */
const OPENING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const HINT =
  "Allow its folder with --allow-path FOLDER, or for good with media.allow in config.yaml.";

/**
 * The bytes of a regular file that lies below an allowed folder, wherever symbolic links on the way
 * lead. The file that is opened is the one that was looked at.
 */
export async function readFileBelow(
  path: string,
  { cwd, allow, most }: FileOptions,
): Promise<Bytes> {
  if (path.includes("\0")) return unreadable("holds a NUL character, which no path has");
  const absolute = resolve(cwd, path);
  const folders = await Promise.all(allow.map(realFolder));
  // Before anything is looked up, so that nothing is told of files elsewhere.
  if (![...allow, ...folders].some((folder) => folder !== null && isBelow(absolute, folder)))
    return unreadable(`names the file "${absolute}", which is outside ${places(allow)}`, HINT);
  try {
    const real = await realpath(absolute);
    if (!folders.some((folder) => folder !== null && isBelow(real, folder)))
      return unreadable(
        `names the file "${path}", a link that leads outside ${places(allow)}`,
        HINT,
      );
    return await readRegular(real, path, most);
  } catch (thrown) {
    return unreadable(`names the file "${path}", which can't be read: ${reasonOf(thrown)}`);
  }
}

async function readRegular(real: string, path: string, most: number): Promise<Bytes> {
  const looked = await lstat(real);
  if (!looked.isFile())
    return unreadable(`names "${path}", which is ${kindOf(looked)}; only regular files are read`);
  const file = await open(real, OPENING);
  try {
    const opened = await file.stat();
    if (!opened.isFile() || opened.ino !== looked.ino || opened.dev !== looked.dev)
      return unreadable(`names the file "${path}", which was replaced while it was opened`);
    if (opened.size > most) return tooLarge(opened.size, most);
    const bytes = await readUpTo(file, most + 1);
    return bytes.length > most ? tooLarge(bytes.length, most) : { ok: true, bytes };
  } finally {
    await file.close();
  }
}

/** A file may grow while it is read, or not tell its size. */
async function readUpTo(file: FileHandle, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < most;) {
    const part = new Uint8Array(Math.min(1024 * 1024, most - length));
    const { bytesRead } = await file.read(part, 0, part.length, null);
    if (bytesRead === 0) break;
    parts.push(part.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(parts);
}

async function realFolder(folder: string): Promise<string | null> {
  try {
    return await realpath(folder);
  } catch {
    return null;
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function places(allow: readonly string[]): string {
  const [cwd = "", ...others] = allow;
  return others.length === 0
    ? `the working folder "${cwd}"`
    : `the working folder "${cwd}" and the folders that are allowed`;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return stats.isSymbolicLink() ? "a link" : "a device";
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    ENOTDIR: "there is no such file",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    ELOOP: "its links lead in a circle",
    ENAMETOOLONG: "the path is too long",
  };
  return reasons[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
}
