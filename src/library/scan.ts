import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileReason } from "../config/text.ts";
import { ModullmError } from "../core/error.ts";

/** A file that holds a program of the library. */
export interface ShelfFile {
  readonly path: string;
  /** What stands behind `@` in its name; null for `facts.rllm`, the current one. */
  readonly version: string | null;
}

/** The programs of one folder, by the last part of their names. */
export type Shelf = ReadonlyMap<string, readonly ShelfFile[]>;

/**
 * What one folder of the library holds; nothing where there is no such folder. @throws
 * {ModullmError} RLLM_008 where it can't be read
 */
export async function readShelf(folder: string): Promise<Shelf> {
  const shelf = new Map<string, ShelfFile[]>();
  for (const entry of await list(folder)) {
    const found = entry.isDirectory() ? null : PROGRAM_FILE.exec(entry.name);
    if (!found) continue;
    const [, name = "", version = null] = found;
    shelf.set(name, [...(shelf.get(name) ?? []), { path: join(folder, entry.name), version }]);
  }
  return shelf;
}

/**
 * Every library name below the folders, sorted. Looks at so many entries at most, as this is for
 * hints.
 */
export async function scanLibrary(roots: readonly string[]): Promise<readonly string[]> {
  const names = new Set<string>();
  const waiting: Place[] = roots.map((folder) => ({ folder, prefix: "", depth: 0 }));
  let seen = 0;
  for (let place = waiting.shift(); place && seen < MOST_ENTRIES; place = waiting.shift()) {
    // A folder that can't be read only has no hints to give.
    const entries = await list(place.folder).catch(() => []);
    seen += entries.length;
    for (const entry of entries) {
      if (entry.isDirectory()) waiting.push(...below(place, entry.name));
      else addName(names, place.prefix, entry.name);
    }
  }
  return [...names].toSorted();
}

/**
 * Every `.rllm` file below a folder, sorted by path; hidden folders, `node_modules` and folders
 * that a link leads to are left out. @throws {ModullmError} RLLM_001 where there is none
 */
export async function programsBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await readFolder(next)) {
      const path = join(next, entry.name);
      if (!entry.isDirectory()) {
        if (entry.name.endsWith(".rllm")) found.push(path);
      } else if (!isPassedOver(entry.name)) waiting.push(path);
    }
  }
  if (found.length > 0) return found.toSorted();
  throw new ModullmError(
    "RLLM_001",
    `Cannot find a program in "${folder}": it holds no .rllm file`,
    {
      details: { path: folder },
      hint: "Name a .rllm file, or a folder that has some.",
    },
  );
}

/** Folders in which no program is looked for. */
export function isPassedOver(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new ModullmError("RLLM_001", `Cannot read folder "${folder}": ${fileReason(cause)}`, {
      details: { path: folder },
      hint: "Make the folder readable, or leave it out.",
      cause,
    });
  }
}

export const PROGRAM_FILE = /^([^@]+)(?:@(.+))?\.rllm$/;
const MOST_ENTRIES = 20_000;
const MOST_DEPTH = 8;

interface Place {
  readonly folder: string;
  /** Of the names in it: empty, or with a `/` at its end. */
  readonly prefix: string;
  readonly depth: number;
}

function below({ folder, prefix, depth }: Place, name: string): Place[] {
  if (depth >= MOST_DEPTH || isPassedOver(name)) return [];
  return [{ folder: join(folder, name), prefix: `${prefix}${name}/`, depth: depth + 1 }];
}

function addName(names: Set<string>, prefix: string, file: string): void {
  const name = PROGRAM_FILE.exec(file)?.[1];
  if (name !== undefined) names.add(prefix + name);
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new ModullmError(
      "RLLM_008",
      `Cannot read library folder "${folder}": ${code ?? String(cause)}`,
      {
        details: { path: folder },
        hint:
          "Make the folder readable, or take it out of MODULLM_PATH or of library in " +
          "config.yaml.",
        cause,
      },
    );
  }
}
