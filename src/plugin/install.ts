import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Paths } from "../config/paths.ts";
import { describePlugin } from "./about.ts";
import { installDependencies } from "../packages/dependencies.ts";
import { explained } from "./install-failure.ts";
import { forget, putInPlace, sweep } from "../packages/installed-files.ts";
import {
  changeLock,
  lockedFolder,
  type LockedPackage,
  packagesFolder,
  readLock,
} from "../packages/lock.ts";
import { type LoadedManifest, partsOf, readManifest } from "./manifest.ts";
import type { RegistryConfig } from "../packages/npmrc.ts";
import { notTrusted, refusal } from "./refusal.ts";
import { describeSource, type PackageSource, readSource, SourceFault } from "../packages/source.ts";
import { stage } from "../packages/stage.ts";
import { copyTree, readTree, type Tree } from "../packages/tree.ts";
import { trustedPackages, trustPackage } from "../packages/trust.ts";
import { PLUGINS } from "./shelf.ts";

export interface InstallOptions {
  readonly paths: Paths;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This program's own file. */
  readonly executable: string;
  readonly registry: RegistryConfig;
  readonly fetch: typeof fetch;
  /** Asked before a host is called. @throws {ModullmError} where it may not be */
  readonly reach: (host: string) => void;
  readonly signal: AbortSignal;
  /** Asks the user for a yes; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Whether the yes was given beforehand. */
  readonly yes: boolean;
  /**
   * Whether a provider that is not a plugin goes by this name, so that the plugin could never be
   * named.
   */
  readonly isTaken: (name: string) => boolean;
  readonly progress: (bytes: number, total: number | null) => void;
  readonly warn: (message: string) => void;
}

export interface Installed extends LockedPackage {
  readonly name: string;
  readonly folder: string;
  readonly trusted: boolean;
  /** The version that was there before; null where there was none. */
  readonly previous: string | null;
  /** Whether any file differs from what was there before. */
  readonly changed: boolean;
}

/**
 * Installs a plugin, or another version in the place of one that is installed. All of it or
 * nothing: what is not in the lock at the end is removed, also when the signal is aborted. Nothing
 * of the plugin is run.
 * @param written what the user wrote; see `readSource`
 * @throws {ModullmError} RLLM_019 when it can't be had, RLLM_021 when the user says no, RLLM_022
 * when it was stopped
 */
export async function installPlugin(written: string, options: InstallOptions): Promise<Installed> {
  try {
    return await install(readSource(written, options.cwd), written, null, options);
  } catch (thrown) {
    if (!(thrown instanceof SourceFault)) throw thrown;
    throw refusal("install", written, {
      reason: thrown.message,
      hint: "`modullm plugins install --help` shows what is taken.",
    });
  }
}

/**
 * Fetches an installed plugin again from where it came from. @throws {ModullmError} as
 * `installPlugin`
 */
export async function updatePlugin(name: string, options: InstallOptions): Promise<Installed> {
  const locked = lockedPlugin("update", name, options.paths);
  return await install(locked.source, name, name, options);
}

/** @throws {ModullmError} RLLM_019 when it is not installed */
export async function removePlugin(name: string, paths: Paths): Promise<LockedPackage> {
  const locked = lockedPlugin("remove", name, paths);
  await changeLock(PLUGINS, paths, name, null);
  await forget(PLUGINS, paths, lockedFolder(PLUGINS, paths, name, locked.sha256));
  return locked;
}

function lockedPlugin(action: string, name: string, paths: Paths): LockedPackage {
  const lock = readLock(PLUGINS, paths);
  const locked = Object.hasOwn(lock, name) ? lock[name] : undefined;
  if (locked !== undefined) return locked;
  throw refusal(action, name, {
    reason: "it is not installed",
    hint: "`modullm plugins list` shows what is, and where others lie.",
  });
}

