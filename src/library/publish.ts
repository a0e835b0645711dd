import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModullmError } from "../core/error.ts";
import { isObject, parseJson } from "../core/json.ts";
import { pack, PackFault } from "../packages/pack.ts";
import {
  publishArchive,
  PublishFault,
  type Published,
  type PublishOptions,
} from "../packages/publish.ts";
import { readTree, TreeFault } from "../packages/tree.ts";
import { PROGRAM_PACKAGES } from "./packages.ts";
import { readProgram } from "./read.ts";
import { programsBelow } from "./scan.ts";

export interface PublishProgramsOptions extends PublishOptions {
  /** Asks the user for a yes; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Whether the yes was given beforehand. */
  readonly yes: boolean;
}

export interface PublishedPrograms extends Published {
  readonly name: string;
  readonly version: string;
  /** What others get, with `/`. */
  readonly files: readonly string[];
}

/**
 * Publishes a folder of programs to the registry that `.npmrc` names. Every program must be sound,
 * and what is hidden stays here.
 * @throws {ModullmError} RLLM_001, RLLM_002, … of a broken program; RLLM_008 where it can't be
 * published; RLLM_021 without a yes
 */
export async function publishPrograms(
  folder: string,
  options: PublishProgramsOptions,
): Promise<PublishedPrograms> {
  try {
    const manifest = await readManifest(folder);
    for (const path of await programsBelow(folder)) await readProgram(path);
    const tree = await readTree(folder, { source: true, signal: options.signal });
    const files = tree.files.map(({ path }) => path).filter(isShared);
    const { name, version } = manifest;
    await requireYes(`${name} ${version}:\n  ${files.join("\n  ")}\nPublish these files?`, options);
    const contents = await Promise.all(
      files.map(async (path) => ({ path, bytes: await readFile(join(folder, path)) })),
    );
    const published = await publishArchive(pack(contents), manifest, options);
    return { name, version, files, ...published };
  } catch (thrown) {
    const isKnown =
      thrown instanceof PublishFault || thrown instanceof PackFault || thrown instanceof TreeFault;
    throw isKnown ? refused(folder, thrown.message, thrown) : thrown;
  }
}

/** Hidden files hold keys more often than programs. */
function isShared(path: string): boolean {
  return path.split("/").every((part) => !part.startsWith(".") && part !== "node_modules");
}

async function readManifest(
  folder: string,
): Promise<Record<string, unknown> & { readonly name: string; readonly version: string }> {
  const path = join(folder, PROGRAM_PACKAGES.manifest);
  const value = await readFile(path, "utf8").then(parseJson, () => null);
  const { name, version, private: isPrivate, keywords = [] } = isObject(value) ? value : {};
  if (typeof name !== "string" || typeof version !== "string")
    throw refused(folder, "its package.json has no name and version");
  if (isPrivate === true) throw refused(folder, "its package.json says that it is private");
  if (![keywords].flat().includes(PROGRAM_PACKAGES.keyword))
    throw refused(folder, `its package.json lacks the keyword "${PROGRAM_PACKAGES.keyword}"`);
  return { ...(isObject(value) ? value : {}), name, version };
}

async function requireYes(
  question: string,
  { ask, yes }: Pick<PublishProgramsOptions, "ask" | "yes">,
): Promise<void> {
  if (yes || (await ask?.(question)) === true) return;
  throw new ModullmError("RLLM_021", "Cannot publish: nobody said yes to what others would get", {
    details: { action: "library.publish", rule: "consent" },
    hint: "Say yes at a terminal, or with --yes. Nothing was published.",
  });
}

function refused(folder: string, reason: string, cause?: unknown): ModullmError {
  return new ModullmError("RLLM_008", `Cannot publish "${folder}": ${reason}`, {
    details: { path: folder, reason },
    hint: "Nothing was published.",
    cause,
  });
}
