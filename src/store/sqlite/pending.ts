import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, parseJson, writeJson } from "../../core/json.ts";
import type { Write } from "./write.ts";

/**
 * Rows that the file could not take, in files beside it, for whichever process opens it next. A
 * file is whole from the moment it has its name and never changes; who took it in removes it.
 */
export function pendingFolder(path: string): string {
  return `${path}-pending`;
}

/** A folder that only grows belongs to a file that will not be repaired. */
const MOST_FILES = 10_000;

/** @throws where that can't be written either */
export function writePending(path: string, writes: readonly Write[]): void {
  const folder = pendingFolder(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length >= MOST_FILES) throw new Error(`too much waits in "${folder}"`);
  const file = join(folder, `${Date.now()}-${crypto.randomUUID()}`);
  const text = writes.map((write) => `${writeJson(write)}\n`).join("");
  try {
    writeFileSync(`${file}.part`, text, { mode: 0o600 });
    renameSync(`${file}.part`, `${file}.jsonl`);
  } catch (error) {
    rmSync(`${file}.part`, { force: true });
    throw error;
  }
}

/** The oldest first. */
export function pendingFiles(path: string, limit: number): readonly string[] {
  const folder = pendingFolder(path);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .toSorted()
      .slice(0, limit)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Null for a file that another process has just taken in. @throws for one that is damaged */
export function readPending(file: string): readonly Write[] | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const write = parseJson(line);
      if (!isObject(write) || !isObject(write["row"])) throw new Error("it holds no rows");
      return write as unknown as Write;
    });
}

export function dropPending(file: string): void {
  rmSync(file, { force: true });
}

/** Out of the way, but not gone. */
export function setAside(file: string): void {
  renameSync(file, `${file}.damaged`);
}
