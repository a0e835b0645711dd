import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "../config/paths.ts";
import { changeLock, lockedFolder, type LockedPlugin, pluginsFolder, readLock } from "./lock.ts";
import { isRunning } from "./state-file.ts";
import { readTree, type Tree, treeList } from "./tree.ts";
import { distrustPlugin } from "./trust.ts";

/**
 * Moves the files of a plugin into their folder and names it in the lock. Where that fails, nothing
 * new is left.
 */
export async function putInPlace(
  from: string,
  target: string,
  facts: {
    readonly tree: Tree;
    readonly name: string;
    readonly locked: LockedPlugin;
    readonly paths: Paths;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { tree, name, locked, paths, signal } = facts;
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
    await changeLock(paths, name, locked);
  } catch (thrown) {
    const lock = readLock(paths);
    if (isNew && lock[name]?.sha256 !== tree.sha256) await forget(paths, target);
    throw thrown;
  }
}

/** Removes the folder of an installed plugin, with what was said about it. */
export async function forget(paths: Paths, folder: string): Promise<void> {
  await distrustPlugin(paths, folder);
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}.files`, { force: true });
}

/** Milliseconds after which a folder that the lock does not name is nobody's. */
const ABANDONED = 60 * 60 * 1000;

/** Removes what installations have left that were killed. */
export async function sweep(paths: Paths): Promise<void> {
  const folder = pluginsFolder(paths);
  const lock = readLock(paths);
  const named = new Set(
    Object.entries(lock).map(([name, { sha256 }]) => lockedFolder(paths, name, sha256)),
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
