import { realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, isAbsolute, join, relative, sep } from "node:path";
import { PluginError } from "./sdk/serve.ts";

/** A folder that the settings allow. */
export interface Folder {
  /** What paths begin with. */
  readonly name: string;
  /** With no link in it. */
  readonly path: string;
}

/** Something that a path of a model's leads to. */
export interface Place {
  /** As the model writes it. */
  readonly shown: string;
  /** With no link in it, within its folder. */
  readonly path: string;
  readonly kind: "file" | "folder";
}

/** The folders that may be looked into. */
export interface Folders {
  readonly all: readonly Folder[];
  /** Whether a name may be shown. */
  shows(name: string): boolean;
  /** @throws {Error} for what is not there, not allowed, or neither a file nor a folder */
  find(path: string): Promise<Place>;
}

/** @throws {PluginError} for a folder that is none */
export async function openFolders(paths: readonly string[], hidden: boolean): Promise<Folders> {
  const all: Folder[] = [];
  for (const given of paths) {
    const path = given.startsWith("~/") ? join(homedir(), given.slice(2)) : given;
    const real = isAbsolute(path) ? await realpath(path).catch(() => null) : null;
    const stats = real === null ? null : await stat(real);
    if (real === null || !stats?.isDirectory())
      throw new PluginError("refused", `folders has "${given}", which is no folder here`);
    const name = basename(path) || basename(real) || "root";
    if (all.some((folder) => folder.name === name))
      throw new PluginError("refused", `folders has two that are called "${name}"`);
    all.push({ name, path: real });
  }
  const shows = (name: string): boolean => hidden || !name.startsWith(".");
  return { all, shows, find: async (path) => await findIn(all, path, shows) };
}

async function findIn(
  all: readonly Folder[],
  given: string,
  shows: Folders["shows"],
): Promise<Place> {
  const parts = given.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  const [name, ...rest] = parts;
  const folder = all.find((each) => each.name === name);
  const names = all.map((each) => each.name).join(", ");
  if (folder === undefined)
    throw new Error(`there is no folder "${name ?? ""}"; there are ${names}`);
  const shown = parts.join("/");
  // All that can't be looked at is told alike, so that nobody learns what lies elsewhere.
  const missing = new Error(`there is no "${shown}"`);
  if (rest.some((part) => part === ".." || part.includes("\0") || !shows(part))) throw missing;
  const path = await realpath(join(folder.path, ...rest)).catch(() => null);
  if (path === null || !isWithin(path, folder, shows)) throw missing;
  const stats = await stat(path).catch(() => null);
  if (stats?.isFile()) return { shown, path, kind: "file" };
  if (stats?.isDirectory()) return { shown, path, kind: "folder" };
  throw missing;
}

/** A link may lead elsewhere in its folder, but not out of it, nor to what is not shown. */
function isWithin(path: string, folder: Folder, shows: Folders["shows"]): boolean {
  const way = relative(folder.path, path);
  if (isAbsolute(way)) return false;
  return way.split(sep).every((part) => part !== ".." && (part === "" || shows(part)));
}
