import { join } from "node:path";
import { readRegularFile } from "../config/regular-file.ts";
import type { Paths } from "../config/paths.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, parseJson } from "../core/json.ts";
import { installFailure } from "../packages/failure.ts";
import { forget, inWorkFolder, putInPlace } from "../packages/installed-files.ts";
import {
  changeLock,
  lockedFolder,
  lockedPackage,
  type LockedPackage,
  readLock,
} from "../packages/lock.ts";
import { describeSource, type PackageSource, readSource, SourceFault } from "../packages/source.ts";
import { stage, type StageOptions } from "../packages/stage.ts";
import { copyTree, readTree, type Tree } from "../packages/tree.ts";
import { trustedPackages, trustPackage } from "../packages/trust.ts";
import { PROGRAM_PACKAGES } from "./packages.ts";
import { programsBelow } from "./scan.ts";

export interface InstallProgramsOptions extends Omit<StageOptions, "work" | "manifest"> {
  readonly paths: Paths;
  readonly cwd: string;
  /** Asks the user for a yes; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Whether the yes was given beforehand. */
  readonly yes: boolean;
}

export interface InstalledPrograms extends LockedPackage {
  readonly name: string;
  readonly folder: string;
  readonly programs: number;
  readonly trusted: boolean;
  /** The version that was there before; null where there was none. */
  readonly previous: string | null;
}

/**
 * Installs a package of programs, or another version in the place of one that is installed: all of
 * it or nothing. No script of it is run.
 * @param written `npm:NAME`, a folder, a `.tgz` or a git URL
 * @throws {ModullmError} RLLM_008 when it can't be had, RLLM_021 when the user says no, RLLM_022
 * when it was stopped
 */
export async function installPrograms(
  written: string,
  options: InstallProgramsOptions,
): Promise<InstalledPrograms> {
  try {
    const source = readSource(written.replace(/^npm:/, ""), options.cwd);
    return await install(source, written, null, options);
  } catch (thrown) {
    if (thrown instanceof SourceFault) throw refused("install", written, thrown.message);
    throw thrown;
  }
}

/** Fetches an installed package again from where it came from. @throws as `installPrograms` */
export async function updatePrograms(
  name: string,
  options: InstallProgramsOptions,
): Promise<InstalledPrograms> {
  const { source } = lockedOne("update", name, options.paths);
  return await install(source, name, name, options);
}

/** @throws {ModullmError} RLLM_008 when it is not installed */
export async function uninstallPrograms(name: string, paths: Paths): Promise<LockedPackage> {
  const locked = lockedOne("uninstall", name, paths);
  await changeLock(PROGRAM_PACKAGES, paths, name, null);
  const folder = lockedFolder(PROGRAM_PACKAGES, paths, name, locked.sha256);
  await forget(PROGRAM_PACKAGES, paths, folder);
  return locked;
}

/** @param expected the name that it must have; null: any */
async function install(
  source: PackageSource,
  written: string,
  expected: string | null,
  options: InstallProgramsOptions,
): Promise<InstalledPrograms> {
  const { paths, signal } = options;
  const action = expected === null ? "install" : "update";
  const { manifest } = PROGRAM_PACKAGES;
  try {
    return await inWorkFolder(PROGRAM_PACKAGES, paths, async (work) => {
      const staged = await stage(source, { ...options, manifest, work });
      const folder = join(work, "programs");
      const original = await readTree(staged.folder, { source: true, signal });
      await copyTree(original, staged.folder, folder, signal);
      const tree = await readTree(folder, { signal });
      const { name, version } = await readPackage(folder, written);
      if (expected !== null && name !== expected)
        throw refused(action, written, `what came has the name "${name}"`);
      const { resolved } = staged;
      const installed = new Date().toISOString();
      const locked = { version, source, resolved, sha256: tree.sha256, installed };
      return await accept({ action, name, folder, tree, locked }, options);
    });
  } catch (thrown) {
    throw explained(thrown, { action, written, source, signal });
  }
}

interface Arrived {
  readonly action: string;
  readonly name: string;
  readonly folder: string;
  readonly tree: Tree;
  readonly locked: LockedPackage;
}