/** @param expected the name that it must have; null: any */
async function install(
  source: PackageSource,
  written: string,
  expected: string | null,
  options: InstallOptions,
): Promise<Installed> {
  const { paths, signal } = options;
  const action = expected === null ? "install" : "update";
  const work = join(packagesFolder(PLUGINS, paths), `.staging-${process.pid}-${randomUUID()}`);
  try {
    await sweep(PLUGINS, paths);
    await mkdir(work, { recursive: true, mode: 0o700 });
    const staged = await stage(source, { ...options, manifest: PLUGINS.manifest, work });
    const { manifest } = await readManifest(staged.folder);
    const { name } = manifest;
    if (expected !== null && name !== expected)
      throw refusal(action, written, { reason: `what came has the name "${name}"` });
    if (options.isTaken(name))
      throw refusal(action, name, {
        reason: `programs that say "${name}/…" mean a provider that is built in or configured`,
      });
    const folder = join(work, "plugin");
    await copyTree(
      await readTree(staged.folder, { source: true, parts: partsOf(manifest), signal }),
      staged.folder,
      folder,
      signal,
    );
    await installDependencies(folder, {
      ...options,
      registry: options.registry.registryOf(name),
      work,
    });
    const tree = await readTree(folder, { signal });
    const loaded = await readManifest(folder);
    const resolved = staged.resolved;
    const locked = {
      version: manifest.version,
      source,
      resolved,
      sha256: tree.sha256,
      installed: new Date().toISOString(),
    };
    return await accept({ action, written, loaded, tree, locked }, options);
  } catch (thrown) {
    throw explained(thrown, { action, written, source, signal });
  } finally {
    // What can't be removed now, the next installation removes.
    await rm(work, { recursive: true, force: true }).catch(() => {});
  }
}

interface Arrived {
  readonly action: string;
  /** What the user wrote. */
  readonly written: string;
  readonly loaded: LoadedManifest;
  readonly tree: Tree;
  readonly locked: LockedPackage;
}

/** Asks for a yes where one is needed, and puts the plugin into its place. */
async function accept(
  { action, written, loaded, tree, locked }: Arrived,
  options: InstallOptions,
): Promise<Installed> {
  const { paths, ask, yes, signal } = options;
  const { manifest } = loaded;
  const { name } = manifest;
  const target = lockedFolder(PLUGINS, paths, name, tree.sha256);
  const lock = readLock(PLUGINS, paths);
  const before = Object.hasOwn(lock, name) ? (lock[name] ?? null) : null;
  const old = before === null ? null : lockedFolder(PLUGINS, paths, name, before.sha256);
  const trusts = trustedPackages(PLUGINS, paths);
  const wasTrusted = trusts.some(({ folder }) => folder === old);
  const isTrusted = trusts.some(
    ({ folder, sha256 }) => folder === target && sha256 === tree.sha256,
  );
  let trusted = isTrusted || yes;
  if (!trusted && ask !== null) {
    const was = old === null ? null : await readManifest(old).catch(() => null);
    const from =
      locked.resolved === null
        ? describeSource(locked.source)
        : `${describeSource(locked.source)} (${locked.resolved})`;
    const about = describePlugin(manifest, {
      from,
      tree,
      ...(was === null ? {} : { before: was.manifest }),
    });
    trusted = await ask(
      `${about}\n${before === null ? "Install and trust it?" : "Put it in the place of the one that is installed, and trust it?"}`,
    );
    signal.throwIfAborted();
    if (!trusted)
      throw notTrusted(action, name, { reason: "you said no", hint: "Nothing was changed." });
  }
  if (!trusted && wasTrusted) {
    const reason =
      "its files differ from those that you have trusted, and nobody can be asked here";
    throw notTrusted(action, name, {
      reason,
      hint: `Say yes with \`modullm plugins ${action} ${written} --yes\`, or at a terminal.`,
    });
  }
  await putInPlace(loaded.folder, target, {
    shelf: PLUGINS,
    tree,
    name,
    locked,
    paths,
    signal,
  });
  if (trusted) await trustPackage(PLUGINS, paths, { name, folder: target, sha256: tree.sha256 });
  if (old !== null && old !== target) await forget(PLUGINS, paths, old);
  const changed = before?.sha256 !== tree.sha256;
  return { ...locked, name, folder: target, trusted, previous: before?.version ?? null, changed };
}
