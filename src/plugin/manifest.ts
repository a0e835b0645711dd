import { lstat, readFile, realpath } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import { fileReason } from "../config/text.ts";
import { isObject } from "../core/json.ts";
import { givenVariables } from "../process/environment.ts";
import { checkManifest, runsHere } from "./manifest-check.ts";
import { ManifestFault } from "./manifest-values.ts";
import { refusal } from "./refusal.ts";
import { MANIFEST_FILE } from "./shelf.ts";

/** A manifest and where it was read. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  /** Absolute. */
  readonly folder: string;
  /** The manifest's file, absolute. */
  readonly file: string;
}

/** How a plugin's process is started. */
export interface StartCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** All the variables that it gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface StartOptions {
  /** What runs TypeScript and JavaScript plugins: this program's own file. */
  readonly executable: string;
  /** Where the values of the variables are taken from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default the platform of this process */
  readonly platform?: NodeJS.Platform;
  /** Whether the executable is Node. @default whether this process is */
  readonly node?: boolean;
}

const PACKAGE_FILE = "package.json";
/** The field of package.json that is a manifest. */
const FIELD = "modullm";
/** Bytes. */
const MOST_BYTES = 256 * 1024;

/**
 * Reads the manifest of a folder: `modullm-plugin.json`, or else the field `modullm` of
 * package.json, which takes `version` and `description` from the package where it has none of its
 * own.
 * @throws {ModullmError} RLLM_019 with what is wrong
 */
export async function readManifest(folder: string): Promise<LoadedManifest> {
  const place = resolve(folder);
  const own = await readJson(place, MANIFEST_FILE);
  const file = own === undefined ? PACKAGE_FILE : MANIFEST_FILE;
  const value = own === undefined ? await packageManifest(place) : own;
  try {
    const manifest = checkManifest(value);
    await checkFile(manifest, place);
    await checkParts(manifest, place);
    return { manifest, folder: place, file: join(place, file) };
  } catch (thrown) {
    if (!(thrown instanceof ManifestFault)) throw thrown;
    throw unreadable(place, `${file}: ${thrown.message}`);
  }
}

/** What of its folder belongs to a plugin: paths of files and folders; null: everything. */
export function partsOf({ files, command }: Manifest): readonly string[] | null {
  if (files === undefined) return null;
  const programs = Object.values(command).flatMap(([program = ""]) => posix.normalize(program));
  return [MANIFEST_FILE, PACKAGE_FILE, "package-lock.json", ...programs, ...files];
}

/**
 * How to start the plugin on this platform. It gets the variables that its manifest names, PATH,
 * HOME, TMPDIR and LANG (on Windows what a process can't do without), and nothing else.
 * @throws {ModullmError} RLLM_019 where it has no command for this platform
 */
export function startCommand(
  { manifest, folder }: LoadedManifest,
  options: StartOptions,
): StartCommand {
  const {
    platform = process.platform,
    executable,
    node = process.versions["bun"] === undefined,
  } = options;
  const words = manifest.command[platform] ?? manifest.command["default"];
  const [program, ...args] = words ?? [];
  if (program === undefined) {
    const known = Object.keys(manifest.command).join(", ");
    throw refusal("start", manifest.name, {
      reason: `it has no command for ${platform}, only for ${known}`,
    });
  }
  const env = givenVariables(options.env, { names: manifest.env ?? [], platform });
  if (!runsHere(manifest.language)) {
    const command = /[/\\]/.test(program) ? join(folder, program) : program;
    return { command, args, env: { ...env, ...PYTHON_VARIABLES }, cwd: folder };
  }
  if (node) return { command: executable, args: [join(folder, program)], env, cwd: folder };
  return {
    command: executable,
    args: ["run", ...RUN_FLAGS, join(folder, program)],
    env: { ...env, ...RUN_VARIABLES },
    cwd: folder,
  };
}

/**
 * Nothing is fetched when an import is missing, no `.env` file is read, and it does not outlive the
 * process that started it.
 */
const RUN_FLAGS = ["--no-install", "--no-env-file", "--no-orphans"];
/**
 * The compiled program becomes the runtime that it was made with. What that would keep of compiled
 * code lies outside of what is checked.
 */
const RUN_VARIABLES = { BUN_BE_BUN: "1", BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" };
/** Compiled Python beside its source would be a change of the plugin's folder. */
const PYTHON_VARIABLES = { PYTHONDONTWRITEBYTECODE: "1" };

async function packageManifest(folder: string): Promise<unknown> {
  const found = await readJson(folder, PACKAGE_FILE);
  if (!isObject(found) || found[FIELD] === undefined) {
    const reason = `there is no ${MANIFEST_FILE}, and no field "${FIELD}" in a ${PACKAGE_FILE}`;
    throw unreadable(folder, reason);
  }
  const field = found[FIELD];
  if (!isObject(field)) return field;
  const { version, description } = found;
  return {
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    ...field,
  };
}

/** Undefined where there is no such file. */
async function readJson(folder: string, name: string): Promise<unknown> {
  const file = join(folder, name);
  let bytes: Uint8Array;
  try {
    const stats = await lstat(file);
    if (!stats.isFile()) throw unreadable(folder, `${name} is not a regular file`);
    if (stats.size > MOST_BYTES)
      throw unreadable(folder, `${name} is larger than ${MOST_BYTES} bytes`);
    bytes = await readFile(file);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "RLLM_019") throw thrown;
    throw unreadable(folder, `${name}: ${fileReason(thrown)}`, thrown);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (thrown) {
    throw unreadable(
      folder,
      `${name} is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      thrown,
    );
  }
}

/**
 * The file that is started here must be there, and be one of the folder, not a link to somewhere
 * else.
 */
async function checkFile({ command, language }: Manifest, folder: string): Promise<void> {
  const platform = command[process.platform] === undefined ? "default" : process.platform;
  const [program = ""] = command[platform] ?? [];
  if (program === "" || (!runsHere(language) && !program.includes("/"))) return;
  const path = join(folder, program);
  const real = await realpath(path).catch(() => null);
  const stats = await lstat(path).catch(() => null);
  if (real === null || !stats?.isFile() || real !== join(await realpath(folder), program))
    throw new ManifestFault(
      `command.${platform} names "${program}", which is no file of the plugin`,
    );
}

async function checkParts({ files = [] }: Manifest, folder: string): Promise<void> {
  for (const path of files) {
    const stats = await lstat(join(folder, path)).catch(() => null);
    if (stats === null) throw new ManifestFault(`files names "${path}", which is not there`);
  }
}

function unreadable(folder: string, reason: string, cause?: unknown): Error {
  return refusal("read", folder, { reason, hint: "docs/plugins.md shows a manifest.", cause });
}
