import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ProgramFiles } from "../authoring/assemble.ts";
import { parseScaffold, type Scaffold } from "../authoring/scaffold.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { isReserved } from "../authoring/names.ts";
import { inferSchema } from "../contract/infer.ts";
import { readConfigText, whyNoText } from "../config/text.ts";
import { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import { cannotWrite, replaceFile } from "../config/write-file.ts";
import { objectFromText } from "../program/input.ts";
import type { Ask } from "./ask.ts";
import { type CommandContext, UsageError } from "./command.ts";

/** Where the files of a new program go. */
export interface NewPlace {
  /** Of the program, and of its file without the ending. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** The program's file. */
  readonly path: string;
}

/** `due`, `due.rllm` or `programs/due.rllm`. @throws {UsageError} */
export function readPlace(written: string, { resolve }: CommandContext): NewPlace {
  const path = resolve(written);
  const name = basename(path).replace(/\.rllm$/i, "");
  if (!/^[A-Za-z][\w-]{0,79}$/.test(name))
    throw new UsageError(
      `"${name}" can't be a program's name: letters, digits, _ and -, a letter first`,
    );
  if (isReserved(name))
    throw new UsageError(`"${name}" can't be a file's name on Windows; choose another`);
  const folder = dirname(path);
  return { name, folder, path: join(folder, `${name}.rllm`) };
}

/** Examples, and the contract that they all meet. */
export interface Examples {
  readonly schema: JsonSchema;
  readonly first: JsonObject;
}

/**
 * Examples, each a JSON or YAML object, or a file that holds one. Null: none was given.
 * @throws {ModullmError} RLLM_016
 */
export function readExamples(
  written: readonly string[],
  option: string,
  context: CommandContext,
): Examples | null {
  const examples = written.map((example) => {
    if (/^\s*[[{]/.test(example)) return objectFromText(example, `--${option}`, "either");
    const path = context.resolve(example);
    const read = readConfigText(path);
    if (read.kind === "text")
      return objectFromText(read.text, path, /\.ya?ml$/i.test(path) ? "yaml" : "json");
    const reason = whyNoText(read);
    throw new ModullmError("RLLM_016", `Cannot read the example "${path}": ${reason}`, {
      details: { source: path, path, reason },
      hint: `Pass a JSON object to --${option}, or a file that holds one.`,
    });
  });
  const [first] = examples;
  return first === undefined ? null : { schema: inferSchema(examples), first: first as JsonObject };
}

/** A scaffold by name, from the folder of scaffolds, or by path. @throws {ModullmError} RLLM_018 */
export function readScaffold(
  written: string,
  folder: string,
  { resolve }: CommandContext,
): Scaffold {
  const named = join(folder, `${written}.yaml`);
  const path = /[\\/.]/.test(written) || !existsSync(named) ? resolve(written) : named;
  const read = readConfigText(path);
  if (read.kind === "text") return parseScaffold(read.text, path);
  const reason = whyNoText(read);
  throw new ModullmError("RLLM_018", `Cannot read scaffold "${path}": ${reason}`, {
    details: { path, reason },
    hint: `Name a file, or a scaffold in ${folder}; \`modullm onboard\` writes them.`,
  });
}

/**
 * Whether files that are there already may be replaced: with `--force`, or a yes at a terminal.
 * @throws {UsageError} where they may not
 */
export async function allowReplacing(
  paths: readonly string[],
  force: boolean,
  ask: Ask | null,
): Promise<void> {
  const there = paths.filter((path) => existsSync(path));
  if (there.length === 0 || force) return;
  const told = `${there.join(" and ")} ${there.length === 1 ? "is" : "are"} there already`;
  if (ask === null) throw new UsageError(`${told}; --force replaces it`);
  if (!(await ask(`${told}. Replace?`))) throw new UsageError(`${told}; nothing was written`);
}

/** @returns their paths, the program's first @throws {ModullmError} RLLM_018 */
export function writeNewFiles({ folder }: NewPlace, files: ProgramFiles): readonly string[] {
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    try {
      replaceFile(path, text);
    } catch (thrown) {
      throw cannotWrite(path, thrown, "Correct the folder's rights, or name another place.");
    }
    return path;
  });
}
