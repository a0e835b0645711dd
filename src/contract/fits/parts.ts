import type { Solver } from "./solver.ts";
import type { NodeId } from "./space.ts";
import { viewArray, viewObject } from "./views.ts";

/**
 * What values of a subschema hold under a name or an index: null where they hold nothing there.
 * Never less than they can hold.
 */
export function partOf(solver: Solver, id: NodeId, key: string): NodeId {
  return solver.remember(`part ${id} ${key}`, () => readPart(solver, id, key));
}

/** What the items of the lists among a subschema's values are. */
export function itemsOf(solver: Solver, id: NodeId): NodeId {
  const { space } = solver;
  const items = solver.left({ all: [id], none: [] }).flatMap((shape) => {
    if (shape.type !== "array") return [];
    const view = viewArray(shape.literals);
    const places = Math.min(view.alike + 1, view.longest);
    return Array.from({ length: places }, (_, index) => space.join(view.at(index)));
  });
  return space.any(items);
}

function readPart(solver: Solver, id: NodeId, key: string): NodeId {
  const { space } = solver;
  const nothing = space.constant(null);
  const parts = solver.left({ all: [id], none: [] }).flatMap((shape) => {
    if (shape.type === "object") {
      const view = viewObject(shape.literals);
      const presence = view.presence(key);
      if (presence === "never") return [nothing];
      return presence === "must" ? [space.join(view.at(key))] : [space.join(view.at(key)), nothing];
    }
    if (shape.type !== "array" || !/^[0-9]+$/.test(key)) return [nothing];
    const view = viewArray(shape.literals);
    const index = Number(key);
    if (index >= view.longest) return [nothing];
    return index < view.shortest
      ? [space.join(view.at(index))]
      : [space.join(view.at(index)), nothing];
  });
  return space.any(parts);
}
