import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { fileReason, readConfigText } from "./config-text.ts";
import { isSetIn, setInEnv } from "./env-edit.ts";
import { ModullmError } from "./error.ts";

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
 * Writes values into a `.env` that only its owner can read, in one step: whoever looks finds the old file or the new one. A folder
 * that is shared gets a line in its `.gitignore` first.
 * @throws {ModullmError} RLLM_018 where it can't be written, or where git would take the file along all the same
 */
export function keepInEnv(place: EnvPlace, values: Readonly<Record<string, string>>): void {
  const text = Object.entries(values).reduce(
    (sofar, [name, value]) => setInEnv(sofar, name, value),
    readEnv(place.path),
  );
  try {
    mkdirSync(dirname(place.path), { recursive: true, mode: place.shared ? 0o777 : 0o700 });
    if (place.shared) ignore(place.path);
    // A link stays one: what it leads to is replaced.
    const target = existsSync(place.path) ? realpathSync(place.path) : place.path;
    replaceFile(target, text);
  } catch (thrown) {
    if (thrown instanceof ModullmError) throw thrown;
    throw cannotWrite(place.path, fileReason(thrown), thrown);
  }
}

function readEnv(path: string): string {
  const read = readConfigText(path);
  if (read.kind === "text") return read.text;
  if (read.kind === "missing") return "";
  throw cannotWrite(path, read.kind === "directory" ? "it is a directory" : read.reason);
}

function replaceFile(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @throws {ModullmError} RLLM_018 where git has the file already, or a later rule takes it in again */
function ignore(path: string): void {
  const folder = dirname(path);
  const file = join(folder, ".gitignore");
  const read = readConfigText(file);
  const text = read.kind === "text" ? read.text : "";
  const rules = text.split(/\r?\n/).map((line) => line.trim());
  if (!rules.some((rule) => [".env", "/.env", "*.env", ".env*", "**/.env"].includes(rule))) {
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    writeFileSync(file, `${text}${gap}.env\n`);
  }
  if (git(folder, ["ls-files", "--error-unmatch", ".env"]) === 0)
    throw cannotWrite(
      path,
      "git has the file on record, so a commit would take the key along: `git rm --cached .env` first",
    );
  if (git(folder, ["check-ignore", "-q", ".env"]) === 1)
    throw cannotWrite(path, "a rule in .gitignore takes .env in again");
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
