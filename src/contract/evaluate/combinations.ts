import { child, childList, type SchemaNode } from "../document.ts";
import { join } from "../reasons.ts";
import { explainBranches } from "./branches.ts";
import { sourceOf } from "./finding.ts";
import { add, judgeSame, merge, tell, type Rule } from "./place.ts";

/** What a schema makes of a value by holding other schemas against it. */
export function combinationRules(node: SchemaNode): Rule<unknown>[] {
  return [
    allOf(node),
    alternatives(node, "anyOf"),
    alternatives(node, "oneOf"),
    not(node),
    condition(node),
  ].filter((rule) => rule !== null);
}

function allOf(node: SchemaNode): Rule<unknown> | null {
  const branches = childList(node, "allOf");
  if (branches === null) return null;
  return (place) => {
    for (const branch of branches) judgeSame(place, branch);
  };
}

function alternatives(node: SchemaNode, keyword: "anyOf" | "oneOf"): Rule<unknown> | null {
  const branches = childList(node, keyword);
  if (branches === null) return null;
  const source = sourceOf(node, keyword);
  return (place, value) => {
    const outcomes = branches.map((branch) => place.judge.hold(branch, value, place.scope));
    const met: number[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.found.length > 0) continue;
      met.push(index);
      merge(place, outcome);
    }
    if (met.length === 0) {
      const found = outcomes.map((outcome) => outcome.found);
      add(place, explainBranches(source, value, found));
    } else if (keyword === "oneOf" && met.length > 1) {
      tell(place, source, () => {
        const which = join(met.map(String), "and");
        return `meets the alternatives ${which}, but exactly one of ${branches.length} is wanted`;
      });
    }
  };
}

function not(node: SchemaNode): Rule<unknown> | null {
  const schema = child(node, "not");
  if (schema === null) return null;
  const source = sourceOf(node, "not");
  return (place, value) => {
    if (place.judge.hold(schema, value, place.scope).found.length === 0)
      tell(place, source, () => "is what the schema under `not` describes, and must not be");
  };
}

function condition(node: SchemaNode): Rule<unknown> | null {
  const schema = child(node, "if");
  if (schema === null) return null;
  const [yes, no] = [child(node, "then"), child(node, "else")];
  return (place, value) => {
    const outcome = place.judge.hold(schema, value, place.scope);
    const holds = outcome.found.length === 0;
    if (holds) merge(place, outcome);
    const next = holds ? yes : no;
    if (next !== null) judgeSame(place, next);
  };
}
