import type { Issue } from "../contract/contract.ts";
import { doubtOf } from "../contract/fits/doubt.ts";
import { Sampler } from "../contract/fits/samples.ts";
import { Solver } from "../contract/fits/solver.ts";
import { type Expr, Space } from "../contract/fits/space.ts";
import { inChild, ModullmError } from "../core/error.ts";
import { writeJson } from "../core/json.ts";
import { type EdgeExample, findExample, issueText } from "./edge-example.ts";
import { proveFit, refutation } from "./edge-proof.ts";
import {
  type Edge,
  producedBy,
  type ProgramTree,
  siblingsOf,
  type UsesEdge,
} from "./edge-values.ts";
import { collectEdge, collectError, collectText } from "./collect-edge.ts";
import { misfitText, outputMisfitError, outputMisfits } from "./output-edges.ts";
import type { Program } from "./program.ts";
import { entryPlace } from "./uses.ts";

/**
 * Whether what a `with` mapping can produce is always, sometimes or never what the child's
 * input_schema describes.
 */
export type EdgeVerdict =
  /** Proved. `asText`: keys whose typed value is passed as text where the child wants that. */
  | { readonly verdict: "fits"; readonly asText: readonly string[] }
  /** Shown by an example that was checked with the contracts of all who take part. */
  | { readonly verdict: "may-not-fit"; readonly example: EdgeExample; readonly issue: Issue }
  /** Proved: no run comes to an input that the child accepts. */
  | { readonly verdict: "cannot-fit"; readonly reason: string; readonly issue: Issue | null }
  | { readonly verdict: "unknown"; readonly reason: string };

export function checkEdge(
  parent: Program,
  entry: Edge["entry"],
  child: Edge["child"],
  siblings: ReadonlyMap<string, Program>,
): EdgeVerdict {
  return createEdgeChecker().check({ parent, entry, child, siblings });
}

export interface EdgeChecker {
  check(edge: Edge): EdgeVerdict;
  /** Only whether it can never fit, which takes far less time; null where it may. */
  refuse(edge: Edge): Extract<EdgeVerdict, { verdict: "cannot-fit" }> | null;
}

/** Checks edges of one tree; what was found out of a schema is kept for the next edge. */
export function createEdgeChecker(): EdgeChecker {
  const solver = new Solver(new Space());
  return { check: (edge) => check(solver, edge), refuse: (edge) => refuse(solver, edge) };
}

/**
 * A checker for whoever checks the same programs again and again, as an editor does: what it was
 * asked before it answers from memory.
 */
export function createRememberingChecker(): EdgeChecker {
  const known = new Map<string, EdgeVerdict>();
  return {
    check(edge) {
      const key = keyOf(edge);
      const verdict = known.get(key) ?? createEdgeChecker().check(edge);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(key, verdict);
      return verdict;
    },
    refuse: (edge) => createEdgeChecker().refuse(edge),
  };
}

const MOST_REMEMBERED = 1000;

/** All that a verdict depends on. */
function keyOf({ parent, entry, child, siblings, pre, whole }: Edge): string {
  const read = parent.uses.filter(({ name }) => entry.reads.includes(name));
  const given = read.map(({ name, each, when, onError }) => {
    return [name, each, when, onError, siblings.get(name)?.output.schema ?? null];
  });
  const blocks = parent.blocks.filter(({ when }) => when === "pre");
  return writeJson([
    [entry.with, entry.each, entry.when],
    [child.name, child.input.schema],
    [parent.input.schema, given, blocks],
    [pre ?? null, whole ?? null],
  ]);
}

/**
 * For before a run: nothing is paid for when some edge of the tree can never fit, or an output is
 * passed on or made that never does. Gives what may go wrong with outputs.
 * @throws {ModullmError} RLLM_008, with `details.chain` for an edge further down
 */
