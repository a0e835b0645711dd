import type { Issue } from "../contract/contract.ts";
import { doubtOf } from "../contract/fits/doubt.ts";
import { Sampler } from "../contract/fits/samples.ts";
import { Solver } from "../contract/fits/solver.ts";
import { type Expr, type NodeId, Space } from "../contract/fits/space.ts";
import { viewObject } from "../contract/fits/views.ts";
import { inChild, ModullmError } from "../core/error.ts";
import { type EdgeExample, findExample, notAList } from "./edge-example.ts";
import { type Edge, onlyPath, producedBy, renderingsOf, valueAt } from "./edge-values.ts";
import type { Program, UsesEntry } from "./program.ts";

/** Whether what a `with` mapping can produce is always, sometimes or never what the child's input_schema describes. */
export type EdgeVerdict =
  /** Proved. `asText`: keys whose typed value is passed as text where the child wants that. */
  | { readonly verdict: "fits"; readonly asText: readonly string[] }
  /** Shown by an example that was checked with the contracts of all who take part. */
  | { readonly verdict: "may-not-fit"; readonly example: EdgeExample; readonly issue: Issue }
  /** Proved: no run comes to an input that the child accepts. */
  | { readonly verdict: "cannot-fit"; readonly reason: string; readonly issue: Issue | null }
  | { readonly verdict: "unknown"; readonly reason: string };

/** A program with those it uses, as far as it matters here. */
export interface ProgramTree {
  readonly program: Program;
  readonly path: string;
  readonly uses: readonly { readonly entry: UsesEntry; readonly child: ProgramTree }[];
}

export function checkEdge(
  parent: Program,
  entry: UsesEntry,
  child: Program,
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
 * For before a run: nothing is paid for when some edge of the tree can never fit.
 * @throws {ModullmError} RLLM_008, with `details.chain` for an edge further down
 */
export function refuseMisfits(loaded: ProgramTree): void {
  if (loaded.uses.length === 0) return;
  const checker = createEdgeChecker();
  const seen = new Set<ProgramTree>();
  function visit(tree: ProgramTree): void {
    if (seen.has(tree)) return;
    seen.add(tree);
    for (const edge of edgesOf(tree)) {
      const refusal = checker.refuse(edge);
      if (refusal !== null) throw misfitError(tree, edge, refusal);
    }
    for (const { entry, child } of tree.uses) {
      try {
        visit(child);
      } catch (thrown) {
        throw thrown instanceof ModullmError ? inChild(thrown, { name: entry.name, path: child.path }) : thrown;
      }
    }
  }
  visit(loaded);
}

export function edgesOf({ program, uses }: ProgramTree): Edge[] {
  const siblings = new Map(uses.map(({ entry, child }) => [entry.name, child.program] as const));
  return uses.map(({ entry, child }) => ({ parent: program, entry, child: child.program, siblings }));
}

export function misfitError(
  { path }: ProgramTree,
  { parent, entry, child }: Edge,
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
      hint: `Correct the mapping under "with", or the input_schema of "${child.name}".`,
    },
  );
}

/** What is wrong, and where in the child's input. */
export function issueText({ path, reason }: Issue): string {
  return `${path.length === 0 ? "the input" : `"${path.join(".")}"`} ${reason}`;
}

function check(solver: Solver, edge: Edge): EdgeVerdict {
  const refusal = refuse(solver, edge);
  if (refusal !== null) return refusal;
  const proof = solver.ask(() => (isAlwaysList(solver, edge) ? proveFit(solver, edge) : null));
  if ("answer" in proof && proof.answer !== null) return { verdict: "fits", asText: proof.answer };
  const misfit = {
    all: [producedBy(solver, edge, edge.entry.with)],
    none: [solver.space.read(edge.child.input.schema)],
  };
  const misfits = solver.ask(() => new Sampler(solver).of(misfit));
  const shown = solver.ask(() => findExample(solver, edge, "answer" in misfits ? misfits.answer : []));
  if ("answer" in shown && shown.answer !== null)
    return { verdict: "may-not-fit", example: shown.answer, issue: shown.answer.issue };
  if ("undecided" in proof) return { verdict: "unknown", reason: proof.undecided };
  const left = solver.ask(() => solver.left(misfit));
  return { verdict: "unknown", reason: "answer" in left ? doubtOf(left.answer) : left.undecided };
}

