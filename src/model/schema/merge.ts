import { isObject, writeJson } from "../../core/json.ts";

type Node = Readonly<Record<string, unknown>>;

/** Keywords that only describe: the first of two is kept. */
const SAID = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "$comment",
]);
const HIGHER = new Set(["minimum", "exclusiveMinimum", "minItems", "minLength", "minProperties"]);
const LOWER = new Set(["maximum", "exclusiveMaximum", "maxItems", "maxLength", "maxProperties"]);

/** One schema that allows what both allow; null where that can't be said in one without a loss. */
export function merged(first: Node, second: Node): Record<string, unknown> | null {
  if (closesOut(first, second) || closesOut(second, first)) return null;
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
  if (same(first, second)) return { value: first };
  if (keyword === "type") return types(first, second);
  if (keyword === "enum" && Array.isArray(first) && Array.isArray(second)) {
    const value: unknown[] = first.filter((item) => second.some((other) => same(item, other)));
    return value.length === 0 ? null : { value };
  }
  if (keyword === "required" && Array.isArray(first) && Array.isArray(second)) {
    return { value: [...new Set<unknown>([...first, ...second])] };
  }
  if (keyword === "properties" && isObject(first) && isObject(second))
    return properties(first, second);
  if (keyword === "$defs" && isObject(first) && isObject(second)) {
    const clash = Object.keys(first).some(
      (name) => name in second && !same(first[name], second[name]),
    );
    return clash ? null : { value: { ...first, ...second } };
  }
  if (typeof first !== "number" || typeof second !== "number") return null;
  if (HIGHER.has(keyword)) return { value: Math.max(first, second) };
  return LOWER.has(keyword) ? { value: Math.min(first, second) } : null;
}

function properties(first: Node, second: Node): { readonly value: unknown } | null {
  const result: Record<string, unknown> = { ...first };
  for (const [name, schema] of Object.entries(second)) {
    const own = result[name];
    if (own === undefined) result[name] = schema;
    else {
      const both =
        isObject(own) && isObject(schema) ? merged(withEnum(own), withEnum(schema)) : null;
      if (both === null) return null;
      result[name] = both;
    }
  }
  return { value: result };
}

/** A constant is an enumeration of one, so that it can be held against another. */
function withEnum(node: Node): Node {
  if (node["const"] === undefined || node["enum"] !== undefined) return node;
  const { const: constant, ...rest } = node;
  return { ...rest, enum: [constant] };
}

function types(first: unknown, second: unknown): { readonly value: unknown } | null {
  const [one, other] = [first, second].map(
    (type) => (Array.isArray(type) ? type : [type]) as readonly unknown[],
  );
  const value = (one ?? []).filter((type) => (other ?? []).includes(type));
  if (value.length === 0) return null;
  return { value: value.length === 1 ? value[0] : value };
}

/**
 * Whether the one forbids properties that the other describes: together they mean something that
 * neither says.
 */
function closesOut(closed: Node, other: Node): boolean {
  if (closed["additionalProperties"] === undefined || closed["additionalProperties"] === true)
    return false;
  const known = isObject(closed["properties"]) ? closed["properties"] : {};
  const named = isObject(other["properties"]) ? Object.keys(other["properties"]) : [];
  return named.some((name) => !(name in known)) || closed["patternProperties"] !== undefined;
}

function same(first: unknown, second: unknown): boolean {
  return writeJson(first) === writeJson(second);
}
