import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ProgramFiles } from "../authoring/assemble.ts";
import { parseScaffold, type Scaffold } from "../authoring/scaffold.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { inferSchema } from "../contract/infer.ts";
import { fileReason, readConfigText } from "../core/config-text.ts";
import { ModullmError } from "../core/error.ts";
import { replaceFile } from "../core/write-file.ts";
import { objectFromText } from "../program/input.ts";
import { type CommandContext, UsageError } from "./command.ts";

/** Where the files of a new program go. */
export interface NewPlace {
  /** Of the program, and of its file without the ending. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
}

/** `due`, `due.rllm` or `programs/due.rllm`. @throws {UsageError} */
export function readPlace(written: string, { resolve }: CommandContext): NewPlace {
  const path = resolve(written);
  const name = basename(path).replace(/\.rllm$/i, "");
  if (!/^[A-Za-z][\w-]{0,79}$/.test(name))
    throw new UsageError(`"${name}" can't be a program's name: letters, digits, _ and -, a letter first`);
  return { name, folder: dirname(path) };
}

/**
 * A contract from examples: each a JSON or YAML object, or a file that holds one. Null: none was given.
 * @throws {ModullmError} RLLM_016
 */
export function readExamples(written: readonly string[], option: string, context: CommandContext): JsonSchema | null {
  if (written.length === 0) return null;
  return inferSchema(
    written.map((example) => {
      if (/^\s*[[{]/.test(example)) return objectFromText(example, `--${option}`, "either");
      const path = context.resolve(example);
      const read = readConfigText(path);
      if (read.kind === "text") return objectFromText(read.text, path, /\.ya?ml$/i.test(path) ? "yaml" : "json");
      const reason =
        read.kind === "unreadable"
          ? read.reason
          : read.kind === "directory"
            ? "it is a folder"
            : "there is no such file";
      throw new ModullmError("RLLM_016", `Cannot read the example "${path}": ${reason}`, {
        details: { source: path, path, reason },
        hint: `Pass a JSON object to --${option}, or a file that holds one.`,
      });
    }),
  );
}

/** A scaffold by name, from the folder of scaffolds, or by path. @throws {ModullmError} RLLM_018 */
export function readScaffold(written: string, folder: string, { resolve }: CommandContext): Scaffold {
  const named = join(folder, `${written}.yaml`);
  const path = /[\\/.]/.test(written) || !existsSync(named) ? resolve(written) : named;
  try {
    return parseScaffold(readFileSync(path, "utf8"), path);
  } catch (thrown) {
    if (thrown instanceof ModullmError) throw thrown;
    const reason = fileReason(thrown);
    throw new ModullmError("RLLM_018", `Cannot read scaffold "${path}": ${reason}`, {
      details: { path, reason },
      hint: `Name a file, or a scaffold in ${folder}; \`modullm onboard\` writes them.`,
      cause: thrown,
    });
  }
}

/** Writes files that are not there yet, or may be replaced. @throws {UsageError} */
export async function writeNewFiles(
  { folder }: NewPlace,
  files: ProgramFiles,
  { force, ask }: { readonly force: boolean; readonly ask: ((question: string) => Promise<boolean>) | null },
): Promise<readonly string[]> {
  const paths = Object.keys(files).map((name) => join(folder, name));
  const there = paths.filter((path) => existsSync(path));
  if (there.length > 0 && !force) {
    const told = `${there.join(" and ")} ${there.length === 1 ? "is" : "are"} there already`;
    if (ask === null) throw new UsageError(`${told}; --force replaces it`);
    if (!(await ask(`${told}. Replace?`))) throw new UsageError(`${told}; nothing was written`);
  }
  for (const [name, text] of Object.entries(files)) {
    try {
      replaceFile(join(folder, name), text);
    } catch (thrown) {
      throw new UsageError(`${join(folder, name)} can't be written: ${fileReason(thrown)}`);
    }
  }
  return paths;
}
