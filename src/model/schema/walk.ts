import { isObject, jsonType, writeJson } from "../../core/json.ts";
import { CONSTRAINTS, DESCRIPTIONS, TELLABLE } from "./dialects.ts";
import type { Dialect } from "./dialects.ts";
import { normalised } from "./normal.ts";
import { closeUp, escaped, loosenCycles, openUp, widenItems, type Walk } from "./objects.ts";
import { patternFor } from "./pattern.ts";
import { listOf, type Node } from "./plain.ts";

const MAPS = new Set(["properties", "patternProperties", "dependentSchemas"]);
const LISTS = new Set(["anyOf", "oneOf", "prefixItems"]);
const SINGLES = new Set(["items", "additionalProperties", "not", "contains", "propertyNames"]);

/** One plain schema in the walk's dialect. What is lost goes to `weakened`. */
export function translateNode(node: unknown, pointer: string, walk: Walk): Record<string, unknown> {
  if (!isObject(node)) {
    // `false` allows nothing, which no dialect can say; `true` is the empty schema.
    if (node === false) walk.weakened.push({ pointer, keyword: "false" });
    return {};
  }
  const plain = normalised(node, walk);
  const { result, lost } = translateKeywords(plain, pointer, walk);
  const translate = (schema: unknown, at: string): Record<string, unknown> =>
    translateNode(schema, at, walk);
  const place = { pointer, lost, walk, translate };
  walk.weakened.push(...lost.map((keyword) => ({ pointer, keyword })));
  if (walk.dialect.tells) tell(result, plain, lost);
  if (walk.dialect.recursion === "none" && isCyclic(plain, walk))
    walk.faults.push({ pointer, keyword: "$ref" });
  if (walk.dialect.closed) closeUp(result, plain, place);
  else {
    openUp(result, plain, place);
    widenItems(result, plain, place);
  }
  if (walk.dialect.recursion === "optional") loosenCycles(result, plain, place);
  return result;
}

function translateKeywords(
  plain: Node,
  pointer: string,
  walk: Walk,
): { result: Record<string, unknown>; lost: readonly string[] } {
  const { dialect } = walk;
  const result: Record<string, unknown> = {};
  const lost: string[] = [];
  // Beside a reference that stays one, nothing is kept.
  const isReference = plain["$ref"] !== undefined;
  for (const [keyword, value] of Object.entries(plain)) {
    if (isReference && keyword !== "$ref") {
      if (CONSTRAINTS.has(keyword)) lost.push(keyword);
    } else if (DESCRIPTIONS.has(keyword)) result[keyword] = value;
    else if (keyword === "pattern") {
      const pattern = patternFor(String(value), dialect);
      if (pattern === null) lost.push(keyword);
      else result["pattern"] = pattern;
    } else if (keyword === "oneOf") {
      // Its members may be weakened, and meet the same values then.
      lost.push(keyword);
      if (plain["anyOf"] === undefined && keeps("anyOf", value, plain, dialect))
        result["anyOf"] = translateValue("anyOf", value, pointer, walk);
    } else if (keeps(keyword, value, plain, dialect))
      result[keyword] = translateValue(keyword, value, pointer, walk);
    else if (keyword === "minItems" && dialect.mostMinItems !== null) {
      result["minItems"] = dialect.mostMinItems;
      lost.push(keyword);
    } else if (keyword !== "enum" && CONSTRAINTS.has(keyword)) lost.push(keyword);
  }
  const choice = isReference || "enum" in result ? null : looserEnum(plain, pointer, walk);
  if (choice !== null) {
    // Its members have the types.
    delete result["type"];
    result["anyOf"] = choice;
  }
  return { result, lost };
}

/** What can't be held to can still be read. */
function tell(result: Record<string, unknown>, plain: Node, lost: readonly string[]): void {
  const told = lost.filter(
    (keyword) => TELLABLE.has(keyword) && typeof plain[keyword] !== "object",
  );
  if (told.length === 0 || result["$ref"] !== undefined) return;
  const limits = `{${told.map((keyword) => `${keyword}: ${writeJson(plain[keyword])}`).join(", ")}}`;
  result["description"] =
    typeof result["description"] === "string" ? `${result["description"]} ${limits}` : limits;
}

function isCyclic(node: Node, { references }: Walk): boolean {
  const { $ref: reference } = node;
  return typeof reference === "string" && references.isCyclic(reference);
}

function translateValue(keyword: string, value: unknown, pointer: string, walk: Walk): unknown {
  const at = `${pointer}/${keyword}`;
  if (MAPS.has(keyword) && isObject(value)) {
    const entries = Object.entries(value).map(([name, schema]) => [
      name,
      translateNode(schema, `${at}/${escaped(name)}`, walk),
    ]);
    return Object.fromEntries(entries);
  }
  if (LISTS.has(keyword)) {
    const all = listOf(value).map((schema, index) => [schema, index] as const);
    const possible = keyword === "anyOf" ? all.filter(([schema]) => schema !== false) : all;
    const kept = possible.length === 0 ? all : possible;
    return kept.map(([schema, index]) => translateNode(schema, `${at}/${index}`, walk));
  }
  if (SINGLES.has(keyword) && isObject(value)) return translateNode(value, at, walk);
  return keyword === "items" ? {} : value;
}

function keeps(keyword: string, value: unknown, node: Node, dialect: Dialect): boolean {
  if (dialect.keywords?.has(keyword) !== true) return false;
  const { longest } = dialect;
  switch (keyword) {
    case "format":
      return dialect.formats === null || dialect.formats.has(String(value));
    case "enum":
      return listOf(value).every((item) => takesValue(item, dialect));
    case "const":
      return takesValue(value, dialect);
    case "anyOf":
      return mayChoose(node, dialect);
    case "prefixItems":
      // A grammar's tuples are of one length, and nothing follows.
      return !dialect.integerBounds;
    case "minItems":
    case "maxItems":
      if (keyword === "minItems" && dialect.mostMinItems !== null)
        return Number(value) <= dialect.mostMinItems;
      return longest === null || Number(value) < longest.items;
    case "minLength":
    case "maxLength":
      return longest === null || Number(value) < longest.characters;
    default:
      if (!keyword.endsWith("imum") || !dialect.integerBounds) return true;
      return node["type"] === "integer" && Number.isSafeInteger(value);
  }
}

/**
 * Properties beside a choice are kept, and the choice given up, where the two can't be said
 * together.
 */
function mayChoose(node: Node, dialect: Dialect): boolean {
  return dialect.mixes || node["properties"] === undefined;
}

function takesValue(value: unknown, { enums }: Dialect): boolean {
  return enums === null || enums.has(jsonType(value));
}

/**
 * What to choose from in place of values that may not stand in a list: null and both booleans go by
 * their types exactly, the rest loosely. Null where the type says as much.
 */
function looserEnum(plain: Node, pointer: string, walk: Walk): readonly Node[] | null {
  if (plain["enum"] === undefined) return null;
  const values = listOf(plain["enum"]);
  const taken = values.filter((item) => takesValue(item, walk.dialect));
  const others = new Set(values.filter((item) => !takesValue(item, walk.dialect)).map(jsonType));
  const both = values.includes(true) && values.includes(false);
  const exact = [...others].every((type) => type === "null" || (type === "boolean" && both));
  if (!exact) walk.weakened.push({ pointer, keyword: "enum" });
  if (taken.length === 0) return null;
  const type = [...new Set(taken.map(jsonType))];
  const list = { type: type.length === 1 ? type[0] : type, enum: taken };
  return [list, ...[...others].map((other) => ({ type: other }))];
}
