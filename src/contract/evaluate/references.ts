import { keywordValue, type SchemaDocument, type SchemaNode } from "../document.ts";
import { judgeSame, type Rule } from "./place.ts";
import { dynamicTarget, recursiveTarget } from "./scope.ts";

/** What a schema makes of a value by the schemas that it refers to. */
export function referenceRules(document: SchemaDocument, node: SchemaNode): Rule<unknown>[] {
  const rules: Rule<unknown>[] = [];
  const plain = document.target(node, "$ref");
  if (plain !== null) rules.push((place) => judgeSame(place, plain));
  const dynamic = document.target(node, "$dynamicRef");
  const text = keywordValue(node, "$dynamicRef");
  if (dynamic !== null)
    rules.push((place) => judgeSame(place, dynamicTarget(dynamic, text, place.scope)));
  const recursive = document.target(node, "$recursiveRef");
  if (recursive !== null)
    rules.push((place) => judgeSame(place, recursiveTarget(recursive, place.scope)));
  return rules;
}
