import { lintSchema } from "../contract/lint.ts";
import { show } from "../contract/reasons.ts";
import { inChild, ModullmError, toModullmError } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import { mediaEdgeWarnings } from "../program/media-edges.ts";
import type { Program, Warning } from "../program/program.ts";
import { blockWarnings, type LintBlocks, lintTree, type TreeLints } from "./block-check.ts";
import { type LoadedProgram, type LoadOptions, loadProgram } from "./load.ts";
import { readProgram } from "./read.ts";
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
}

/**
 * Whether what a `with` mapping can produce is what the used program takes. An edge that can never
 * fit is an error instead.
 */
export interface CheckedEdge {
  /** Path of the program that has the entry. */
  readonly from: string;
  readonly entry: string;
  readonly to: string;
  readonly verdict: "fits" | "may-not-fit" | "unknown";
  /** Null where it fits. */
  readonly reason: string | null;
  /**
   * A run that goes wrong: an input, outputs of the entries that are read, and what the used
   * program would be given.
   */
  readonly example: {
    readonly input: unknown;
    readonly uses: unknown;
    readonly given: unknown;
  } | null;
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
}

/**
 * Checks a program and, unless `shallow`, all that it uses.
 * @throws {ModullmError} what reading finds; RLLM_008 for an edge that can never fit; RLLM_009 for
 * a block that can't be parsed; with `strict`, RLLM_002 with every warning in `details.warnings`
 */
export async function validateProgram(
  path: string,
  options: ValidateOptions & ValidateTools = {},
): Promise<Validation> {
  const loaded: LoadedProgram = options.shallow
    ? { program: await readProgram(path), path, uses: [] }
    : await loadProgram(path, options);
  const edges = new Map<LoadedProgram, readonly CheckedEdge[]>();
  if (loaded.uses.length > 0) await checkEdges(loaded, edges);
  const lints = options.lint ? await lintTree(loaded, options.lint) : new Map();
  const warnings = treeWarnings(loaded, { edges, lints }, new Set());
  const { name, version } = loaded.program;
  if (options.strict && warnings.length > 0) throw strictError(loaded, warnings);
  return {
    ok: true,
    path: loaded.path,
    name,
    version,
    warnings,
    edges: [...edges.values()].flat(),
  };
}

type TreeEdges = Map<LoadedProgram, readonly CheckedEdge[]>;

/** Fills in the edges of every program below, each once. */
async function checkEdges(loaded: LoadedProgram, edges: TreeEdges): Promise<void> {
  const { createEdgeChecker, edgesOf, issueText, misfitError } =
    await import("../program/edges.ts");
  const checker = createEdgeChecker();
  function visit(parent: LoadedProgram): void {
    if (edges.has(parent)) return;
    const found = edgesOf(parent).map((edge, index): CheckedEdge => {
      const place = {
        from: parent.path,
        entry: edge.entry.name,
        to: parent.uses[index]?.child.path ?? "",
      };
      const checked = checker.check(edge);
      switch (checked.verdict) {
        case "cannot-fit":
          throw misfitError(parent, edge, checked);
        case "may-not-fit": {
          const { input, uses, given } = checked.example;
          return {
            ...place,
            verdict: "may-not-fit",
            reason: issueText(checked.issue),
            example: { input, uses, given },
          };
        }
        case "unknown":
          return { ...place, verdict: "unknown", reason: checked.reason, example: null };
        case "fits":
          return { ...place, verdict: "fits", reason: null, example: null };
      }
    });
    edges.set(parent, found);
    for (const { entry, child } of parent.uses) {
      try {
        visit(child);
      } catch (thrown) {
        throw inChild(toModullmError(thrown), { name: entry.name, path: child.path });
      }
    }
  }
  visit(loaded);
}

function edgeWarnings(edges: readonly CheckedEdge[], { uses }: LoadedProgram): Warning[] {
  return edges.flatMap(({ entry, verdict, reason, example }) => {
    if (verdict !== "may-not-fit" || example === null) return [];
    const child = uses.find((link) => link.entry.name === entry)?.child.program.name ?? entry;
    const reads =
      isObject(example.uses) && Object.keys(example.uses).length > 0
        ? ` and uses ${show(example.uses)}`
        : "";
    const message = `uses entry "${entry}" may give "${child}" what it does not take: with the input ${show(example.input)}${reads}, ${reason}`;
    return [{ message, place: null }];
  });
}

interface Found {
  readonly edges: TreeEdges;
  readonly lints: TreeLints;
}

function treeWarnings(
  loaded: LoadedProgram,
  found: Found,
  seen: Set<LoadedProgram>,
): PlacedWarning[] {
  if (seen.has(loaded)) return [];
  seen.add(loaded);
  const { program } = loaded;
  const own = [
    ...program.warnings,
    ...schemaWarnings(program),
    ...blockWarnings(program, found.lints.get(loaded)),
    ...usesWarnings(loaded, found.lints.get(loaded) ?? []),
    ...edgeWarnings(found.edges.get(loaded) ?? [], loaded),
    ...mediaEdgeWarnings(loaded),
  ];
  return [
    ...own.map((warning) => placed(warning, loaded.path)),
    ...loaded.uses.flatMap(({ child }) => treeWarnings(child, found, seen)),
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
    `"${loaded.program.name}" has warnings, which --strict refuses: ${where}${first?.message}${more}`,
    {
      details: { warnings },
      hint: "Correct what the warnings say, or leave out --strict.",
    },
  );
}
