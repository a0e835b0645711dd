import { keywordValue, type Resource, type SchemaNode } from "../document.ts";

/** The resources entered on the way here, innermost first. */
export interface Scope {
  readonly resource: Resource;
  readonly outer: Scope | null;
}

export class Scopes {
  readonly #known = new Map<Scope | null, Map<Resource, Scope>>();

  /**
   * Only the outermost of equal resources matters, so that there are few scopes, and equal ones are
   * the same.
   */
  enter(resource: Resource, outer: Scope | null): Scope {
    for (let at = outer; at !== null; at = at.outer)
      if (at.resource === resource) return outer ?? at;
    const inner = this.#known.get(outer) ?? new Map<Resource, Scope>();
    const scope = inner.get(resource) ?? { resource, outer };
    this.#known.set(outer, inner.set(resource, scope));
    return scope;
  }
}

/** The outermost resource on the way here that has the same dynamic anchor takes over. */
export function dynamicTarget(target: SchemaNode, text: unknown, scope: Scope | null): SchemaNode {
  const name = keywordValue(target, "$dynamicAnchor");
  if (typeof name !== "string" || typeof text !== "string" || !text.endsWith(`#${name}`))
    return target;
  let outermost = target;
  for (let at = scope; at !== null; at = at.outer) {
    outermost = at.resource.dynamicAnchors.get(name) ?? outermost;
  }
  return outermost;
}

/**
 * Draft 2019-09: the outermost resource on the way here whose root says `$recursiveAnchor: true`
 * takes over.
 */
export function recursiveTarget(target: SchemaNode, scope: Scope | null): SchemaNode {
  if (keywordValue(target, "$recursiveAnchor") !== true) return target;
  let outermost = target;
  for (let at = scope; at !== null; at = at.outer) {
    const root = at.resource.root;
    if (root !== null && keywordValue(root, "$recursiveAnchor") === true) outermost = root;
  }
  return outermost;
}
