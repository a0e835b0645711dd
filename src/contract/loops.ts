import type { SchemaFault } from "./contract.ts";
import { isOnlyReference, type SchemaDocument, type SchemaNode } from "./document.ts";
import { IN_PLACE } from "./keywords.ts";

/**
 * References that come back to themselves without a step into the value: checking one would never
 * end.
 */
export function findLoops(document: SchemaDocument): SchemaFault[] {
  const faults: SchemaFault[] = [];
  /** How many schemas follow from a node at most, itself included; null while that is found out. */
  const lengths = new Map<SchemaNode, number | null>();
  const visit = (node: SchemaNode, depth: number): number => {
    if (depth > MAX_CHAIN) return 1;
    lengths.set(node, null);
    let longest = 0;
    for (const { at, next } of samePlace(document, node)) {
      const known = lengths.get(next);
      if (known === null) {
        faults.push({
          schemaPath: [...node.path, at],
          reason: "leads back to itself without a step into the value",
        });
      } else longest = Math.max(longest, known ?? visit(next, depth + 1));
    }
    lengths.set(node, longest + 1);
    return longest + 1;
  };
  for (const node of document.nodes) {
    const length = lengths.get(node) ?? visit(node, 1);
    if (length > MAX_CHAIN) {
      const reason = `leads through more than ${MAX_CHAIN} schemas without a step into the value`;
      return [...faults, { schemaPath: node.path, reason }];
    }
  }
  return faults;
}

/** Schemas for one value in one another, by references: each takes some of the stack. */
const MAX_CHAIN = 1000;

function samePlace(document: SchemaDocument, node: SchemaNode): { at: string; next: SchemaNode }[] {
  const target = document.target(node, "$ref");
  const steps = target === null ? [] : [{ at: "$ref", next: target }];
  if (isOnlyReference(node)) return steps;
  for (const at of IN_PLACE) {
    const held = node.children.get(at);
    if (held === undefined) continue;
    for (const next of "schema" in held ? [held] : held.values()) steps.push({ at, next });
  }
  return steps;
}
