import { join } from "node:path";
import type { Paths } from "../config/paths.ts";
import { accept, type AcceptOptions, type Installed } from "./accept.ts";
import { installDependencies } from "../packages/dependencies.ts";
import { explained } from "./install-failure.ts";
import { forget, inWorkFolder } from "../packages/installed-files.ts";
import { changeLock, lockedFolder, lockedPackage, type LockedPackage } from "../packages/lock.ts";
import { partsOf, readManifest } from "./manifest.ts";
import type { RegistryConfig } from "../packages/npmrc.ts";
import { refusal } from "./refusal.ts";
import { type PackageSource, readSource, SourceFault } from "../packages/source.ts";
import { stage } from "../packages/stage.ts";
import { copyTree, readTree } from "../packages/tree.ts";
import { PLUGINS } from "./shelf.ts";
import { toolDigests } from "./tool-changes.ts";

export interface InstallOptions extends AcceptOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This program's own file. */
  readonly executable: string;
  readonly registry: RegistryConfig;
  readonly fetch: typeof fetch;
  /** Asked before a host is called. @throws {ModullmError} where it may not be */
  readonly reach: (host: string) => void;
  /**
   * Whether a provider that is not a plugin goes by this name, so that the plugin could never be
   * named.
   */
  readonly isTaken: (name: string) => boolean;
  readonly progress: (bytes: number, total: number | null) => void;
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
  const locked = lockedPackage(PLUGINS, paths, name);
  if (locked !== null) return locked;
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
  try {
    return await inWorkFolder(PLUGINS, paths, async (work) => {
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
        ...(manifest.tools === undefined ? {} : { tools: toolDigests(manifest) }),
      };
      return await accept({ action, written, loaded, tree, locked }, options);
    });
  } catch (thrown) {
    throw explained(thrown, { action, written, source, signal });
  }
}
