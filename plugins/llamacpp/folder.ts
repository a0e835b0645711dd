import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type GgufHead, readGgufHead } from "./gguf.ts";

/** A model file. */
export interface ModelFile {
  /** Its path in the folder, with `/`, without `.gguf` and without the number of a part. */
  readonly name: string;
  /** Absolute; the first part of a model in parts. */
  readonly file: string;
  /** Changes when the file does. */
  readonly stamp: string;
  /** Null where it is no GGUF file. */
  readonly head: GgufHead | null;
}

/** Levels of folders. */
const DEPTH = 4;
/** Files. */
const MOST = 2000;
const PART = /-(\d{5})-of-\d{5}$/;

/** The models of a folder; heads are read once for each state of a file. */
export class ModelFolder {
  readonly #folder: string;
  readonly #heads = new Map<string, GgufHead | null>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By name. A folder that is not there has none. */
  async list(): Promise<readonly ModelFile[]> {
    const names: string[] = [];
    await walk(this.#folder, "", DEPTH, names);
    const files: ModelFile[] = [];
    for (const path of names.toSorted()) {
      const file = await this.#read(path);
      if (file !== null) files.push(file);
    }
    return files;
  }

  async find(name: string): Promise<ModelFile | null> {
    const names: string[] = [];
    await walk(this.#folder, "", DEPTH, names);
    const path = names.find((each) => nameOf(each) === name);
    return path === undefined ? null : await this.#read(path);
  }

  /** Null: it was removed meanwhile. */
  async #read(path: string): Promise<ModelFile | null> {
    const file = join(this.#folder, path);
    try {
      const { size, mtimeMs, ino } = await stat(file);
      const stamp = `${file} ${size} ${mtimeMs} ${ino}`;
      let head = this.#heads.get(stamp);
      if (head === undefined) {
        head = await readGgufHead(file);
        this.#heads.set(stamp, head);
      }
      return { name: nameOf(path), file, stamp, head };
    } catch (thrown) {
      if (isMissing(thrown)) return null;
      throw thrown;
    }
  }
}

export function isMissing(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    (thrown.code === "ENOENT" || thrown.code === "ENOTDIR")
  );
}

async function walk(folder: string, inside: string, depth: number, found: string[]): Promise<void> {
  let entries;
  try {
    entries = await readdir(join(folder, inside), { withFileTypes: true });
  } catch (thrown) {
    if (isMissing(thrown)) return;
    throw thrown;
  }
  for (const entry of entries) {
    const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) {
      if (depth > 1) await walk(folder, path, depth - 1, found);
    } else if (isModel(entry.name) && found.length < MOST) found.push(path);
  }
}

/** Later parts are loaded with the first one; projectors are no models. */
function isModel(name: string): boolean {
  if (!name.endsWith(".gguf") || name.startsWith("mmproj")) return false;
  const part = PART.exec(name.slice(0, -".gguf".length))?.[1];
  return part === undefined || part === "00001";
}

function nameOf(path: string): string {
  return path.slice(0, -".gguf".length).replace(PART, "");
}
