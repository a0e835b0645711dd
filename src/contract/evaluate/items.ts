import { child, childList, type SchemaNode } from "../document.ts";
import { isSince } from "../keywords.ts";
import { limitOf } from "../limits.ts";
import { count } from "../reasons.ts";
import { sourceOf } from "./finding.ts";
import { ENOUGH, judgePart, tell, type Place, type Rule } from "./place.ts";

type List = readonly unknown[];

/** What a schema makes of the items of an array. */
export function itemRules(node: SchemaNode): Rule<List>[] {
  return [tuple(node), rest(node), contains(node)].filter((rule) => rule !== null);
}

/** Comes after all other keywords. */
export function unevaluatedItems(node: SchemaNode): Rule<List> | null {
  const schema = child(node, "unevaluatedItems");
  if (schema === null) return null;
  const source = sourceOf(node, "unevaluatedItems");
  return (place, items) => {
    for (const [index, item] of items.entries()) {
      if (place.seen?.indexes.has(index) === true || place.found.length >= ENOUGH) continue;
      if (schema.schema !== false) judgePart(place, schema, item, index);
      else tell(place, source, () => `has an item at ${index}, which the schema does not allow`);
    }
    for (const index of items.keys()) place.seen?.indexes.add(index);
  };
}

function tuple(node: SchemaNode): Rule<List> | null {
  const schemas = tupleOf(node);
  if (schemas.length === 0) return null;
  return (place, items) => {
    for (const [index, schema] of schemas.entries())
      if (index < items.length) judgeItem(place, schema, items[index], index);
  };
}

function rest(node: SchemaNode): Rule<List> | null {
  const keyword = childList(node, "items") === null ? "items" : "additionalItems";
  const schema = child(node, keyword);
  if (schema === null) return null;
  const first = tupleOf(node).length;
  if (schema.schema !== false) {
    return (place, items) => {
      for (let index = first; index < items.length && place.found.length < ENOUGH; index++)
        judgeItem(place, schema, items[index], index);
    };
  }
  const source = sourceOf(node, keyword);
  return (place, items) => {
    if (items.length > first) tell(place, source, () => tooMany(items.length, first));
  };
}

function tupleOf(node: SchemaNode): readonly SchemaNode[] {
  return childList(node, "prefixItems") ?? childList(node, "items") ?? [];
}

function contains(node: SchemaNode): Rule<List> | null {
  const wanted = child(node, "contains");
  if (wanted === null) return null;
  const least = limitOf(node, "minContains");
  const most = limitOf(node, "maxContains");
  const marksSeen = isSince(node.draft, "2020-12");
  return (place, items) => {
    const outcomes = items.map((item) => place.judge.hold(wanted, item, place.scope).found);
    const met = outcomes.filter((found) => found.length === 0).length;
    for (const [index, found] of outcomes.entries())
      if (marksSeen && found.length === 0) place.seen?.indexes.add(index);
    const tellCount = (keyword: string, limit: string): void => {
      const first = met > 0 ? undefined : outcomes[0]?.[0];
      tell(place, sourceOf(node, keyword), () => {
        const why = first === undefined ? "" : `: the first ${first.reason()}`;
        return `holds ${count(met, "item")} that \`contains\` asks for, but ${limit} wanted${why}`;
      });
    };
    if (least === null && met === 0) tellCount("contains", "at least 1 is");
    if (least !== null && met < least) tellCount("minContains", `at least ${least} ${are(least)}`);
    if (most !== null && met > most) tellCount("maxContains", `at most ${most} ${are(most)}`);
  };
}

function judgeItem(place: Place, schema: SchemaNode, item: unknown, index: number): void {
  judgePart(place, schema, item, index);
  place.seen?.indexes.add(index);
}

function tooMany(actual: number, most: number): string {
  return `has ${count(actual, "item")}, but at most ${most} ${are(most)} wanted`;
}

function are(limit: number): string {
  return limit === 1 ? "is" : "are";
}
