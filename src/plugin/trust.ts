import { join } from "node:path";
import { isObject } from "../core/json.ts";
import type { Paths } from "../config/paths.ts";
import { changeState, readState, type StateFile } from "./state-file.ts";

/** A yes to a plugin: to the files that it had then, in the folder where it was then. */
export interface TrustedPlugin {
  readonly name: string;
  /** A real path. */
  readonly folder: string;
  /** Of all its files; see `Tree`. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly since: string;
}

/** @throws {ModullmError} RLLM_018 */
export function trustedPlugins(paths: Pick<Paths, "state">): readonly TrustedPlugin[] {
  return readState(trustFile(paths));
}

/** A yes replaces the one that the folder had. @throws {ModullmError} RLLM_018 */
export async function trustPlugin(
  paths: Pick<Paths, "state">,
  plugin: Pick<TrustedPlugin, "name" | "folder" | "sha256">,
): Promise<void> {
  const { name, folder, sha256 } = plugin;
  await changeState(trustFile(paths), (list) => {
    const others = list.filter((each) => each.folder !== folder);
    return [...others, { name, folder, sha256, since: new Date().toISOString() }];
  });
}

/** @throws {ModullmError} RLLM_018 */
export async function distrustPlugin(paths: Pick<Paths, "state">, folder: string): Promise<void> {
  if (!trustedPlugins(paths).some((each) => each.folder === folder)) return;
  await changeState(trustFile(paths), (list) => list.filter((each) => each.folder !== folder));
}

function trustFile(paths: Pick<Paths, "state">): StateFile<readonly TrustedPlugin[]> {
  const path = join(paths.state, "trusted-plugins.json");
  return { path, label: "the list of trusted plugins", empty: [], parse: parseList };
}

function parseList(value: unknown): readonly TrustedPlugin[] | null {
  if (!Array.isArray(value)) return null;
  const entries: unknown[] = value;
  return entries.every(isTrustedPlugin) ? entries : null;
}

function isTrustedPlugin(value: unknown): value is TrustedPlugin {
  if (!isObject(value)) return false;
  return ["name", "folder", "sha256", "since"].every((key) => typeof value[key] === "string");
}
