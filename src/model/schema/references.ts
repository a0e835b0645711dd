import { isObject } from "../../core/json.ts";
import { subschemas, type Node, type PlainSchema } from "./plain.ts";

/** What the references of one schema lead to. */
export interface References {
  /** The schema that a reference leads to. */
  target(reference: unknown): Node | null;
  /** Whether following that reference leads back to it. */
  isCyclic(reference: string): boolean;
  /** Whether a schema holds a reference from which `goal` is reached. */
  leadsTo(node: unknown, goal: string): boolean;
}

export function referencesOf({ root, definitions }: PlainSchema): References {
  const reached = new Map<string, ReadonlySet<string>>();

  function target(reference: unknown): Node | null {
    if (typeof reference !== "string") return null;
    return reference === "#" ? root : (definitions.get(reference.slice("#/$defs/".length)) ?? null);
  }

  function reachedFrom(reference: string): ReadonlySet<string> {
    const known = reached.get(reference);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const waiting = [...named(target(reference))];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(...named(target(next)));
    }
    reached.set(reference, found);
    return found;
  }

  return {
    target,
    isCyclic: (reference) => reachedFrom(reference).has(reference),
    leadsTo: (node, goal) =>
      [...named(node)].some((name) => name === goal || reachedFrom(name).has(goal)),
  };
}

/** Every reference within a schema. */
function* named(node: unknown): Generator<string> {
  const waiting: unknown[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isObject(next)) continue;
    if (typeof next["$ref"] === "string") yield next["$ref"];
    waiting.push(...subschemas(next));
  }
}