export function refuseMisfits(loaded: ProgramTree): readonly string[] {
  const doubts: string[] = [];
  const { uses, tools, program } = loaded;
  if (uses.length + tools.length === 0 && program.collects === null) return doubts;
  const checker = createEdgeChecker();
  const seen = new Set<ProgramTree>();
  function visit(tree: ProgramTree): void {
    if (seen.has(tree)) return;
    seen.add(tree);
    for (const edge of edgesOf(tree)) {
      const refusal = checker.refuse(edge);
      if (refusal !== null) throw misfitError(tree, edge, refusal);
    }
    const collects = collectEdge(tree);
    const made = collects && checker.check(collects);
    if (made?.verdict === "cannot-fit") throw collectError(tree, made);
    if (made?.verdict === "may-not-fit")
      doubts.push(`In "${tree.program.name}" ${collectText(made)}`);
    for (const misfit of outputMisfits(tree)) {
      if (misfit.always) throw outputMisfitError(tree, misfit);
      doubts.push(`In "${tree.program.name}" ${misfitText(misfit)}`);
    }
    const used = tree.uses.map(({ entry, child }) => ({ name: entry.name, child }));
    for (const { name, child } of [...used, ...tree.tools]) {
      try {
        visit(child);
      } catch (thrown) {
        throw thrown instanceof ModullmError ? inChild(thrown, { name, path: child.path }) : thrown;
      }
    }
  }
  visit(loaded);
  return doubts;
}

export function edgesOf({ program, uses }: ProgramTree): UsesEdge[] {
  const siblings = siblingsOf(uses);
  return uses.map(({ entry, child }) => ({
    parent: program,
    entry,
    child: child.program,
    siblings,
  }));
}

export function misfitError(
  { path }: ProgramTree,
  { parent, entry, child }: UsesEdge,
  { reason, issue }: Extract<EdgeVerdict, { verdict: "cannot-fit" }>,
): ModullmError {
  const details = {
    entry: entry.name,
    reason,
    path,
    ...(issue ? { validator: issue.keyword, schema_path: issue.schemaPath } : {}),
  };
  return new ModullmError(
    "RLLM_008",
    `The uses entry "${entry.name}" of "${parent.name}" can never run "${child.name}": ${reason}`,
    {
      details,
      place: entryPlace(parent, entry.name),
      hint: `Correct the mapping under "with", or the input_schema of "${child.name}".`,
    },
  );
}

function check(solver: Solver, edge: Edge): EdgeVerdict {
  const refusal = refuse(solver, edge);
  if (refusal !== null) return refusal;
  const proof = solver.ask(() => proveFit(solver, edge));
  if ("answer" in proof && proof.answer !== null) return { verdict: "fits", asText: proof.answer };
  const misfit = (): Expr => ({
    all: [producedBy(solver, edge, edge.entry.with)],
    none: [solver.space.read(edge.child.input.schema)],
  });
  const misfits = solver.ask(() => new Sampler(solver).of(misfit()));
  const shown = solver.ask(() =>
    findExample(solver, edge, "answer" in misfits ? misfits.answer : []),
  );
  if ("answer" in shown && shown.answer !== null)
    return { verdict: "may-not-fit", example: shown.answer, issue: shown.answer.issue };
  if ("undecided" in proof) return { verdict: "unknown", reason: proof.undecided };
  const doubt = solver.ask(() => doubtOf(solver, solver.left(misfit())));
  return { verdict: "unknown", reason: "answer" in doubt ? doubt.answer : doubt.undecided };
}

function refuse(
  solver: Solver,
  edge: Edge,
): Extract<EdgeVerdict, { verdict: "cannot-fit" }> | null {
  const asked = solver.ask(() => refutation(solver, edge));
  if ("undecided" in asked || asked.answer === null) return null;
  const { answer } = asked;
  return typeof answer === "string"
    ? { verdict: "cannot-fit", reason: answer, issue: null }
    : { verdict: "cannot-fit", reason: issueText(answer, edge.whole), issue: answer };
}
