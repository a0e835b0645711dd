import { lintSchema } from "../contract/lint.ts";
import { ModullmError } from "../core/error.ts";
import { mediaEdgeWarnings } from "../program/media-edges.ts";
import type { EdgeChecker } from "../program/edges.ts";
import { SCHEMA_KEYS } from "../program/contracts.ts";
import { parseFrontmatter } from "../program/frontmatter.ts";
import { unseenInput } from "../program/template-check.ts";
import type { Program, Warning } from "../program/program.ts";
import { blockWarnings, createBlockCheck, type LintBlocks, type TreeLints } from "./block-check.ts";
import {
  type CheckedEdge,
  type CheckedOutput,
  createEdgeCheck,
  type EdgeCheck,
  edgeWarnings,
  type TreeEdges,
} from "./edge-check.ts";
import { createLoader, type LoadedProgram, type LoadOptions } from "./load.ts";
import { readProgram } from "./read.ts";
import { realFile } from "./real-file.ts";
import { createToolCheck, type KnowTools, type ToolCheck } from "./tool-check.ts";
import { usesWarnings } from "./uses-check.ts";

/** What `validate` says of one good file. Keys are a contract. */
export interface Validation {
  readonly ok: true;
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly warnings: readonly PlacedWarning[];
  /** One for each use of a program by another, all the way down; none with `shallow`. */
  readonly edges: readonly CheckedEdge[];
  /** One for each program that asks no model; absent where there is none, and with `shallow`. */
  readonly outputs?: readonly CheckedOutput[];
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

export interface ValidateTools {
  /** Reads the blocks of a program. @default they are not checked, and a warning says so */
  readonly lint?: LintBlocks;
  /** Knows the tools of servers and APIs. @default they are not looked at */
  readonly known?: KnowTools;
  /** @default a new one */
  readonly checker?: EdgeChecker;
}

/** Checks programs; what several of them use is read and checked once. */
export interface Validator {
  /**
   * Checks a program and, unless `shallow`, all that it uses.
   * @throws {ModullmError} what reading finds; RLLM_008 for an edge that can never fit; RLLM_009
   * for a block that can't be parsed; with `strict`, RLLM_002 with every warning in
   * `details.warnings`
   */
  validate(path: string): Promise<Validation>;
}

type Apart = Pick<ReadonlySet<string>, "has">;

/** @param apart programs with a result of their own: what is found there is not told above */
export function createValidator(
  options: ValidateOptions & ValidateTools = {},
  apart: Apart = new Set(),
): Validator {
  const loader = createLoader(options);
  const blocks = options.lint ? createBlockCheck(options.lint) : null;
  const tools = options.known ? createToolCheck(options.known) : null;
  let edgeCheck: EdgeCheck | null = null;

  async function load(path: string): Promise<LoadedProgram> {
    if (!options.shallow) return await loader.load(path);
    const real = await realFile(path);
    return { program: await readProgram(real), path: real, uses: [], tools: [] };
  }

  return {
    async validate(path) {
      const loaded = await load(path);
      if (isProved(loaded, options))
        await (edgeCheck ??= await createEdgeCheck(options.checker)).visit(loaded);
      await blocks?.visit(loaded);
      await tools?.visit(loaded);
      const found = {
        edges: edgeCheck?.edges ?? new Map(),
        outputs: edgeCheck?.outputs ?? new Map(),
        lints: blocks?.lints ?? new Map(),
        tools: tools?.warnings ?? new Map(),
      };
      const told = toldWith(loaded, apart);
      const warnings = told.flatMap((each) => warningsOf(each, found));
      const { name, version } = loaded.program;
      if (options.strict && warnings.length > 0) throw strictError(loaded, warnings);
      const edges = told.flatMap((each) => found.edges.get(each) ?? []);
      const outputs = told.flatMap((each) => edgeCheck?.collected.get(each) ?? []);
      return {
        ok: true,
        path: loaded.path,
        name,
        version,
        warnings,
        edges,
        ...(outputs.length > 0 ? { outputs } : {}),
      };
    },
  };
}

/** Whether there is something to prove; alone, a program is looked at without what it uses. */
function isProved({ program, uses, tools }: LoadedProgram, { shallow }: ValidateOptions): boolean {
  return uses.length + tools.length > 0 || (program.collects !== null && shallow !== true);
}

/** Checks one program. @throws {ModullmError} as `Validator.validate` does */
export async function validateProgram(
  path: string,
  options: ValidateOptions & ValidateTools = {},
): Promise<Validation> {
  return await createValidator(options).validate(path);
}

/** A program and what it uses, each once, deep before wide; not what is below one set apart. */
function toldWith(root: LoadedProgram, apart: Apart): readonly LoadedProgram[] {
  const told = new Set<LoadedProgram>();
  function add(loaded: LoadedProgram): void {
    if (told.has(loaded) || (loaded !== root && apart.has(loaded.path))) return;
    told.add(loaded);
    for (const { child } of [...loaded.uses, ...loaded.tools]) add(child);
  }
  add(root);
  return [...told];
}

interface Found {
  readonly edges: TreeEdges;
  readonly outputs: EdgeCheck["outputs"];
  readonly lints: TreeLints;
  readonly tools: ToolCheck["warnings"];
}

function warningsOf(loaded: LoadedProgram, found: Found): PlacedWarning[] {
  const { program } = loaded;
  const own = [
    ...program.warnings,
    ...inputWarnings(program),
    ...schemaWarnings(program),
    ...blockWarnings(program, found.lints.get(loaded)),
    ...usesWarnings(loaded, found.lints.get(loaded) ?? []),
    ...edgeWarnings(found.edges.get(loaded) ?? [], loaded),
    ...(found.outputs.get(loaded) ?? []),
    ...mediaEdgeWarnings(loaded),
    ...(found.tools.get(loaded) ?? []),
  ];
  return own.map((warning) => placed(warning, loaded.path));
}

function inputWarnings(program: Program): Warning[] {
  const message = unseenInput(program);
  return message === null ? [] : [{ message, place: null }];
}

function schemaWarnings(program: Program): Warning[] {
  return SCHEMA_KEYS.flatMap((key) => {
    const faults = lintSchema(program[key === "input_schema" ? "input" : "output"].schema);
    if (faults.length === 0) return [];
    const front = parseFrontmatter(program.source);
    return faults.map(({ schemaPath, reason }) => ({
      message: `${[key, ...schemaPath].join(".")}: ${reason}`,
      place: front.place([key, ...schemaPath]),
    }));
  });
}

function placed({ message, place }: Warning, path: string): PlacedWarning {
  return {
    message,
    path: place?.path ?? path,
    line: place?.line ?? null,
    column: place?.column ?? null,
  };
}

function strictError(loaded: LoadedProgram, warnings: readonly PlacedWarning[]): ModullmError {
  const [first] = warnings;
  const file = first === undefined || first.path === loaded.path ? "" : `${first.path}, `;
  const line = first?.line ?? null;
  const where = line === null ? "" : `${file}line ${line}: `;
  const more = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : "";
  return new ModullmError(
    "RLLM_002",
    `"${loaded.program.name}" has warnings, which --strict refuses: ` +
      `${where}${first?.message}${more}`,
    {
      details: { warnings },
      hint: "Correct what the warnings say, or leave out --strict.",
    },
  );
}
