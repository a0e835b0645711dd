import { isSameJson } from "../../contract/values.ts";
import { isObject } from "../../core/json.ts";
import { listOf, type Node } from "./plain.ts";

/** Keywords that only describe: the first of two is kept. */
const SAID = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);
const HIGHER = new Set(["minimum", "exclusiveMinimum", "minItems", "minLength", "minProperties"]);
const LOWER = new Set(["maximum", "exclusiveMaximum", "maxItems", "maxLength", "maxProperties"]);

/**
 * Keywords that mean something only together: two schemas that have some of one group are not put
 * together unless all they have of it is the same.
 */
const GROUPS = [
  ["contains", "minContains", "maxContains"],
  ["if", "then", "else"],
  ["items", "prefixItems"],
];

/** One schema that allows what both allow; null where that can't be said in one without a loss. */
export function merged(first: Node, second: Node): Record<string, unknown> | null {
  if (closesOut(first, second) || closesOut(second, first)) return null;
  for (const group of GROUPS) {
    const [one, other] = [first, second].map((node) => group.filter((word) => word in node));
    if (one?.length === 0 || other?.length === 0) continue;
    if (group.some((word) => !isSameJson(first[word], second[word]))) return null;
  }
  const result: Record<string, unknown> = { ...first };
  for (const [keyword, value] of Object.entries(second)) {
    const own = result[keyword];
    if (own === undefined) result[keyword] = value;
    else if (!SAID.has(keyword)) {
      const both = mergedValue(keyword, own, value);
      if (both === null) return null;
      result[keyword] = both.value;
    }
  }
  return result;
}

function mergedValue(
  keyword: string,
  first: unknown,
  second: unknown,
): { readonly value: unknown } | null {
  if (isSameJson(first, second)) return { value: first };
  if (first === true || second === true) return { value: first === true ? second : first };
  if (keyword === "type") return types(first, second);
  if (keyword === "enum") {
    const value = listOf(first).filter((item) =>
      listOf(second).some((one) => isSameJson(item, one)),
    );
    return value.length === 0 ? null : { value };
  }
  if (keyword === "required")
    return { value: [...new Set<unknown>([...listOf(first), ...listOf(second)])] };
  if (keyword === "properties" && isObject(first) && isObject(second))
    return properties(first, second);
  if (!isNumber(first) || !isNumber(second)) return null;
  if (HIGHER.has(keyword)) return { value: first < second ? second : first };
  return LOWER.has(keyword) ? { value: first < second ? first : second } : null;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function properties(first: Node, second: Node): { readonly value: unknown } | null {
  const result = new Map(Object.entries(first));
  for (const [name, schema] of Object.entries(second)) {
    const own = result.get(name);
    if (own === undefined || own === true) result.set(name, schema);
    else if (schema !== true) {
      const both =
        isObject(own) && isObject(schema) ? merged(withEnum(own), withEnum(schema)) : null;
      if (both === null) return null;
      result.set(name, both);
    }
  }
  return { value: Object.fromEntries(result) };
}

/** A constant is an enumeration of one, so that it can be held against another. */
function withEnum(node: Node): Node {
  if (node["const"] === undefined || node["enum"] !== undefined) return node;
  const { const: constant, ...rest } = node;
  return { ...rest, enum: [constant] };
}

function types(first: unknown, second: unknown): { readonly value: unknown } | null {
  const [one, other] = [first, second].map((type): readonly unknown[] => [type].flat());
  const all = [...new Set([...(one ?? []), ...(other ?? [])])];
  const both = all.filter((type) => hasType(one ?? [], type) && hasType(other ?? [], type));
  const value = both.includes("number") ? both.filter((type) => type !== "integer") : both;
  if (value.length === 0) return null;
  return { value: value.length === 1 ? value[0] : value };
}

/** Every integer is a number. */
function hasType(list: readonly unknown[], type: unknown): boolean {
  return list.includes(type) || (type === "integer" && list.includes("number"));
}

/**
 * Whether the one says something of all properties that it does not name, and the other names some:
 * together they mean something that neither says.
 */
function closesOut(closed: Node, other: Node): boolean {
  if (closed["additionalProperties"] === undefined || closed["additionalProperties"] === true)
    return false;
  const known = isObject(closed["properties"]) ? closed["properties"] : {};
  const named = isObject(other["properties"]) ? Object.keys(other["properties"]) : [];
  if (named.some((name) => !Object.hasOwn(known, name))) return true;
  return !isSameJson(closed["patternProperties"], other["patternProperties"]);
}
