import { dirname, join, resolve } from "node:path";
import { inChild, ModullmError, toModullmError } from "../core/error.ts";
import { programOf } from "../program/parse.ts";
import type { Program, ToolEntry, UsesEntry } from "../program/program.ts";
import { createFinder, type LibraryPath, type ProgramFinder } from "./names.ts";
import { isProgramPath } from "./program-path.ts";
import { checkToolNames, nameOfTool } from "./tool-names.ts";
import { readProgram } from "./read.ts";
import { realFile } from "./real-file.ts";
import { readSharedSchemas } from "./shared-schemas.ts";

/** A program with everything it uses. Immutable; a file used twice is one object. */
export interface LoadedProgram {
  readonly program: Program;
  /** Absolute; empty for a program made from text. */
  readonly path: string;
  /** In the order of `uses`. */
  readonly uses: readonly Link[];
  /** Programs that its model may call, in the order of `tools`. */
  readonly tools: readonly ToolLink[];
}

export interface Link {
  readonly entry: UsesEntry;
  readonly child: LoadedProgram;
}

export interface ToolLink {
  readonly entry: ToolEntry;
  /** By which the model calls it; no two tools of a program have the same. */
  readonly name: string;
  readonly child: LoadedProgram;
}

export interface LoadOptions {
  /** Where library names are found. @default nowhere */
  readonly library?: LibraryPath;
  /** Reads one program by its absolute path. @default from disk */
  readonly read?: (path: string) => Promise<Program>;
}

/** Reads programs with all that they use, each file once for all of them. */
export interface ProgramLoader {
  /** @throws {ModullmError} as `loadProgram` does */
  load(path: string): Promise<LoadedProgram>;
}

export function createLoader(options: LoadOptions = {}): ProgramLoader {
  const progress = startProgress(options);
  return { load: async (path) => await loadTree(await realFile(resolve(path)), progress) };
}

/** Where relative paths of a program start; of one made from text, the working folder. */
export function folderOf({ path }: Pick<LoadedProgram, "path">): string {
  return path === "" ? process.cwd() : dirname(path);
}

/**
 * Reads a program and all that it uses, each file once.
 * @throws {ModullmError} RLLM_001, RLLM_002, RLLM_003, RLLM_015 of any file, with `details.chain`
 * for a child; RLLM_008 for
 *   files that use or call each other, with the whole `cycle`, and for library names that lead to
 *   no program
 */
export async function loadProgram(path: string, options: LoadOptions = {}): Promise<LoadedProgram> {
  return await createLoader(options).load(path);
}

/** A program from text; its `uses` and `tools` are relative to `folder`. */
export async function loadText(
  text: string,
  folder: string,
  options: LoadOptions = {},
): Promise<LoadedProgram> {
  const shared = await readSharedSchemas(text, join(folder, "program.rllm"));
  const program = programOf(text, { shared });
  return { program, path: "", ...(await loadParts(program, folder, startProgress(options))) };
}

/**
 * Where a `uses` path leads, absolute. @throws {ModullmError} RLLM_008 for a library name that
 * leads nowhere
 */
export async function resolveUses(
  path: string,
  folder: string,
  finder: ProgramFinder,
): Promise<string> {
  return await realFile(isProgramPath(path) ? resolve(folder, path) : await finder.find(path));
}

interface Progress {
  readonly done: Map<string, LoadedProgram>;
  /** Why a program can't be loaded, itself or what is below it. */
  readonly failed: Map<string, unknown>;
  readonly trail: readonly string[];
  readonly finder: ProgramFinder;
  read(path: string): Promise<Program>;
}

function startProgress({ library = [], read: readOne = readProgram }: LoadOptions): Progress {
  const programs = new Map<string, Promise<Program>>();
  function read(path: string): Promise<Program> {
    const program = programs.get(path) ?? readOne(path);
    programs.set(path, program);
    return program;
  }
  return {
    done: new Map(),
    failed: new Map(),
    trail: [],
    read,
    finder: createFinder({ library, read }),
  };
}

async function loadTree(path: string, progress: Progress): Promise<LoadedProgram> {
  const known = progress.done.get(path);
  if (known) return known;
  if (progress.trail.includes(path)) {
    const cycle = [...progress.trail.slice(progress.trail.indexOf(path)), path];
    throw new ModullmError("RLLM_008", `The programs use each other: ${cycle.join(" -> ")}`, {
      details: { cycle },
    });
  }
  if (progress.failed.has(path)) throw progress.failed.get(path);
  try {
    const program = await progress.read(path);
    const trail = [...progress.trail, path];
    const parts = await loadParts(program, dirname(path), { ...progress, trail });
    const loaded = { program, path, ...parts };
    progress.done.set(path, loaded);
    return loaded;
  } catch (thrown) {
    progress.failed.set(path, thrown);
    throw thrown;
  }
}

async function loadParts(
  program: Program,
  folder: string,
  progress: Progress,
): Promise<Pick<LoadedProgram, "uses" | "tools">> {
  const uses = await loadUses(program, folder, progress);
  return { uses, tools: await loadTools(program, folder, progress) };
}

async function loadUses(program: Program, folder: string, progress: Progress): Promise<Link[]> {
  const links: Link[] = [];
  for (const entry of program.uses) {
    let path = entry.path;
    try {
      path = await resolveUses(entry.path, folder, progress.finder);
      links.push({ entry, child: await loadTree(path, progress) });
    } catch (thrown) {
      throw inChild(toModullmError(thrown), { name: entry.name, path });
    }
  }
  return links;
}

async function loadTools(
  program: Program,
  folder: string,
  progress: Progress,
): Promise<readonly ToolLink[]> {
  if (program.tools.length === 0) return NONE;
  const links: ToolLink[] = [];
  for (const entry of program.tools) {
    if (entry.from.kind !== "program") continue;
    let path = entry.from.name;
    try {
      path = await resolveUses(path, folder, progress.finder);
      const child = await loadTree(path, progress);
      links.push({ entry, name: nameOfTool(entry, child.program), child });
    } catch (thrown) {
      throw inChild(toModullmError(thrown), { name: entry.as ?? entry.from.name, path });
    }
  }
  checkToolNames(program, links);
  return links;
}

const NONE: readonly ToolLink[] = [];
