import type { SchemaDocument, SchemaNode } from "./document.ts";

/**
 * The schemas that more than one way leads to. Alternatives that share one can ask it about the
 * same value again and again: two in a chain of n are asked 2^n times. So checks count their steps
 * there, or remember the answer.
 */
export function sharedNodes(
  document: Pick<SchemaDocument, "nodes" | "isDynamic" | "target">,
): ReadonlySet<SchemaNode> {
  const ways = new Map<SchemaNode, number>();
  for (const node of document.nodes) {
    for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"] as const) {
      const target = document.target(node, keyword);
      if (target !== null) ways.set(target, (ways.get(target) ?? (isApplied(target) ? 1 : 0)) + 1);
    }
  }
  const shared = [...ways].filter(([, count]) => count > 1 || document.isDynamic);
  return new Set(shared.map(([node]) => node));
}

/** Whether the schema counts where it stands; a definition counts only where it is referred to. */
function isApplied(node: SchemaNode): boolean {
  const holder = node.path.at(-2);
  return holder !== "$defs" && holder !== "definitions";
}
