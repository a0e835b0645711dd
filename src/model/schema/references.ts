import { isObject } from "../../core/json.ts";

type Node = Readonly<Record<string, unknown>>;

/** What the references of one schema lead to. */
export interface References {
  /** The schema a local pointer names; null for any other. */
  target(reference: unknown): Node | null;
  /** Whether following that reference leads back to it. */
  isCyclic(reference: string): boolean;
  /** Whether a schema holds a reference from which `goal` is reached. */
  leadsTo(node: unknown, goal: string): boolean;
}

export function referencesOf(root: Node): References {
  const reached = new Map<string, ReadonlySet<string>>();

  function target(reference: unknown): Node | null {
    if (typeof reference !== "string" || !reference.startsWith("#")) return null;
    if (reference !== "#" && !reference.startsWith("#/")) return null;
    let node: unknown = root;
    for (const step of reference.split("/").slice(1)) {
      const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      node = Array.isArray(node)
        ? (node[Number(key)] as unknown)
        : isObject(node)
          ? node[key]
          : undefined;
    }
    return isObject(node) ? node : null;
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

/** Every reference within a schema. Definitions only count where something leads to them. */
function* named(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const item of node) yield* named(item);
  if (!isObject(node)) return;
  if (typeof node["$ref"] === "string") yield node["$ref"];
  for (const [keyword, value] of Object.entries(node)) {
    if (
      keyword !== "$defs" &&
      keyword !== "definitions" &&
      keyword !== "enum" &&
      keyword !== "const"
    )
      yield* named(value);
  }
}