/** Asks for a yes where one is needed, and puts the package into its place. */
async function accept(
  { action, name, folder, tree, locked }: Arrived,
  { paths, signal, ask, yes }: InstallProgramsOptions,
): Promise<InstalledPrograms> {
  const shelf = PROGRAM_PACKAGES;
  const before = lockedPackage(shelf, paths, name);
  const target = lockedFolder(shelf, paths, name, tree.sha256);
  const old = before === null ? null : lockedFolder(shelf, paths, name, before.sha256);
  const programs = (await programsBelow(folder)).length;
  const trusts = trustedPackages(shelf, paths);
  let trusted = yes || trusts.some((each) => each.folder === target);
  if (!trusted && ask !== null) {
    const about = `${name} ${locked.version}: ${programs} programs, ${tree.files.length} files`;
    trusted = await ask(`${about}, from ${describeSource(locked.source)}\nInstall and trust it?`);
    signal.throwIfAborted();
    if (!trusted) throw denied(action, name, "you said no");
  }
  if (!trusted && trusts.some((each) => each.folder === old))
    throw denied(action, name, "its files differ from those that you have trusted; add --yes");
  await putInPlace(folder, target, { shelf, tree, name, locked, paths, signal });
  if (trusted) await trustPackage(shelf, paths, { name, folder: target, sha256: tree.sha256 });
  if (old !== null && old !== target) await forget(shelf, paths, old);
  return { ...locked, name, folder: target, programs, trusted, previous: before?.version ?? null };
}

/** A scope is a part of the name: `@acme/mails` is `acme.mails`. */
async function readPackage(
  folder: string,
  written: string,
): Promise<{ readonly name: string; readonly version: string }> {
  const path = join(folder, PROGRAM_PACKAGES.manifest);
  const file = await readRegularFile(path, 2 ** 20);
  if (!file.ok) throw refused("install", written, `its package.json: ${file.reason}`);
  let value: unknown;
  try {
    value = parseJson(new TextDecoder().decode(file.bytes));
  } catch {
    throw refused("install", written, "its package.json is not JSON");
  }
  const { name: said, version } = isObject(value) ? value : {};
  const name = typeof said === "string" ? said.replace(/^@/, "").replace("/", ".") : "";
  if (typeof version !== "string" || !PROGRAM_PACKAGES.namePattern.test(name))
    throw refused("install", written, "its package.json has no name and version");
  return { name, version };
}

function lockedOne(action: string, name: string, paths: Paths): LockedPackage {
  const locked = lockedPackage(PROGRAM_PACKAGES, paths, name);
  if (locked !== null) return locked;
  const there = Object.keys(readLock(PROGRAM_PACKAGES, paths)).join(", ") || "none";
  throw refused(action, name, `it is not installed; installed: ${there}`);
}

/** Whatever went wrong, as an error that says so. */
function explained(
  thrown: unknown,
  facts: {
    readonly action: string;
    readonly written: string;
    readonly source: PackageSource;
    readonly signal: AbortSignal;
  },
): unknown {
  const { action, written, source, signal } = facts;
  if (signal.aborted)
    return new ModullmError("RLLM_022", `Stopped before "${written}" was installed`, {
      details: { reason: "it was interrupted" },
      hint: "Nothing was changed.",
    });
  if (thrown instanceof ModullmError) return thrown;
  const failure = installFailure(thrown, source);
  return failure === null ? thrown : refused(action, written, failure.reason, thrown);
}

function refused(action: string, name: string, reason: string, cause?: unknown): ModullmError {
  return new ModullmError("RLLM_008", `Cannot ${action} programs "${name}": ${reason}`, {
    details: { path: name, reason },
    hint: "Nothing was changed. `modullm library --help` shows what is taken.",
    cause,
  });
}

function denied(action: string, name: string, reason: string): ModullmError {
  return new ModullmError("RLLM_021", `Cannot ${action} programs "${name}": ${reason}`, {
    details: { action: `library.${action}`, resource: name, rule: "trusted-programs-only" },
    hint: "Nothing was changed. Say yes at a terminal, or with --yes.",
  });
}
