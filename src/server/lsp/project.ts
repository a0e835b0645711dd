import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { MEBIBYTE } from "../../config/regular-file.ts";
import { resolveUses } from "../../library/load.ts";
import { createFinder } from "../../library/names.ts";
import { createReader } from "../../library/reader.ts";
import type { Program } from "../../program/program.ts";
import type { App } from "../../workspace.ts";
import { type FileView, isProgramFile, viewFile } from "./file-view.ts";
import type { OpenFiles } from "./open-files.ts";

/** The folders that an editor has open, as their files are at each moment. */
export interface Project {
  /** Absolute and real; the first one has the configuration. */
  readonly folders: readonly string[];
  readonly app: App;
  readonly open: OpenFiles;
  /** What says the same is the same object. @throws {ModullmError} as `readProgram` does */
  program(path: string): Promise<Program>;
  /** Null for what can't be read, or is larger than what an editor is answered about. */
  view(path: string): Promise<FileView | null>;
  /** The real path of what `uses` or `tools` name; null where that leads nowhere. */
  resolve(written: string, from: string): Promise<string | null>;
  /** What is open; programs and tests below the folders, as far as there are not too many. */
  files(): Promise<readonly string[]>;
  /** The same for one answer: what it has read once, it doesn't read again. */
  atOnce(): Project;
  /** Whether a file may be changed: it is below one of the folders. */
  owns(path: string): boolean;
}

/** A larger document is checked by `validate`, not while it is typed. */
export const MOST_BYTES = MEBIBYTE;
const MOST_VIEWS = 500;
const MOST_FILES = 2000;
const MOST_ENTRIES = 20_000;

export function createProject(folders: readonly string[], app: App, open: OpenFiles): Project {
  const views = new Map<string, { readonly text: string; readonly view: FileView }>();
  const program = createReader(open.read);

  async function view(path: string): Promise<FileView | null> {
    const file = await open.read(path, MOST_BYTES);
    if (!file.ok || file.bytes.length > MOST_BYTES) return null;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(file.bytes);
    const before = views.get(path);
    if (before?.text === text) return before.view;
    if (views.size >= MOST_VIEWS) views.clear();
    const made = viewFile(path, text);
    views.set(path, { text, view: made });
    return made;
  }

  async function resolve(written: string, from: string): Promise<string | null> {
    const finder = createFinder({ library: app.config.library, read: program });
    return await resolveUses(written, dirname(from), finder).catch(() => null);
  }

  const owns = (path: string): boolean =>
    folders.some((folder) => !/^(?:\.\.|[A-Za-z]:|\/)/.test(relative(folder, path)));
  async function files(): Promise<readonly string[]> {
    return [...new Set([...open.paths(), ...(await filesBelow(folders))])];
  }

  const project: Project = {
    folders,
    app,
    open,
    program,
    view,
    resolve,
    files,
    owns,
    atOnce: () => remembering(project),
  };
  return project;
}

function remembering(project: Project): Project {
  const views = new Map<string, Promise<FileView | null>>();
  const ways = new Map<string, Promise<string | null>>();
  return {
    ...project,
    view: (path) => once(views, path, () => project.view(path)),
    resolve: (written, from) =>
      once(ways, `${dirname(from)}\n${written}`, () => project.resolve(written, from)),
  };
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** Hidden folders, `node_modules` and folders that a link leads to are left out. */
async function filesBelow(folders: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [...folders];
  let seen = 0;
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
    seen += entries.length;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isFile() && (isProgramFile(path) || isTestFile(path))) found.push(path);
      if (entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name)) waiting.push(path);
    }
    if (seen >= MOST_ENTRIES || found.length >= MOST_FILES) break;
  }
  return found.slice(0, MOST_FILES);
}

export function isTestFile(path: string): boolean {
  return /\.test\.ya?ml$/.test(path);
}
