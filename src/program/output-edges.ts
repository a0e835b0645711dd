import { partOf } from "../contract/fits/parts.ts";
import { Sampler } from "../contract/fits/samples.ts";
import { Solver } from "../contract/fits/solver.ts";
import { Space } from "../contract/fits/space.ts";
import type { Issue } from "../contract/contract.ts";
import { show } from "../contract/reasons.ts";
import { ModullmError } from "../core/error.ts";
import { outputOf, type ProgramTree } from "./edge-values.ts";
import { passedOn } from "./passed-on.ts";
import type { Program, UsesEntry } from "./program.ts";

/** An output of a used program that the program's own output_schema does not take. */
export interface OutputMisfit {
  readonly entry: string;
  /** Of the output. */
  readonly key: string;
  /** What the entry may give. */
  readonly example: unknown;
  readonly issue: Issue;
  /** Whether nothing that the entry gives is taken, but for an empty list. */
  readonly always: boolean;
}

/** Looks at what a post block plainly passes on from `uses` to the output. */
export function outputMisfits({ program, uses }: ProgramTree): readonly OutputMisfit[] {
  const passed = uses.length === 0 ? [] : passedOn(program.blocks);
  return passed.flatMap(({ key, entry: name }) => {
    const link = uses.find(({ entry }) => entry.name === name);
    if (link === undefined) return [];
    const { entry, child } = link;
    const solver = new Solver(new Space());
    const given = outputOf(solver.space, entry, child.program);
    const wanted = partOf(solver, solver.space.read(program.output.schema), key);
    const sampler = new Sampler(solver);
    const drawn = solver.ask(() => [
      ...sampler.of({ all: [given], none: [wanted] }),
      ...sampler.of({ all: [given], none: [] }),
    ]);
    const values = [...forgiven(entry), ...("answer" in drawn ? drawn.answer : [])];
    for (const example of values) {
      const issue = isGiven(example, entry, child.program) ? issueOf(program, key, example) : null;
      if (issue === null) continue;
      const filled = entry.each === null ? [] : [solver.space.plain({ minItems: 1 })];
      const taken = solver.ask(() => solver.left({ all: [given, wanted, ...filled], none: [] }));
      const always = "answer" in taken && taken.answer.length === 0;
      return [{ entry: name, key, example, issue, always }];
    }
    return [];
  });
}

/** What is said of one that may go wrong. */
export function misfitText({ entry, key, example, issue }: OutputMisfit): string {
  return (
    `the post block gives the output of "${entry}" as "${key}", and output_schema does not ` +
    `take all of it: with ${show(example)}, "${issue.path.join(".")}" ${issue.reason}`
  );
}

/** For one that always goes wrong. */
export function outputMisfitError(
  { program, path }: ProgramTree,
  misfit: OutputMisfit,
): ModullmError {
  const { entry, key, issue } = misfit;
  const reason = `"${issue.path.join(".")}" ${issue.reason}`;
  return new ModullmError(
    "RLLM_008",
    `The output_schema of "${program.name}" never takes what the uses entry "${entry}" ` +
      `gives: with ${show(misfit.example)}, ${reason}`,
    {
      details: {
        entry,
        key,
        reason,
        path,
        validator: issue.keyword,
        schema_path: issue.schemaPath,
      },
      hint:
        `Correct "${key}" in output_schema: it holds ${misfit.always ? "" : "also "}what ` +
        `"${entry}" gives.`,
    },
  );
}

/** What stands for failures and what was skipped. */
function forgiven({ each, onError, when }: UsesEntry): readonly unknown[] {
  if (each !== null && onError === "null") return [[null]];
  return when !== null || (each === null && onError !== "fail") ? [null] : [];
}

/** What is drawn may break what the solver does not understand. */
function isGiven(value: unknown, entry: UsesEntry, child: Program): boolean {
  const items = entry.each === null ? [value] : value;
  return (
    Array.isArray(items) && items.every((item) => item === null || child.output.check(item).ok)
  );
}

function issueOf(program: Program, key: string, value: unknown): Issue | null {
  const checked = program.output.check({ [key]: value });
  return checked.ok ? null : (checked.issues.find(({ path }) => path[0] === key) ?? null);
}
