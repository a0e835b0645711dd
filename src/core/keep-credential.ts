import { spawnSync } from "node:child_process";
import { appendFileSync, lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileReason, readConfigText } from "./config-text.ts";
import { isSetIn, setInEnv } from "./env-edit.ts";
import { ModullmError } from "./error.ts";
import { replaceFile } from "./write-file.ts";

/** A `.env` file that a key may be kept in. */
export interface EnvPlace {
  /** Absolute. */
  readonly path: string;
  /** Whether other people may get the folder, with all that git does not ignore. */
  readonly shared: boolean;
}

/** Whether a `.env` has a value for a name already. @throws {ModullmError} RLLM_018 */
export function isKept({ path }: EnvPlace, name: string): boolean {
  return isSetIn(readEnv(path), name);
}

/**
 * Writes values into a `.env` that only its owner can read, in one step. In a folder that is shared, git is made to ignore it first.
 * @throws {ModullmError} RLLM_018 where it can't be written, or where git would take the file along all the same
 */
export function keepInEnv(place: EnvPlace, values: Readonly<Record<string, string>>): void {
  const text = Object.entries(values).reduce(
    (sofar, [name, value]) => setInEnv(sofar, name, value),
    readEnv(place.path),
  );
  try {
    if (place.shared) ignore(place.path);
    replaceFile(place.path, text, { isPrivate: true });
  } catch (thrown) {
    throw thrown instanceof ModullmError ? thrown : cannotWrite(place.path, fileReason(thrown), thrown);
  }
}

function readEnv(path: string): string {
  const read = readConfigText(path);
  if (read.kind === "text") return read.text;
  if (read.kind === "missing") return "";
  throw cannotWrite(path, read.kind === "directory" ? "it is a directory" : read.reason);
}

/** @throws {ModullmError} RLLM_018 where git has the file already, or takes it in whatever `.gitignore` says */
function ignore(path: string): void {
  const folder = dirname(path);
  if (isLink(path)) throw cannotWrite(path, "it is a link, and what it leads to may be anybody's");
  if (git(folder, ["ls-files", "--error-unmatch", ".env"]) === 0)
    throw cannotWrite(
      path,
      "git has the file on record, so a commit would take the key along: `git rm --cached .env` first",
    );
  const isIgnored = (): boolean => git(folder, ["check-ignore", "-q", ".env"]) === 0;
  if (isIgnored()) return;
  const file = join(folder, ".gitignore");
  if (isLink(file)) throw cannotWrite(path, `${file} is a link, so it can't be made to ignore the key`);
  const read = readConfigText(file);
  const text = read.kind === "text" ? read.text : "";
  const rules = text.split(/\r?\n/).map((line) => line.trim());
  if (!rules.includes(".env")) {
    const begun = read.kind === "unreadable" || (text !== "" && !text.endsWith("\n"));
    appendFileSync(file, `${begun ? "\n" : ""}.env\n`);
  }
  if (!isIgnored() && git(folder, ["rev-parse", "--git-dir"]) === 0)
    throw cannotWrite(path, "a rule of git takes .env in again");
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Git's exit status; null where there is no git. A folder's own settings may name programs to run: not here. */
function git(folder: string, args: readonly string[]): number | null {
  return spawnSync("git", ["-c", "core.fsmonitor=false", ...args], { cwd: folder, stdio: "ignore" }).status;
}

function cannotWrite(path: string, reason: string, cause?: unknown): ModullmError {
  return new ModullmError("RLLM_018", `Cannot keep the key in "${path}": ${reason}`, {
    details: { path, reason },
    hint: "Choose another place for it, or set it in the environment.",
    ...(cause === undefined ? {} : { cause }),
  });
}
