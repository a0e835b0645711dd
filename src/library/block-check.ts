import { ModullmError } from "../core/error.ts";
import type { Program, Warning } from "../program/program.ts";
import { lineStart, placeAt } from "../program/source.ts";
import { doubtfulPath, RECOVERY_ROOTS, ROOTS } from "../program/template-check.ts";
import type { Template, TemplatePath } from "../program/template.ts";
import type { BlockFinding, BlockLint } from "../sandbox/lint/findings.ts";
import type { LoadedProgram } from "./load.ts";
import { createVisit, type Visit } from "./visit.ts";

/** Reads the blocks of a program without running them. */
export type LintBlocks = (program: Program) => Promise<readonly BlockLint[]>;

export type TreeLints = ReadonlyMap<LoadedProgram, readonly BlockLint[]>;

export interface BlockCheck {
  /** @throws {ModullmError} RLLM_009 for the first block that can't be parsed */
  readonly visit: Visit;
  /** Those without blocks are not in the map. */
  readonly lints: TreeLints;
}

/** Reads the blocks of programs, each once however many use them. */
export function createBlockCheck(lint: LintBlocks): BlockCheck {
  const lints = new Map<LoadedProgram, readonly BlockLint[]>();
  const visit = createVisit(async (loaded) => {
    const { program } = loaded;
    if (program.blocks.length === 0) return;
    const found = await lint(program);
    const fatal = found
      .flatMap(({ findings }) => findings)
      .find(({ severity }) => severity === "error");
    if (fatal) throw parseError(program, fatal);
    lints.set(loaded, found);
  });
  return { visit, lints };
}

/**
 * What is found in blocks, and template paths that no longer can be there once it is known what
 * `pre` gives.
 */
export function blockWarnings(
  program: Program,
  lints: readonly BlockLint[] | undefined,
): Warning[] {
  if (!lints) {
    return program.blocks.map(({ when, line }) => ({
      message: `The ${when} block was not checked`,
      place: placeAt(program.source, lineStart(program.source, line)),
    }));
  }
  const findings = lints.flatMap((lint) => lint.findings);
  return [
    ...findings.map((finding) => ({ message: finding.message, place: placeOf(program, finding) })),
    ...templateWarnings(program, lints),
  ];
}

function parseError(program: Program, finding: BlockFinding): ModullmError {
  const place = placeOf(program, finding);
  const { block, exception, message: reason } = finding;
  const { path } = program.source;
  return new ModullmError(
    "RLLM_009",
    `The ${block} block of "${program.name}" can't be parsed at line ${place.line}: ` +
      `${exception}: ${reason}`,
    {
      details: {
        exception,
        reason,
        line: place.line,
        column: place.column,
        source: place.text.trim(),
        path,
        block,
      },
      place,
    },
  );
}

/** Columns of findings are in code points, like those of places. */
function placeOf({ source }: Program, { line, column }: Pick<BlockFinding, "line" | "column">) {
  return { ...placeAt(source, lineStart(source, line)), line, column };
}

/**
 * Where the file says nothing of what `pre` gives, parsing leaves its templates alone; here the
 * block's own text tells.
 */
function templateWarnings(program: Program, lints: readonly BlockLint[]): Warning[] {
  const pre = lints.find(({ block }) => block.when === "pre");
  if (!pre || pre.gives === null || pre.block.gives !== null) return [];
  const gives = Object.fromEntries(pre.gives.map((name) => [name, "any"]));
  const blocks = program.blocks.map((block) =>
    block.when === "pre" ? { ...block, gives } : block,
  );
  function check(template: Template | null, roots: readonly string[]): Warning[] {
    const paths = template?.parts.filter((part) => typeof part !== "string") ?? [];
    return paths.flatMap((part) => {
      if (Object.hasOwn(gives, part.path[0] ?? "")) return [];
      const message = doubtfulPath({ ...program, blocks }, part, roots);
      return message === null || template === null
        ? []
        : [{ message, place: templatePlace(program, template, part) }];
    });
  }
  return [
    ...check(program.prompt, ROOTS),
    ...check(program.system, ROOTS),
    ...check(program.recovery, RECOVERY_ROOTS),
  ];
}

/**
 * A template knows its own text only; its line is looked for in the file. Null where it stands
 * there in another form.
 */
export function templatePlace(
  { source }: Program,
  template: Template,
  { offset }: TemplatePath,
): Warning["place"] {
  const start = template.text.lastIndexOf("\n", offset - 1) + 1;
  const end = template.text.indexOf("\n", offset);
  const line = template.text.slice(start, end === -1 ? undefined : end);
  const found = source.text.lastIndexOf(line);
  return found === -1 ? null : placeAt(source, found + offset - start);
}
