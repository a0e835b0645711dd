import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { unpack } from "./archive.ts";
import { checkIntegrity, download } from "./download.ts";
import type { RegistryConfig } from "./npmrc.ts";
import { findVersion } from "./registry.ts";
import type { PackageSource } from "./source.ts";
import { runTool } from "../process/run.ts";

export interface StageOptions {
  /** The file that a package has at its top, beside `package.json`. */
  readonly manifest: string;
  /** An empty folder to work in. */
  readonly work: string;
  readonly registry: RegistryConfig;
  readonly fetch: typeof fetch;
  /** Asked before a host is called. @throws {ModullmError} where it may not be */
  readonly reach: (host: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly progress: (bytes: number, total: number | null) => void;
  readonly warn: (message: string) => void;
}

/** A package's files as they came, still to be judged. */
export interface Staged {
  /** Where its manifest is. */
  readonly folder: string;
  /**
   * What exactly came: a version with its digest, a commit, an archive's digest; null for a folder.
   */
  readonly resolved: string | null;
}

/** Why a source gives nothing: a clause without a full stop. */
export class StageFault extends Error {}

/** Bytes of an archive. */
const MOST_ARCHIVE = 256 * 1024 ** 2;

/**
 * Gets the files of a source. Nothing of them is run. @throws {StageFault | FetchFault |
 * ArchiveFault}
 */
export async function stage(source: PackageSource, options: StageOptions): Promise<Staged> {
  switch (source.kind) {
    case "npm":
      return await stagePackage(source, options);
    case "tarball":
      return await stageTarball(source.from, options);
    case "git":
      return await stageGit(source, options);
    case "folder": {
      const stats = await stat(source.path).catch(() => null);
      if (!stats?.isDirectory()) throw new StageFault(`there is no folder "${source.path}"`);
      return { folder: source.path, resolved: null };
    }
  }
}

async function stagePackage(
  source: PackageSource & { kind: "npm" },
  options: StageOptions,
): Promise<Staged> {
  const { registry, work, warn } = options;
  const found = await findVersion(source.package, source.wanted, { ...options, config: registry });
  if (found.deprecated !== null)
    warn(`${found.name} ${found.version} is deprecated: ${found.deprecated}`);
  const file = join(work, "archive.tgz");
  const digests = await download(found.tarball, file, downloadOptions(options));
  checkIntegrity(found.integrity, digests);
  const folder = await unpacked(file, options);
  return {
    folder,
    resolved: `${found.name}@${found.version} sha512-${digests.get("sha512") ?? ""}`,
  };
}

async function stageTarball(from: string, options: StageOptions): Promise<Staged> {
  if (!/^https?:/.test(from)) {
    const stats = await stat(from).catch(() => null);
    if (!stats?.isFile()) throw new StageFault(`there is no file "${from}"`);
    if (stats.size > MOST_ARCHIVE)
      throw new StageFault(`the archive has ${stats.size} bytes, and ${MOST_ARCHIVE} are the most`);
    return { folder: await unpacked(from, options), resolved: null };
  }
  const file = join(options.work, "archive.tgz");
  const digests = await download(from, file, {
    ...downloadOptions(options),
    authorization: () => null,
  });
  return {
    folder: await unpacked(file, options),
    resolved: `sha512-${digests.get("sha512") ?? ""}`,
  };
}

/**
 * Hooks of the repository are not run by a clone; what the user set up for all of theirs is
 * switched off too.
 */
const GIT_SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "protocol.ext.allow=never",
  "advice.detachedHead=false",
];
/** They would make git look at another repository. */
const GIT_PLACES = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_TEMPLATE_DIR",
  "GIT_OBJECT_DIRECTORY",
];

async function stageGit(
  { url, ref }: PackageSource & { kind: "git" },
  options: StageOptions,
): Promise<Staged> {
  const { work, manifest, signal, reach } = options;
  const host = hostOf(url);
  if (host !== null) reach(host);
  const folder = join(work, "clone");
  const env = {
    ...options.env,
    GIT_TERMINAL_PROMPT: "0",
    ...Object.fromEntries(GIT_PLACES.map((name) => [name, undefined])),
  };
  const settings = GIT_SETTINGS.flatMap((setting) => ["-c", setting]);
  const branch = ref === null ? [] : ["--branch", ref];
  const clone = [
    "clone",
    "--quiet",
    "--depth",
    "1",
    "--no-tags",
    "--template=",
    ...branch,
    "--",
    url,
    folder,
  ];
  const cloned = await runTool("git", [...settings, ...clone], { cwd: work, env, signal });
  if (cloned.missing) {
    throw new StageFault("git is not installed here: install it, or give a folder or a .tgz");
  }
  const said = cloned.stderr.split("\n").slice(-3).join("; ").slice(-500);
  if (cloned.status !== 0)
    throw new StageFault(`git can't clone it: ${said || `status ${cloned.status ?? "unknown"}`}`);
  const head = await runTool("git", ["-C", folder, "rev-parse", "HEAD"], {
    cwd: work,
    env,
    signal,
  });
  return { folder: await packageRoot(folder, manifest), resolved: head.stdout.trim() || null };
}

/** `git@host:path` and addresses; null for a repository on this machine. */
function hostOf(url: string): string | null {
  const host = /^git@([^:/]+):/.exec(url)?.[1] ?? URL.parse(url)?.hostname ?? "";
  return host === "" ? null : host;
}

function downloadOptions({ fetch, reach, signal, progress, registry }: StageOptions) {
  return {
    fetch,
    reach,
    signal,
    progress,
    most: MOST_ARCHIVE,
    authorization: (url: URL) => registry.authorizationFor(url),
  };
}

async function unpacked(file: string, { work, manifest, signal }: StageOptions): Promise<string> {
  const folder = join(work, "unpacked");
  await unpack(file, folder, { signal });
  return await packageRoot(folder, manifest);
}

/** npm's archives have everything in one folder, of whatever name. */
async function packageRoot(folder: string, manifest: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(({ name }) => name);
  if (names.includes(manifest) || names.includes("package.json")) return folder;
  const [only, ...others] = entries;
  return only?.isDirectory() === true && others.length === 0 ? join(folder, only.name) : folder;
}
