import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file of a package. */
export interface TreeFile {
  /** From the folder, with `/`. */
  readonly path: string;
  readonly sha256: string;
  readonly executable: boolean;
}

/**
 * All files of a folder, and one digest of them all: it changes with any byte, name or executable
 * bit.
 */
export interface Tree {
  readonly sha256: string;
  /** By path. */
  readonly files: readonly TreeFile[];
  /** Bytes. */
  readonly size: number;
}

export interface TreeOptions {
  /**
   * Whether it is what somebody works on: then `.git`, compiled Python, and the links that npm puts
   * into `node_modules/.bin` are passed over; they are not copied either. @default false
   */
  readonly source?: boolean;
  /** The files and folders that count, with `/`; null: all. @default null */
  readonly parts?: readonly string[] | null;
}

interface FoundFile {
  readonly path: string;
  readonly executable: boolean;
  readonly size: number;
}

/** Why a folder can't be a package's: a clause without a full stop. */
export class TreeFault extends Error {}

const MOST_FILES = 50_000;
const MOST_BYTES = 4 * 1024 ** 3;
const MOST_DEPTH = 64;
/** Files that are read at a time. */
const AT_A_TIME = 8;

/**
 * Reads every file of a folder. A folder holds files and folders only: a link would lead to what is
 * not trusted.
 * @throws {TreeFault} for links and other things, and for what is too large
 */
export async function readTree(
  folder: string,
  options: TreeOptions & { readonly signal?: AbortSignal } = {},
): Promise<Tree> {
  const found: FoundFile[] = [];
  walk(folder, "", { ...options, found });
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const size = found.reduce((sum, file) => sum + file.size, 0);
  if (size > MOST_BYTES)
    throw new TreeFault(`it has ${size} bytes, and ${MOST_BYTES} are the most`);
  const files: TreeFile[] = [];
  let next = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < found.length; index = next++) {
      options.signal?.throwIfAborted();
      const {
        path,
        executable,
        size: bytes,
      } = found[index] ?? { path: "", executable: false, size: 0 };
      files[index] = { path, executable, sha256: await hashFile(join(folder, path), bytes) };
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { sha256: digestOf(files), files, size };
}

/**
 * The lines that the digest is made of; they are kept beside an installed package, to say what was
 * changed.
 */
export function treeList(files: readonly TreeFile[]): string {
  return files
    .map(({ path, sha256, executable }) => `${sha256} ${executable ? "x" : "-"} ${path}\n`)
    .join("");
}

/** Reads such lines again; null where they are not those of the digest. */
export function readTreeList(text: string, sha256: string): readonly TreeFile[] | null {
  if (createHash("sha256").update(text).digest("hex") !== sha256) return null;
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => ({
      sha256: line.slice(0, 64),
      executable: line[65] === "x",
      path: line.slice(67),
    }));
}

/** What differs, in words: `"main.ts" was changed, "x.ts" was added`. */
export function describeChanges(before: readonly TreeFile[], after: readonly TreeFile[]): string {
  const old = new Map(before.map((file) => [file.path, file]));
  const changes: string[] = [];
  for (const file of after) {
    const was = old.get(file.path);
    old.delete(file.path);
    if (was === undefined) changes.push(`"${file.path}" was added`);
    else if (was.sha256 !== file.sha256) changes.push(`"${file.path}" was changed`);
    else if (was.executable !== file.executable)
      changes.push(`"${file.path}" was made ${file.executable ? "" : "not "}executable`);
  }
  for (const path of old.keys()) changes.push(`"${path}" was removed`);
  const more = changes.length > MOST_CHANGES ? `, and ${changes.length - MOST_CHANGES} more` : "";
  return changes.slice(0, MOST_CHANGES).join(", ") + more;
}

const MOST_CHANGES = 5;

/**
 * Copies the files of a tree into a new folder. What was changed meanwhile shows when the copy is
 * read.
 */
export async function copyTree(
  tree: Tree,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const { path, executable } of tree.files) {
    signal?.throwIfAborted();
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(from, path), target);
    await chmod(target, executable ? 0o755 : 0o644);
  }
}

function digestOf(files: readonly TreeFile[]): string {
  return createHash("sha256").update(treeList(files)).digest("hex");
}

/** At once, which takes a fifth of the time. */
function walk(
  folder: string,
  below: string,
  to: TreeOptions & { readonly found: FoundFile[] },
): void {
  if (below.split("/").length > MOST_DEPTH)
    throw new TreeFault(`its folders are nested more than ${MOST_DEPTH} levels deep`);
  for (const name of readdirSync(join(folder, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isPassedOver(path, name, to)) continue;
    // oxlint-disable-next-line no-control-regex -- a list has a line a name
    if (/[\u0000-\u001F\u007F]/.test(name))
      throw new TreeFault(`a name in it holds a control character`);
    const stats = lstatSync(join(folder, path));
    if (stats.isDirectory()) walk(folder, path, to);
    else if (!stats.isFile()) {
      throw new TreeFault(
        `"${path}" is ${stats.isSymbolicLink() ? "a link" : "no regular file"}, and a plugin ` +
          "may hold files and folders only",
      );
    } else to.found.push({ path, executable: (stats.mode & 0o100) !== 0, size: stats.size });
    if (to.found.length > MOST_FILES) throw new TreeFault(`it has more than ${MOST_FILES} files`);
  }
}

function isPassedOver(path: string, name: string, { source, parts }: TreeOptions): boolean {
  if (parts && !parts.some((part) => part === path || isBelow(path, part) || isBelow(part, path)))
    return true;
  if (source !== true) return false;
  return name === ".git" || name === "__pycache__" || /(?:^|\/)node_modules\/\.bin$/.test(path);
}

function isBelow(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}/`);
}

/**
 * Bytes of a file that is read at once, which takes a fraction of the time: most are small, and
 * there are thousands of them.
 */
const SMALL = 256 * 1024;

async function hashFile(path: string, size: number): Promise<string> {
  if (size <= SMALL) return createHash("sha256").update(readFileSync(path)).digest("hex");
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = await open(path, "r");
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
