import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isObject } from "../core/json.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import type { Paths } from "../config/paths.ts";
import { lockedFolder, type LockedPackage, packagesFolder, readLock } from "../packages/lock.ts";
import { type LoadedManifest, readManifest } from "./manifest.ts";
import { PLUGINS } from "./shelf.ts";

/**
 * Where plugins are looked for, in this order: `project` is `./.modullm/plugins`, `installed` what
 * the lock names, `folder` what somebody put into the data folder by hand, `package` what lies in
 * `./node_modules`.
 */
export type PluginPlace = "project" | "installed" | "folder" | "package";

/** A folder that holds a plugin, or what should be one. */
export interface FoundPlugin {
  /** The manifest's; where that can't be read, the folder's or the lock's. */
  readonly name: string;
  readonly place: PluginPlace;
  /** A real path. */
  readonly folder: string;
  /** Null where `fault` says why it can't be read. */
  readonly loaded: LoadedManifest | null;
  readonly fault: ModullmError | null;
  /** For those that were installed. */
  readonly locked: LockedPackage | null;
}

export interface Places {
  readonly paths: Paths;
  /** The project's folder. */
  readonly cwd: string;
}

/** Packages in `node_modules` that are looked at. */
const MOST_PACKAGES = 20_000;

/**
 * Every plugin there is, in the order of places; of two that go by one name the first one counts.
 */
export async function* findPlugins({ paths, cwd }: Places): AsyncGenerator<FoundPlugin> {
  yield* inFolder(join(cwd, ".modullm", "plugins"), "project");
  for (const [name, locked] of Object.entries(readLock(PLUGINS, paths))) {
    yield await foundAt(lockedFolder(PLUGINS, paths, name, locked.sha256), {
      place: "installed",
      name,
      locked,
    });
  }
  yield* inFolder(packagesFolder(PLUGINS, paths), "folder");
  for await (const folder of packagesIn(join(cwd, "node_modules")))
    yield await foundAt(folder, { place: "package" });
}

/** The plugin that a name stands for, or null. */
export async function findPlugin(name: string, places: Places): Promise<FoundPlugin | null> {
  for await (const found of findPlugins(places)) if (found.name === name) return found;
  return null;
}

/**
 * The folders right below; those with an `@` are installed ones, which the lock names, or what is
 * left of them.
 */
async function* inFolder(folder: string, place: PluginPlace): AsyncGenerator<FoundPlugin> {
  for (const name of await namesIn(folder)) {
    if (name.startsWith(".") || name.includes("@")) continue;
    const stats = await stat(join(folder, name)).catch(() => null);
    if (stats?.isDirectory() === true) yield await foundAt(join(folder, name), { place });
  }
}

async function foundAt(
  folder: string,
  about: { readonly place: PluginPlace; readonly name?: string; readonly locked?: LockedPackage },
): Promise<FoundPlugin> {
  const { place, name, locked = null } = about;
  const real = await realpath(folder).catch(() => folder);
  try {
    const loaded = await readManifest(real);
    return { name: name ?? loaded.manifest.name, place, folder: real, loaded, fault: null, locked };
  } catch (thrown) {
    return {
      name: name ?? basename(folder),
      place,
      folder: real,
      loaded: null,
      fault: toModullmError(thrown),
      locked,
    };
  }
}

/** `modullm-plugin-*`, with a scope or without, and packages with the keyword. */
async function* packagesIn(modules: string): AsyncGenerator<string> {
  const folders: string[] = [];
  for (const name of await namesIn(modules)) {
    if (name.startsWith(".")) continue;
    if (!name.startsWith("@")) folders.push(name);
    else for (const scoped of await namesIn(join(modules, name))) folders.push(join(name, scoped));
  }
  for (const folder of folders.slice(0, MOST_PACKAGES)) {
    const place = join(modules, folder);
    if (basename(folder).startsWith("modullm-plugin-") || (await hasKeyword(place))) yield place;
  }
}

async function hasKeyword(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "");
  // Most packages never mention it: they need not be parsed.
  if (!text.includes(PLUGINS.keyword)) return false;
  try {
    const about: unknown = JSON.parse(text);
    const keywords = isObject(about) ? about["keywords"] : null;
    return Array.isArray(keywords) && keywords.includes(PLUGINS.keyword);
  } catch {
    return false;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}
