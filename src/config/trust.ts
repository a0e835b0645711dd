import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileReason, readConfigText } from "./text.ts";
import { ModullmError } from "../core/error.ts";
import type { Paths } from "./paths.ts";
import { replaceFile } from "./write-file.ts";

/** Where the list is kept: a JSON array of real paths. */
export function trustFile(paths: Pick<Paths, "state">): string {
  return join(paths.state, "trusted-folders.json");
}

/**
 * The folders whose `./.env` may pair its base URLs with keys from elsewhere, sorted. A folder
 * below one is not trusted with it.
 * @throws {ModullmError} RLLM_018 when the list is there but can't be read
 */
export function trustedFolders(paths: Pick<Paths, "state">): readonly string[] {
  const path = trustFile(paths);
  const read = readConfigText(path);
  if (read.kind === "missing") return [];
  if (read.kind !== "text")
    throw unreadable(path, read.kind === "directory" ? "it is a directory" : read.reason);
  const folders = parseList(read.text);
  if (folders === null) throw unreadable(path, "it must hold a JSON array of strings");
  return folders;
}

/** @returns the folder's real path, as it was listed */
export function trustFolder(paths: Pick<Paths, "state">, folder: string): string {
  const real = realFolder(folder);
  const folders = trustedFolders(paths);
  if (!folders.includes(real)) writeList(paths, [...folders, real].toSorted());
  return real;
}

/**
 * Takes a folder off the list, also one that is gone from the disk. @returns whether it was listed
 */
export function untrustFolder(paths: Pick<Paths, "state">, folder: string): boolean {
  const names = [resolve(folder), existingFolder(folder)];
  const folders = trustedFolders(paths);
  const kept = folders.filter((entry) => !names.includes(entry));
  if (kept.length < folders.length) writeList(paths, kept);
  return kept.length < folders.length;
}

/** @throws {ModullmError} RLLM_018 when the list can't be read */
export function isTrusted(paths: Pick<Paths, "state">, folder: string): boolean {
  const folders = trustedFolders(paths);
  return folders.length > 0 && folders.includes(existingFolder(folder) ?? "");
}

function existingFolder(folder: string): string | null {
  try {
    return realpathSync(folder);
  } catch {
    return null;
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (thrown) {
    throw new ModullmError("RLLM_018", `Cannot trust folder "${folder}": ${fileReason(thrown)}`, {
      details: { path: folder, reason: fileReason(thrown) },
      hint: "Name a folder that exists.",
      cause: thrown,
    });
  }
}

function writeList(paths: Pick<Paths, "state">, folders: readonly string[]): void {
  const path = trustFile(paths);
  try {
    replaceFile(path, `${JSON.stringify(folders, null, 2)}\n`, { isPrivate: true });
  } catch (thrown) {
    throw new ModullmError(
      "RLLM_018",
      `Cannot write the list of trusted folders "${path}": ${fileReason(thrown)}`,
      {
        details: { path, reason: fileReason(thrown) },
        cause: thrown,
      },
    );
  }
}

function parseList(text: string): string[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((entry) => typeof entry === "string") ? list : null;
  } catch {
    return null;
  }
}

function unreadable(path: string, reason: string): ModullmError {
  return new ModullmError(
    "RLLM_018",
    `Cannot read the list of trusted folders "${path}": ${reason}`,
    {
      details: { path, reason },
      hint: "Correct or delete the file; without it no folder is trusted.",
    },
  );
}
