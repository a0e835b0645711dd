import { join } from "node:path";
import { isObject } from "../core/json.ts";
import type { Shelf, ShelfPaths } from "./shelf.ts";
import type { PackageSource } from "./source.ts";
import { changeState, readState, type StateFile } from "./state-file.ts";

/** An installed package, as it was when it was installed. */
export interface LockedPackage {
  readonly version: string;
  readonly source: PackageSource;
  /** What exactly came; see `Staged`. */
  readonly resolved: string | null;
  /** Of all its files; see `Tree`. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly installed: string;
  /** Digests of what its tools take and give, by name. Absent: it has none. */
  readonly tools?: Readonly<Record<string, string>>;
}

export type PackageLock = Readonly<Record<string, LockedPackage>>;

/** Below it each installed package has its folder. */
export function packagesFolder({ folder }: Shelf, paths: Pick<ShelfPaths, "data">): string {
  return join(paths.data, folder);
}

/**
 * The name tells its content, so that a new version can stand beside the old one until the lock
 * names it.
 */
export function lockedFolder(
  shelf: Shelf,
  paths: Pick<ShelfPaths, "data">,
  name: string,
  sha256: string,
): string {
  return join(packagesFolder(shelf, paths), `${name}@${sha256.slice(0, 16)}`);
}

/** @throws {ModullmError} RLLM_018 */
export function readLock(shelf: Shelf, paths: Pick<ShelfPaths, "data">): PackageLock {
  return readState(lockFile(shelf, paths));
}

/** Null where it is not installed. @throws {ModullmError} RLLM_018 */
export function lockedPackage(
  shelf: Shelf,
  paths: Pick<ShelfPaths, "data">,
  name: string,
): LockedPackage | null {
  const lock = readLock(shelf, paths);
  return Object.hasOwn(lock, name) ? (lock[name] ?? null) : null;
}

/**
 * Puts a package into the lock, or with null takes it out. This is the moment at which an
 * installation counts. @throws {ModullmError} RLLM_018
 */
export async function changeLock(
  shelf: Shelf,
  paths: Pick<ShelfPaths, "data">,
  name: string,
  locked: LockedPackage | null,
): Promise<void> {
  await changeState(lockFile(shelf, paths), (lock) => {
    const others = Object.entries(lock).filter(([each]) => each !== name);
    const all: [string, LockedPackage][] = locked === null ? others : [...others, [name, locked]];
    return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function lockFile(
  { label, lock, namePattern }: Shelf,
  paths: Pick<ShelfPaths, "data">,
): StateFile<PackageLock> {
  return {
    path: join(paths.data, lock),
    label: `the lock of ${label}`,
    empty: {},
    parse: (value) => parseLock(value, namePattern),
  };
}

function parseLock(value: unknown, namePattern: RegExp): PackageLock | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return entries.every(([name, entry]) => namePattern.test(name) && isLocked(entry))
    ? (value as PackageLock)
    : null;
}

function isLocked(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { version, source, resolved, sha256, installed, tools = {} } = value;
  if (!isObject(tools) || !Object.values(tools).every((digest) => typeof digest === "string"))
    return false;
  if (typeof version !== "string" || typeof installed !== "string") return false;
  if (resolved !== null && typeof resolved !== "string") return false;
  return typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && isSource(source);
}

const SOURCE_FIELDS: Readonly<Record<PackageSource["kind"], readonly string[]>> = {
  npm: ["package", "wanted"],
  folder: ["path"],
  tarball: ["from"],
  git: ["url"],
};

function isSource(value: unknown): value is PackageSource {
  if (!isObject(value)) return false;
  const fields = Object.entries(SOURCE_FIELDS).find(([kind]) => kind === value["kind"])?.[1];
  if (fields === undefined || !fields.every((field) => typeof value[field] === "string"))
    return false;
  return value["kind"] !== "git" || value["ref"] === null || typeof value["ref"] === "string";
}
