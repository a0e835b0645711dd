import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { fileReason } from "../config/text.ts";
import { DependencyFault, missingDependencies } from "../packages/dependencies.ts";
import { copyFolder } from "./examine.ts";
import type { FoundPlugin } from "./find.ts";
import { type LoadedManifest, readManifest } from "./manifest.ts";
import { refusal } from "./refusal.ts";
import { copyTree, readTree, type Tree } from "../packages/tree.ts";

/**
 * The files that were said yes to, in a folder of ours: nothing around it (a package beside it, a
 * tsconfig.json above it) has a part in what runs, and nobody works on it.
 * @throws {ModullmError} RLLM_019; what `permit` throws, which is asked whether they may be written
 */
export async function ownCopy(
  { name, folder }: FoundPlugin,
  tree: Tree,
  { cache, permit }: { readonly cache: string; readonly permit: (path: string) => void },
): Promise<LoadedManifest> {
  const { wanted } = await missingDependencies(folder).catch((thrown: unknown) => {
    if (!(thrown instanceof DependencyFault)) throw thrown;
    throw refusal("start", name, { reason: thrown.message });
  });
  const [missing] = Object.keys(wanted);
  if (missing !== undefined) {
    throw refusal("start", name, {
      reason:
        `it needs the package "${missing}" and others, and has no node_modules folder of its ` +
        "own",
      hint: `Install it with its packages: \`modullm plugins install ${folder}\`.`,
    });
  }
  const copy = copyFolder({ cache }, tree.sha256);
  if ((await digestOf(copy)) === tree.sha256) return await readManifest(copy);
  permit(copy);
  await onDisk(name, async () => await makeCopy(tree, folder, copy));
  if ((await digestOf(copy)) === tree.sha256) return await readManifest(copy);
  throw refusal("start", name, {
    reason: "its files changed while they were read",
    retryable: true,
  });
}

/** The digest of a folder; null where it can't be read. */
export async function digestOf(folder: string): Promise<string | null> {
  return await readTree(folder).then(
    ({ sha256 }) => sha256,
    () => null,
  );
}

/** What the disk refuses, as an error that says so. @throws {ModullmError} RLLM_019 */
export async function onDisk<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const path = thrown instanceof Error && "path" in thrown ? String(thrown.path) : "its files";
    throw refusal("start", name, { reason: `${path}: ${fileReason(thrown)}`, cause: thrown });
  }
}

/**
 * A copy that is there and wrong is moved away; one that another process has made meanwhile is as
 * good.
 */
async function makeCopy(tree: Tree, from: string, copy: string): Promise<void> {
  const draft = `${copy}.${randomUUID()}`;
  const wrong = `${draft}.wrong`;
  try {
    await copyTree(tree, from, draft);
    const isMine = await moved(draft, copy);
    if (isMine || (await digestOf(copy)) === tree.sha256) return;
    await moved(copy, wrong);
    await moved(draft, copy);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(wrong, { recursive: true, force: true });
  }
}

/** False where something stands in its place. */
async function moved(from: string, to: string): Promise<boolean> {
  return await rename(from, to).then(
    () => true,
    () => false,
  );
}
