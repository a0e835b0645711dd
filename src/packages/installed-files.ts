import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Shelf, ShelfPaths } from "./shelf.ts";
import { changeLock, lockedFolder, type LockedPackage, packagesFolder, readLock } from "./lock.ts";
import { isRunning } from "./state-file.ts";
import { readTree, type Tree, treeList } from "./tree.ts";
import { distrustPackage } from "./trust.ts";

/**
 * Moves the files of a package into their folder and names it in the lock. Where that fails,
 * nothing new is left.
 */
export async function putInPlace(
  from: string,
  target: string,
  facts: {
    readonly tree: Tree;
    readonly name: string;
    readonly locked: LockedPackage;
    readonly shelf: Shelf;
    readonly paths: ShelfPaths;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { tree, name, locked, shelf, paths, signal } = facts;
  const there = await readTree(target).then(
    ({ sha256 }) => sha256,
    () => null,
  );
  signal.throwIfAborted();
  const isNew = there !== tree.sha256;
  try {
    if (isNew) {
      await rm(target, { recursive: true, force: true });
      await rename(from, target);
    }
    await writeFile(`${target}.files`, treeList(tree.files), { mode: 0o600 });
    await changeLock(shelf, paths, name, locked);
  } catch (thrown) {
    const lock = readLock(shelf, paths);
    if (isNew && lock[name]?.sha256 !== tree.sha256) await forget(shelf, paths, target);
    throw thrown;
  }
}

/** Removes the folder of an installed package, with what was said about it. */
export async function forget(shelf: Shelf, paths: ShelfPaths, folder: string): Promise<void> {
  await distrustPackage(shelf, paths, folder);
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}.files`, { force: true });
}

/** Gives `prepare` an empty folder for a package, and removes it at the end. */
export async function inWorkFolder<Result>(
  shelf: Shelf,
  paths: ShelfPaths,
  prepare: (work: string) => Promise<Result>,
): Promise<Result> {
  const work = join(packagesFolder(shelf, paths), `.staging-${process.pid}-${randomUUID()}`);
  try {
    await sweep(shelf, paths);
    await mkdir(work, { recursive: true, mode: 0o700 });
    return await prepare(work);
  } finally {
    // What can't be removed now, the next installation removes.
    await rm(work, { recursive: true, force: true }).catch(() => {});
  }
}

/** Milliseconds after which a folder that the lock does not name is nobody's. */
const ABANDONED = 60 * 60 * 1000;

/** Removes what installations have left that were killed. */
export async function sweep(shelf: Shelf, paths: ShelfPaths): Promise<void> {
  const folder = packagesFolder(shelf, paths);
  const lock = readLock(shelf, paths);
  const named = new Set(
    Object.entries(lock).map(([name, { sha256 }]) => lockedFolder(shelf, paths, name, sha256)),
  );
  for (const entry of await readdir(folder).catch(() => [])) {
    const path = join(folder, entry);
    const pid = /^\.staging-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(path, { recursive: true, force: true });
    if (!entry.includes("@") || named.has(path.replace(/\.files$/, ""))) continue;
    const stats = await stat(path).catch(() => null);
    if (stats !== null && Date.now() - stats.mtimeMs > ABANDONED)
      await rm(path, { recursive: true, force: true });
  }
}
