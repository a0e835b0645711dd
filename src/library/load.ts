import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { inChild, ModullmError, toModullmError } from "../core/error.ts";
import { parseProgram } from "../program/parse.ts";
import type { Program, UsesEntry } from "../program/program.ts";

/** A program with everything it uses. Immutable; a file used twice is one object. */
export interface LoadedProgram {
  readonly program: Program;
  /** Absolute; empty for a program made from text. */
  readonly path: string;
  /** In the order of `uses`. */
  readonly uses: readonly Link[];
}

export interface Link {
  readonly entry: UsesEntry;
  readonly child: LoadedProgram;
}

/**
 * Reads a program and all that it uses, each file once.
 * @throws {ModullmError} RLLM_001, RLLM_002, RLLM_003, RLLM_015 of any file, with `details.chain` for a child; RLLM_008 for
 *   files that use each other, with the whole `cycle`
 */
export async function loadProgram(path: string): Promise<LoadedProgram> {
  return await loadTree(resolve(path), { done: new Map(), trail: [] });
}

/** A program from text; its `uses` are relative to `folder`. */
export async function loadText(text: string, folder: string): Promise<LoadedProgram> {
  const program = parseProgram(text);
  return { program, path: "", uses: await loadUses(program, folder, { done: new Map(), trail: [] }) };
}

/** One file, without what it uses. */
export async function readProgram(path: string): Promise<Program> {
  return parseProgram(await readText(path), { path });
}

/** Where a `uses` path leads, absolute. */
export function resolveUsesPath(path: string, folder: string): string {
  if (path.endsWith(".rllm") || path.startsWith(".") || isAbsolute(path)) return resolve(folder, path);
  const hint = "Write a path that ends in .rllm or starts with . or /";
  throw new ModullmError("RLLM_008", `Cannot find program "${path}": library names are not supported by this version`, {
    details: { path },
    hint,
  });
}

interface Progress {
  readonly done: Map<string, LoadedProgram>;
  readonly trail: readonly string[];
}

async function loadTree(path: string, progress: Progress): Promise<LoadedProgram> {
  const known = progress.done.get(path);
  if (known) return known;
  if (progress.trail.includes(path)) {
    const cycle = [...progress.trail.slice(progress.trail.indexOf(path)), path];
    throw new ModullmError("RLLM_008", `The programs use each other: ${cycle.join(" -> ")}`, { details: { cycle } });
  }
  const program = await readProgram(path);
  const uses = await loadUses(program, dirname(path), { ...progress, trail: [...progress.trail, path] });
  const loaded = { program, path, uses };
  progress.done.set(path, loaded);
  return loaded;
}

async function loadUses(program: Program, folder: string, progress: Progress): Promise<Link[]> {
  const links: Link[] = [];
  for (const entry of program.uses) {
    const path = resolveUsesPath(entry.path, folder);
    try {
      links.push({ entry, child: await loadTree(path, progress) });
    } catch (thrown) {
      throw inChild(toModullmError(thrown), { name: entry.name, path });
    }
  }
  return links;
}

async function readText(path: string): Promise<string> {
  function cannot(why: string, cause: unknown): ModullmError {
    return new ModullmError("RLLM_001", `Cannot read program "${path}": ${why}`, { details: { path }, cause });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "permission is denied",
    };
    throw cannot(reasons[code ?? ""] ?? `reading fails with ${code ?? "an unknown error"}`, cause);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw cannot("it is not UTF-8 text", cause);
  }
}
