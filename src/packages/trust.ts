import { join } from "node:path";
import { isObject } from "../core/json.ts";
import type { Shelf, ShelfPaths } from "./shelf.ts";
import { changeState, readState, type StateFile } from "./state-file.ts";

/** A yes to a package: to the files that it had then, in the folder where it was then. */
export interface TrustedPackage {
  readonly name: string;
  /** A real path. */
  readonly folder: string;
  /** Of all its files; see `Tree`. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly since: string;
}

/** @throws {ModullmError} RLLM_018 */
export function trustedPackages(
  shelf: Shelf,
  paths: Pick<ShelfPaths, "state">,
): readonly TrustedPackage[] {
  return readState(trustFile(shelf, paths));
}

/** A yes replaces the one that the folder had. @throws {ModullmError} RLLM_018 */
export async function trustPackage(
  shelf: Shelf,
  paths: Pick<ShelfPaths, "state">,
  trusted: Pick<TrustedPackage, "name" | "folder" | "sha256">,
): Promise<void> {
  const { name, folder, sha256 } = trusted;
  await changeState(trustFile(shelf, paths), (list) => {
    const others = list.filter((each) => each.folder !== folder);
    return [...others, { name, folder, sha256, since: new Date().toISOString() }];
  });
}

/** @throws {ModullmError} RLLM_018 */
export async function distrustPackage(
  shelf: Shelf,
  paths: Pick<ShelfPaths, "state">,
  folder: string,
): Promise<void> {
  if (!trustedPackages(shelf, paths).some((each) => each.folder === folder)) return;
  await changeState(trustFile(shelf, paths), (list) =>
    list.filter((each) => each.folder !== folder),
  );
}

function trustFile(
  { label, trusted }: Shelf,
  paths: Pick<ShelfPaths, "state">,
): StateFile<readonly TrustedPackage[]> {
  const path = join(paths.state, trusted);
  return { path, label: `the list of trusted ${label}`, empty: [], parse: parseList };
}

function parseList(value: unknown): readonly TrustedPackage[] | null {
  if (!Array.isArray(value)) return null;
  const entries: unknown[] = value;
  return entries.every(isTrustedPackage) ? entries : null;
}

function isTrustedPackage(value: unknown): value is TrustedPackage {
  if (!isObject(value)) return false;
  return ["name", "folder", "sha256", "since"].every((key) => typeof value[key] === "string");
}