function refuse(solver: Solver, edge: Edge): Extract<EdgeVerdict, { verdict: "cannot-fit" }> | null {
  const { space } = solver;
  const { entry, child } = edge;
  const asked = solver.ask(() => {
    const list = listValue(solver, edge);
    if (list !== null && solver.isEmpty({ all: [list, space.plain(LIST)], none: [] }))
      return notAList(sampleOf(solver, list));
    const wanted = space.read(child.input.schema);
    const produced = producedBy(solver, edge, entry.with);
    // What always fits, and what is never produced, is not refused.
    if (solver.isEmpty({ all: [produced], none: [wanted] })) return null;
    if (!solver.isEmpty({ all: [orText(solver, edge), wanted], none: [] })) return null;
    const checked = child.input.check(sampleOf(solver, produced));
    return checked.ok ? "what it is given is never what the input_schema describes" : checked.issues[0];
  });
  if ("undecided" in asked || asked.answer === null) return null;
  const { answer } = asked;
  return typeof answer === "string"
    ? { verdict: "cannot-fit", reason: answer, issue: null }
    : { verdict: "cannot-fit", reason: issueText(answer), issue: answer };
}

/** The keys that fit as text, where the whole fits; null where that is not proved. */
function proveFit(solver: Solver, edge: Edge): readonly string[] | null {
  const { space } = solver;
  const produced = producedBy(solver, edge, edge.entry.with);
  const wanted = space.read(edge.child.input.schema);
  if (solver.isEmpty({ all: [produced], none: [wanted] })) return [];
  const places = placesOf(solver, wanted);
  if (places === null) return null;
  const keys = Object.keys(edge.entry.with);
  const ideal = space.object(new Map(keys.map((key) => [key, space.join(places(key))] as const)));
  if (!solver.isEmpty({ all: [ideal], none: [wanted] })) return null;
  const asText: string[] = [];
  for (const key of keys) {
    const misfit = { all: [producedBy(solver, edge, edge.entry.with[key])], none: [space.join(places(key))] };
    if (solver.isEmpty(misfit)) continue;
    if (onlyPath(edge.entry.with[key]) === null) return null;
    if (!solver.isEmpty({ all: [renderingsOf(solver, misfit)], none: misfit.none })) return null;
    asText.push(key);
  }
  return asText.length < 2 || asText.every((key) => saysLittle(solver, places(key))) ? asText : null;
}

/**
 * What each key must be, where the keys don't depend on each other: then what is wrong with one is told of that one, and it alone
 * is passed as text.
 */
function placesOf(solver: Solver, wanted: NodeId): ((key: string) => Expr) | null {
  const shapes = solver.left({ all: [wanted], none: [] }).filter((shape) => shape.type === "object");
  const [shape] = shapes;
  if (shape === undefined || shapes.length > 1) return null;
  const known = ["has", "property", "every-name", "all-names", "shortest", "longest"];
  return shape.literals.every((literal) => known.includes(literal.on)) ? viewObject(shape.literals).at : null;
}

/** A contract tells twenty issues; where several keys go as text, none may take them all up. */
function saysLittle(solver: Solver, place: Expr): boolean {
  return solver.left(place).every((shape) => shape.type !== "array" && shape.type !== "object");
}

/** All that a run may pass on: the produced values, and for typed ones their text. */
function orText(solver: Solver, edge: Edge): NodeId {
  const { space } = solver;
  const members = Object.entries(edge.entry.with).map(([key, value]) => {
    const typed = producedBy(solver, edge, value);
    const both =
      onlyPath(value) === null ? typed : space.any([typed, renderingsOf(solver, { all: [typed], none: [] })]);
    return [key, both] as const;
  });
  return space.object(new Map(members));
}

const LIST = { type: "array" };

function isAlwaysList(solver: Solver, edge: Edge): boolean {
  const list = listValue(solver, edge);
  return list === null || solver.isEmpty({ all: [list], none: [solver.space.plain(LIST)] });
}

function listValue(solver: Solver, edge: Edge): NodeId | null {
  const { each } = edge.entry;
  if (each === null) return null;
  const path = onlyPath(each);
  return path === null ? solver.space.plain({ type: "string" }) : valueAt(solver, edge, path);
}

function sampleOf(solver: Solver, id: NodeId): unknown {
  return new Sampler(solver).of({ all: [id], none: [] })[0];
}
