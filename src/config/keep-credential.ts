import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileReason, readConfigText } from "./text.ts";
import { isSetIn, setInEnv } from "./env-edit.ts";
import { parseEnvFile } from "./env-file.ts";
import { ModullmError } from "../core/error.ts";
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

/** Variables that say where a provider is. */
const ADDRESS = /_(?:API_BASE|BASE_URL)$|^(?:OLLAMA_HOST|AZURE_OPENAI_ENDPOINT)$/;

/**
 * The addresses that a `.env` names, beside those of these variables: a key in the same file would
 * be sent there.
 */
export function addressesIn({ path }: EnvPlace, but: readonly string[]): readonly string[] {
  const names = parseEnvFile(readEnv(path)).entries.map(({ name }) => name);
  return names.filter((name) => ADDRESS.test(name) && !but.includes(name));
}

/**
 * Writes values into a `.env` that only its owner can read, in one step. In a folder that is
 * shared, git is made to ignore it first.
 * @throws {ModullmError} RLLM_018 where it can't be written, or where git would take the file along
 * all the same
 */
export function keepInEnv(
  { path, shared }: EnvPlace,
  values: Readonly<Record<string, string>>,
): void {
  const text = edited(path, values);
  try {
    if (git(dirname(path), ["ls-files", "--error-unmatch", basename(path)]) === 0)
      throw cannotWrite(
        path,
        "git has the file on record, so a commit would take the key along: `git rm --cached " +
          ".env` first",
      );
    if (shared) ignore(path);
    replaceFile(path, text, { isPrivate: true });
  } catch (thrown) {
    throw thrown instanceof ModullmError ? thrown : cannotWrite(path, fileReason(thrown), thrown);
  }
}

/**
 * The file's text with the values in it. @throws {ModullmError} RLLM_018 where they would not be
 * read again
 */
function edited(path: string, values: Readonly<Record<string, string>>): string {
  const given = Object.entries(values);
  const text = given.reduce((sofar, [name, value]) => setInEnv(sofar, name, value), readEnv(path));
  const { entries } = parseEnvFile(text);
  if (
    given.every(
      ([name, value]) => entries.findLast((entry) => entry.name === name)?.value === value,
    )
  )
    return text;
  throw cannotWrite(path, "a quote in it is never closed, so that what is added would not be read");
}

function readEnv(path: string): string {
  const read = readConfigText(path);
  if (read.kind === "text") return read.text;
  if (read.kind === "missing") return "";
  throw cannotWrite(path, read.kind === "directory" ? "it is a directory" : read.reason);
}

/**
 * @throws {ModullmError} RLLM_018 where git would take the file in all the same, or can't be asked
 */
function ignore(path: string): void {
  const folder = dirname(path);
  if (kindOf(path) === "other")
    throw cannotWrite(path, "it is a link, and what it leads to may be anybody's");
  const isIgnored = (): boolean => git(folder, ["check-ignore", "-q", ".env"]) === 0;
  if (isIgnored()) return;
  const file = join(folder, ".gitignore");
  if (kindOf(file) === "other")
    throw cannotWrite(path, `${file} is no ordinary file, so it can't be made to ignore the key`);
  const read = readConfigText(file);
  const text = read.kind === "text" ? read.text : "";
  const rules = text.split(/\r?\n/).map((line) => line.trim());
  // The last rule counts.
  if (rules.findLast((rule) => /^!?\/?\.env$/.test(rule)) !== ".env") {
    const begun = read.kind === "unreadable" || (text !== "" && !text.endsWith("\n"));
    appendFileSync(file, `${begun ? "\n" : ""}.env\n`);
  }
  if (isInRepository(folder) && !isIgnored())
    throw cannotWrite(path, "git does not ignore it, or can't be asked");
}

function kindOf(path: string): "missing" | "file" | "other" {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "missing";
  return stats.isFile() ? "file" : "other";
}

/** Whether the folder or one above it has a `.git`, whatever git itself says. */
function isInRepository(folder: string): boolean {
  return (
    existsSync(join(folder, ".git")) ||
    (dirname(folder) !== folder && isInRepository(dirname(folder)))
  );
}

/**
 * Git's exit status; null where there is no git. A folder's own settings may name programs to run:
 * not here.
 */
function git(folder: string, args: readonly string[]): number | null {
  return spawnSync("git", ["-c", "core.fsmonitor=false", ...args], { cwd: folder, stdio: "ignore" })
    .status;
}

function cannotWrite(path: string, reason: string, cause?: unknown): ModullmError {
  return new ModullmError("RLLM_018", `Cannot keep the key in "${path}": ${reason}`, {
    details: { path, reason },
    hint: "Choose another place for it, or set it in the environment.",
    ...(cause === undefined ? {} : { cause }),
  });
}
