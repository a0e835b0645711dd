import { lintSchema } from "../contract/lint.ts";
import { ModullmError } from "../core/error.ts";
import type { Program, Warning } from "../program/program.ts";
import { doubtPath } from "../program/schema-path.ts";
import { templatePaths } from "../program/uses.ts";
import { type LoadedProgram, type LoadOptions, loadProgram } from "./load.ts";
import { readProgram } from "./read.ts";

/** What `validate` says of one good file. Keys are a contract. */
export interface Validation {
  readonly ok: true;
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly warnings: readonly PlacedWarning[];
}

export interface PlacedWarning {
  readonly message: string;
  readonly path: string;
  /** From 1; null where the warning has no one place. */
  readonly line: number | null;
  readonly column: number | null;
}

export interface ValidateOptions extends LoadOptions {
  /** Take warnings as errors. @default false */
  readonly strict?: boolean;
  /** Leave out what the program uses. @default false */
  readonly shallow?: boolean;
}

/**
 * Checks a program and, unless `shallow`, all that it uses.
 * @throws {ModullmError} what reading finds; with `strict`, RLLM_002 with every warning in `details.warnings`
 */
export async function validateProgram(path: string, options: ValidateOptions = {}): Promise<Validation> {
  const loaded: LoadedProgram = options.shallow
    ? { program: await readProgram(path), path, uses: [] }
    : await loadProgram(path, options);
  const warnings = treeWarnings(loaded, new Set());
  const { name, version } = loaded.program;
  if (options.strict && warnings.length > 0) throw strictError(loaded, warnings);
  return { ok: true, path: loaded.path, name, version, warnings };
}

function treeWarnings(loaded: LoadedProgram, seen: Set<LoadedProgram>): PlacedWarning[] {
  if (seen.has(loaded)) return [];
  seen.add(loaded);
  const { program } = loaded;
  const own = [...program.warnings, ...schemaWarnings(program), ...blockWarnings(program), ...usesWarnings(loaded)];
  return [
    ...own.map((warning) => placed(warning, loaded.path)),
    ...loaded.uses.flatMap(({ child }) => treeWarnings(child, seen)),
  ];
}

function schemaWarnings(program: Program): Warning[] {
  return (["input", "output"] as const).flatMap((side) =>
    lintSchema(program[side].schema).map((fault) => ({
      message: `${[`${side}_schema`, ...fault.schemaPath].join(".")}: ${fault.reason}`,
      place: null,
    })),
  );
}

function blockWarnings({ blocks }: Program): Warning[] {
  return blocks.map((block) => ({
    message: `The ${block.when} block (line ${block.line}) can't be run by this version: it has no sandbox`,
    place: null,
  }));
}

/** Paths into the outputs of used programs that can't be there. */
function usesWarnings({ program, uses }: LoadedProgram): Warning[] {
  const templates = [program.prompt, program.system, program.recovery].flatMap((template) => template?.parts ?? []);
  const paths = [
    ...templates.filter((part) => typeof part !== "string"),
    ...program.uses.flatMap((entry) => templatePaths(entry.with)),
  ];
  return paths.flatMap(({ path }) => {
    const link = path[0] === "uses" ? uses.find(({ entry }) => entry.name === path[1]) : undefined;
    const doubt = link && doubtPath(link.child.program.output.schema, path.slice(2));
    if (!link || !doubt) return [];
    return [
      {
        message: `{{${path.join(".")}}} may render as nothing: in the output_schema of "${link.child.program.name}" ${doubt.reason}`,
        place: null,
      },
    ];
  });
}

function placed({ message, place }: Warning, path: string): PlacedWarning {
  return { message, path: place?.path ?? path, line: place?.line ?? null, column: place?.column ?? null };
}

function strictError(loaded: LoadedProgram, warnings: readonly PlacedWarning[]): ModullmError {
  const [first] = warnings;
  const more = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : "";
  return new ModullmError(
    "RLLM_002",
    `"${loaded.program.name}" has warnings, which --strict refuses: ${first?.message}${more}`,
    {
      details: { warnings },
      hint: "Correct what the warnings say, or leave out --strict.",
    },
  );
}
