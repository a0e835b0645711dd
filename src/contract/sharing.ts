import type { SchemaDocument, SchemaNode } from "./document.ts";
import { IN_PLACE } from "./keywords.ts";

/**
 * The schemas that may be held against one value more than once, by different ways. Alternatives
 * that share one can ask it about the same value again and again: two in a chain of n are asked 2^n
 * times. So checks count their steps there, or remember the answer.
 */
export function sharedNodes(
  document: Pick<SchemaDocument, "nodes" | "isDynamic" | "target">,
): ReadonlySet<SchemaNode> {
  const ways = new Map<SchemaNode, number>();
  for (const node of document.nodes) {
    for (const target of targetsOf(document, node))
      ways.set(target, (ways.get(target) ?? (isApplied(target) ? 1 : 0)) + 1);
  }
  const shared = [...ways].filter(([, count]) => count > 1 || document.isDynamic);
  if (shared.length === 0 || document.isDynamic) return new Set(shared.map(([node]) => node));
  const again = askedAgain(document);
  return new Set(shared.map(([node]) => node).filter((node) => again.has(node)));
}

/**
 * Keywords whose schemas look at a value that another keyword's may look at too, or another of the
 * same keyword's. Two ways to a schema that lead to one value part at one of them.
 */
const OVERLAPPING = [
  ...IN_PLACE,
  "patternProperties",
  "contains",
  "unevaluatedItems",
  "unevaluatedProperties",
];

/** What the schemas under such keywords, or referred to beside other keywords, lead to. */
function askedAgain(document: Pick<SchemaDocument, "nodes" | "target">): ReadonlySet<SchemaNode> {
  const reached = new Set<SchemaNode>();
  const reach = (node: SchemaNode): void => void reached.add(node);
  for (const node of document.nodes) {
    OVERLAPPING.flatMap((keyword) => heldBy(node, keyword)).forEach(reach);
    if (applied(node).length > 0) targetsOf(document, node).forEach(reach);
  }
  // The set grows while it is walked.
  for (const node of reached) {
    applied(node).forEach(reach);
    targetsOf(document, node).forEach(reach);
  }
  return reached;
}

/** The schemas in a schema that are held against something; definitions only wait. */
function applied(node: SchemaNode): SchemaNode[] {
  const keywords = [...node.children.keys()].filter((keyword) => !DEFINITIONS.includes(keyword));
  return keywords.flatMap((keyword) => heldBy(node, keyword));
}

const DEFINITIONS = ["$defs", "definitions"];

function heldBy(node: SchemaNode, keyword: string): SchemaNode[] {
  const held = node.children.get(keyword);
  if (held === undefined) return [];
  return "schema" in held ? [held] : [...held.values()];
}

function targetsOf(document: Pick<SchemaDocument, "target">, node: SchemaNode): SchemaNode[] {
  return (["$ref", "$dynamicRef", "$recursiveRef"] as const)
    .map((keyword) => document.target(node, keyword))
    .filter((target) => target !== null);
}

/** Whether the schema counts where it stands; a definition counts only where it is referred to. */
function isApplied(node: SchemaNode): boolean {
  return !DEFINITIONS.includes(String(node.path.at(-2)));
}
