import { onlyPath } from "./template.ts";
import type { Issue } from "../contract/contract.ts";
import { Sampler } from "../contract/fits/samples.ts";
import { isObject } from "../core/json.ts";
import type { Solver } from "../contract/fits/solver.ts";
import type { Expr, NodeId } from "../contract/fits/space.ts";
import { viewObject } from "../contract/fits/views.ts";
import { notAList } from "./edge-example.ts";
import { type Edge, producedBy, renderingsOf, valueAt } from "./edge-values.ts";

/** Why no run comes to an input that the child accepts; null where that is not proved. */
export function refutation(solver: Solver, edge: Edge): Issue | string | null {
  const { space } = solver;
  const { entry, child } = edge;
  const list = listValue(solver, edge);
  if (list !== null && solver.isEmpty({ all: [list, space.plain(LIST)], none: [] }))
    return notAList(sampleOf(solver, list));
  const wanted = space.read(child.input.schema);
  const produced = producedBy(solver, edge, entry.with);
  // What always fits, and what is never produced, is not refused.
  if (solver.isEmpty({ all: [produced], none: [wanted] })) return null;
  if (!solver.isEmpty({ all: [orText(solver, edge), wanted], none: [] })) return null;
  const checked = child.input.check(sampleOf(solver, produced));
  return checked.ok
    ? "what it is given is never what the input_schema describes"
    : checked.issues[0];
}

/**
 * The keys that fit as text, the whole under "", where the whole fits; null where that is not
 * proved.
 */
export function proveFit(solver: Solver, edge: Edge): readonly string[] | null {
  const { space } = solver;
  if (!isAlwaysList(solver, edge)) return null;
  const produced = producedBy(solver, edge, edge.entry.with);
  const wanted = space.read(edge.child.input.schema);
  if (solver.isEmpty({ all: [produced], none: [wanted] })) return [];
  const { with: written } = edge.entry;
  if (!isObject(written)) return proveText(solver, edge, { produced, wanted });
  const places = placesOf(solver, wanted);
  if (places === null) return null;
  const keys = Object.keys(written);
  const ideal = space.object(new Map(keys.map((key) => [key, space.join(places(key))] as const)));
  if (!solver.isEmpty({ all: [ideal], none: [wanted] })) return null;
  const asText: string[] = [];
  for (const key of keys) {
    const misfit = {
      all: [producedBy(solver, edge, written[key])],
      none: [space.join(places(key))],
    };
    if (solver.isEmpty(misfit)) continue;
    if (onlyPath(written[key]) === null) return null;
    if (!solver.isEmpty({ all: [renderingsOf(solver, misfit)], none: misfit.none })) return null;
    asText.push(key);
  }
  return asText.length < 2 || asText.every((key) => saysLittle(solver, places(key)))
    ? asText
    : null;
}

/** Of a value that is one template as a whole. */
function proveText(
  solver: Solver,
  edge: Edge,
  { produced, wanted }: { readonly produced: NodeId; readonly wanted: NodeId },
): readonly string[] | null {
  if (onlyPath(edge.entry.with) === null) return null;
  const texts = renderingsOf(solver, { all: [produced], none: [wanted] });
  return solver.isEmpty({ all: [texts], none: [wanted] }) ? [""] : null;
}

/**
 * What each key must be, where the keys don't depend on each other: then what is wrong with one is
 * told of that one, and it alone is passed as text.
 */
function placesOf(solver: Solver, wanted: NodeId): ((key: string) => Expr) | null {
  const shapes = solver
    .left({ all: [wanted], none: [] })
    .filter((shape) => shape.type === "object");
  const [shape] = shapes;
  if (shape === undefined || shapes.length > 1) return null;
  const known = ["has", "property", "every-name", "all-names", "shortest", "longest"];
  return shape.literals.every((literal) => known.includes(literal.on))
    ? viewObject(shape.literals).at
    : null;
}

/** A contract tells twenty issues; where several keys go as text, none may take them all up. */
function saysLittle(solver: Solver, place: Expr): boolean {
  return solver.left(place).every((shape) => shape.type !== "array" && shape.type !== "object");
}

/** All that a run may pass on: the produced values, and for typed ones their text. */
function orText(solver: Solver, edge: Edge): NodeId {
  const { space } = solver;
  const { with: written } = edge.entry;
  const both = (value: unknown): NodeId => {
    const typed = producedBy(solver, edge, value);
    return onlyPath(value) === null
      ? typed
      : space.any([typed, renderingsOf(solver, { all: [typed], none: [] })]);
  };
  if (!isObject(written)) return both(written);
  return space.object(
    new Map(Object.entries(written).map(([key, value]) => [key, both(value)] as const)),
  );
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
