import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModullmError } from "../core/error.ts";
import type { Paths } from "../config/paths.ts";
import type { FoundPlugin } from "./find.ts";
import { partsOf } from "./manifest.ts";
import {
  describeChanges,
  readTree,
  readTreeList,
  type Tree,
  TreeFault,
  type TreeOptions,
} from "../packages/tree.ts";
import { trustedPackages } from "../packages/trust.ts";
import { PLUGINS } from "./shelf.ts";

/**
 * What a plugin's files say now. `changed`: there was a yes, to other files. `broken`: it can't be
 * used in any case, as an installed one that is not as it was installed.
 */
export interface Examination {
  readonly trust: "trusted" | "untrusted" | "changed" | "broken";
  /**
   * Why it is `broken`, or what has changed since the yes where that is known: a clause without a
   * full stop.
   */
  readonly reason: string | null;
  /** Null where its files can't be read. */
  readonly tree: Tree | null;
}

/** Reads all files of a plugin and holds them against the lock and the list of what is trusted. */
export async function examine(
  { folder, loaded, locked, fault }: FoundPlugin,
  paths: Paths,
  signal?: AbortSignal,
): Promise<Examination> {
  if (fault !== null && locked === null)
    return { trust: "broken", reason: reasonOf(fault), tree: null };
  const tree = await treeOf(folder, {
    source: locked === null,
    parts: locked === null && loaded !== null ? partsOf(loaded.manifest) : null,
    ...(signal === undefined ? {} : { signal }),
  });
  if (typeof tree === "string") return { trust: "broken", reason: tree, tree: null };
  if (locked !== null && tree.sha256 !== locked.sha256) {
    const list = await readFile(`${folder}.files`, "utf8").catch(() => "");
    const before = readTreeList(list, locked.sha256);
    const changes = before === null ? "" : `: ${describeChanges(before, tree.files)}`;
    return { trust: "broken", reason: `it is not as it was installed${changes}`, tree };
  }
  if (fault !== null) return { trust: "broken", reason: reasonOf(fault), tree };
  const yes = trustedPackages(PLUGINS, paths).find((each) => each.folder === folder);
  if (yes === undefined) return { trust: "untrusted", reason: null, tree };
  if (yes.sha256 === tree.sha256) return { trust: "trusted", reason: null, tree };
  return { trust: "changed", reason: await changesSince(yes.sha256, tree, paths), tree };
}

/**
 * Where the files of a plugin that is not installed are copied to; what runs is the copy, alone in
 * its folder.
 */
export function copyFolder(paths: Pick<Paths, "cache">, sha256: string): string {
  return join(paths.cache, "plugins", sha256);
}

function reasonOf({ details, message }: ModullmError): string {
  return typeof details["reason"] === "string" ? details["reason"] : message;
}

async function changesSince(sha256: string, tree: Tree, paths: Paths): Promise<string | null> {
  const before = await treeOf(copyFolder(paths, sha256), { source: false });
  return typeof before === "string" || before.sha256 !== sha256
    ? null
    : describeChanges(before.files, tree.files);
}

async function treeOf(
  folder: string,
  options: TreeOptions & { readonly signal?: AbortSignal },
): Promise<Tree | string> {
  try {
    return await readTree(folder, options);
  } catch (thrown) {
    options.signal?.throwIfAborted();
    if (thrown instanceof TreeFault) return thrown.message;
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    if (code === "ENOENT") return `its folder "${folder}" is gone`;
    return `its files can't be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}
