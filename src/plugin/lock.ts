import { join } from "node:path";
import { isObject } from "../core/json.ts";
import type { Paths } from "../config/paths.ts";
import { PLUGIN_NAME } from "./manifest-check.ts";
import type { PluginSource } from "./source.ts";
import { changeState, readState, type StateFile } from "./state-file.ts";

/** An installed plugin, as it was when it was installed. */
export interface LockedPlugin {
  readonly version: string;
  readonly source: PluginSource;
  /** What exactly came; see `Staged`. */
  readonly resolved: string | null;
  /** Of all its files; see `Tree`. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly installed: string;
}

export type PluginLock = Readonly<Record<string, LockedPlugin>>;

/** Below it each installed plugin has its folder. */
export function pluginsFolder(paths: Pick<Paths, "data">): string {
  return join(paths.data, "plugins");
}

/**
 * The name tells its content, so that a new version can stand beside the old one until the lock
 * names it.
 */
export function lockedFolder(paths: Pick<Paths, "data">, name: string, sha256: string): string {
  return join(pluginsFolder(paths), `${name}@${sha256.slice(0, 16)}`);
}

/** What an installed plugin keeps; it stays when the plugin is removed. */
export function installedDataFolder(paths: Pick<Paths, "data">, name: string): string {
  return join(paths.data, "plugin-data", name);
}

/** @throws {ModullmError} RLLM_018 */
export function readLock(paths: Pick<Paths, "data">): PluginLock {
  return readState(lockFile(paths));
}

/**
 * Puts a plugin into the lock, or with null takes it out. This is the moment at which an
 * installation counts. @throws {ModullmError} RLLM_018
 */
export async function changeLock(
  paths: Pick<Paths, "data">,
  name: string,
  locked: LockedPlugin | null,
): Promise<void> {
  await changeState(lockFile(paths), (lock) => {
    const others = Object.entries(lock).filter(([each]) => each !== name);
    const all: [string, LockedPlugin][] = locked === null ? others : [...others, [name, locked]];
    return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function lockFile(paths: Pick<Paths, "data">): StateFile<PluginLock> {
  return {
    path: join(paths.data, "plugins.lock.json"),
    label: "the lock of plugins",
    empty: {},
    parse: parseLock,
  };
}

function parseLock(value: unknown): PluginLock | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return entries.every(([name, entry]) => PLUGIN_NAME.test(name) && isLocked(entry))
    ? (value as PluginLock)
    : null;
}

function isLocked(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { version, source, resolved, sha256, installed } = value;
  if (typeof version !== "string" || typeof installed !== "string") return false;
  if (resolved !== null && typeof resolved !== "string") return false;
  return typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && isSource(source);
}

const SOURCE_FIELDS: Readonly<Record<PluginSource["kind"], readonly string[]>> = {
  npm: ["package", "wanted"],
  folder: ["path"],
  tarball: ["from"],
  git: ["url"],
};

function isSource(value: unknown): value is PluginSource {
  if (!isObject(value)) return false;
  const fields = Object.entries(SOURCE_FIELDS).find(([kind]) => kind === value["kind"])?.[1];
  if (fields === undefined || !fields.every((field) => typeof value[field] === "string"))
    return false;
  return value["kind"] !== "git" || value["ref"] === null || typeof value["ref"] === "string";
}
