import { stat } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { ModullmError } from "../core/error.ts";
import type { Program } from "../program/program.ts";
import { type LibraryName, malformed, missing, noVersion } from "./missing.ts";
import { isProgramPath } from "./program-path.ts";
import { readProgram } from "./read.ts";
import { readShelf, type Shelf, type ShelfFile } from "./scan.ts";
import { byVersion, parseRange, plainVersion } from "../program/versions.ts";

/**
 * The folders that names are looked for in, the first one first; a function is asked when the first
 * name is met.
 */
export type LibraryPath = readonly string[] | (() => Promise<readonly string[]>);

export interface ProgramFinder {
  /**
   * The file of a library name: of the first folder that has it, in a version that the name allows.
   * @throws {ModullmError} RLLM_008 with `near` for a name that is missing, malformed or ambiguous
   */
  find(written: string): Promise<string>;
}

export interface FinderOptions {
  readonly library: LibraryPath;
  /** Reads a program; whoever keeps what it read saves reading it again. @default from disk */
  readonly read?: (path: string) => Promise<Program>;
}

/**
 * Finds names in the library. Folders are listed once, and a name is looked up once: make one for
 * each load.
 */
export function createFinder({ library, read = readProgram }: FinderOptions): ProgramFinder {
  const shelves = new Map<string, Promise<Shelf>>();
  const found = new Map<string, Promise<string>>();
  const search: Search = {
    read,
    shelf: (folder) => remembered(shelves, folder, readShelf),
    roots: typeof library === "function" ? library : () => Promise.resolve(library),
  };
  return { find: (written) => remembered(found, written, (name) => findFile(name, search)) };
}

/**
 * A program as it is named on a command line, absolute: a path, a file of the working folder, or
 * else a library name. Where there is no library at all, what is not found is taken for a path.
 * @throws {ModullmError} RLLM_008
 */
export async function locateProgram(
  written: string,
  { cwd, library }: { readonly cwd: string; readonly library: LibraryPath },
): Promise<string> {
  const path = resolve(cwd, written);
  if (isProgramPath(written)) return path;
  const kind = await kindOf(path);
  if (kind === "file") return path;
  const roots = typeof library === "function" ? await library() : library;
  const kinds = await Promise.all(roots.map(kindOf));
  if (!kinds.includes("folder") || !readName(written)) return path;
  return await createFinder({ library: roots }).find(written);
}

interface Search {
  read(path: string): Promise<Program>;
  shelf(folder: string): Promise<Shelf>;
  roots(): Promise<readonly string[]>;
}

async function findFile(written: string, search: Search): Promise<string> {
  const name = readName(written);
  if (!name) throw malformed(written);
  const roots = await search.roots();
  const versions: string[] = [];
  for (const root of roots) {
    const shelf = await search.shelf(join(root, posix.dirname(name.name)));
    const choice = await choose(shelf.get(posix.basename(name.name)) ?? [], name, search);
    if (choice.path !== null) return choice.path;
    versions.push(...choice.versions);
  }
  throw versions.length > 0
    ? noVersion(name, [...new Set(versions)], roots)
    : await missing(name, roots);
}

/**
 * Parts of letters, digits and `.`, `_`, `-` or blanks within, which can't lead out of the library;
 * `@` and a range behind them.
 */
function readName(written: string): LibraryName | null {
  const found =
    /^((?:[\p{L}\p{N}_][\p{L}\p{N}._ -]*\/)*[\p{L}\p{N}_][\p{L}\p{N}._ -]*)(?:@(.+))?$/u.exec(
      written,
    );
  if (!found) return null;
  const [, name = "", text] = found;
  const range = text === undefined ? null : parseRange(text);
  return text !== undefined && range === null ? null : { written, name, range };
}

interface Candidate {
  readonly file: ShelfFile;
  /** Of the program, or as its file's name says. */
  readonly version: string;
}

/** Without a range the current file, else the newest; with one, the newest that it allows. */
async function choose(
  files: readonly ShelfFile[],
  name: LibraryName,
  search: Search,
): Promise<{ readonly path: string | null; readonly versions: readonly string[] }> {
  const current = files.find((file) => file.version === null);
  if (current && name.range === null) return { path: current.path, versions: [] };
  const candidates = await Promise.all(
    files.map(async (file): Promise<Candidate> => {
      return { file, version: file.version ?? (await search.read(file.path)).version };
    }),
  );
  const allowed = candidates.filter(({ version }) =>
    name.range === null ? plainVersion(version) !== null : name.range.holds(version),
  );
  const [best, ...others] = allowed.toSorted((a, b) => byVersion(plain(a), plain(b)));
  if (!best) return { path: null, versions: candidates.map(({ version }) => version) };
  const equals = [best, ...others.filter((other) => plain(other) === plain(best))];
  await checkAgreement(equals, name, search);
  return { path: best.file.path, versions: [] };
}

function plain({ version }: Candidate): string {
  return plainVersion(version) ?? version;
}

/**
 * Files of one version must be one text, and a file's name must say the version that the program
 * says.
 */
async function checkAgreement(
  equals: readonly Candidate[],
  name: LibraryName,
  search: Search,
): Promise<void> {
  const programs = await Promise.all(equals.map(({ file }) => search.read(file.path)));
  for (const [index, program] of programs.entries()) {
    const { file } = equals[index] ?? {};
    if (file && file.version !== null && !sameVersion(file.version, program.version))
      throw disagreement(file, program);
  }
  if (programs.every((program) => program.source.text === programs[0]?.source.text)) return;
  const near = equals.map(({ file }) => file.path).toSorted();
  throw new ModullmError(
    "RLLM_008",
    `"${name.written}" is ambiguous: ${near.join(" and ")} differ, but not in version`,
    {
      details: { path: name.written, near },
      hint: "Give one of them another version, or write the path of the one that is meant.",
    },
  );
}

function sameVersion(a: string, b: string): boolean {
  return (plainVersion(a) ?? a) === (plainVersion(b) ?? b);
}

function disagreement(file: ShelfFile, program: Program): ModullmError {
  return new ModullmError(
    "RLLM_008",
    `Cannot use "${file.path}": its name says version ${file.version}, the program says ` +
      program.version,
    {
      details: { path: file.path, versions: [file.version, program.version] },
      hint: "Rename the file, or correct its version.",
    },
  );
}

export async function kindOf(path: string): Promise<"file" | "folder" | null> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return null;
  }
}

function remembered<T>(
  known: Map<string, Promise<T>>,
  key: string,
  make: (key: string) => Promise<T>,
): Promise<T> {
  const value = known.get(key) ?? make(key);
  known.set(key, value);
  return value;
}
