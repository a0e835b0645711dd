import { isObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";

/** Why a path can't (or most likely does not) exist in values of a schema. */
export interface PathDoubt {
  /** How many parts of the path are fine. */
  readonly depth: number;
  readonly reason: string;
  /** True where no value of the schema has it; false where it is only likely to be misspelt. */
  readonly certain: boolean;
}

/** How deep `$ref` chains are followed before giving up in favour of the path. */
const MAX_DEPTH = 32;

/**
 * Null when values of the schema may hold something at the path. A name that an open object does
 * not describe is doubted only when a described name is near: then it is most likely a misspelling.
 */
export function doubtPath(root: unknown, path: readonly string[]): PathDoubt | null {
  return walk(root, root, path, 0, 0);
}

function walk(
  root: unknown,
  schema: unknown,
  path: readonly string[],
  depth: number,
  guard: number,
): PathDoubt | null {
  const key = path[depth];
  if (key === undefined || schema === true || guard > MAX_DEPTH) return null;
  if (schema === false) return { depth, reason: "nothing can be there", certain: true };
  if (!isObject(schema)) return null;
  if (typeof schema["$ref"] === "string") {
    const target = resolveRef(root, schema["$ref"]);
    const doubt = target === undefined ? null : walk(root, target, path, depth, guard + 1);
    if (doubt) return doubt;
  }
  for (const part of asList(schema["allOf"])) {
    const doubt = walk(root, part, path, depth, guard + 1);
    if (doubt) return doubt;
  }
  for (const choice of ["anyOf", "oneOf"]) {
    const parts = asList(schema[choice]);
    const doubts = parts.map((part) => walk(root, part, path, depth, guard + 1));
    const [first] = doubts;
    if (first && doubts.every((doubt) => doubt !== null))
      return { ...first, certain: doubts.every((doubt) => doubt?.certain) };
  }
  return walkOwn(root, schema, path, depth, guard, key);
}

function walkOwn(
  root: unknown,
  schema: Record<string, unknown>,
  path: readonly string[],
  depth: number,
  guard: number,
  key: string,
): PathDoubt | null {
  const types = schema["type"] === undefined ? null : [schema["type"]].flat();
  const index = /^[0-9]+$/.test(key);
  if (types && !types.includes("object") && !(types.includes("array") && index)) {
    return {
      depth,
      reason: types.includes("array")
        ? "a list has only number indexes"
        : `a ${types.map(String).join(" or ")} has no parts`,
      certain: true,
    };
  }
  if (index && types?.includes("array")) {
    const items = asList(schema["prefixItems"])[Number(key)] ?? schema["items"];
    return items === undefined ? null : walk(root, items, path, depth + 1, guard);
  }
  const properties = isObject(schema["properties"]) ? schema["properties"] : null;
  if (properties && Object.hasOwn(properties, key))
    return walk(root, properties[key], path, depth + 1, guard);
  if (isObject(schema["patternProperties"])) return null;
  const near = properties ? nearest(key, Object.keys(properties)) : null;
  const hint = near === null ? "" : `; did you mean "${near}"?`;
  if (schema["additionalProperties"] === false)
    return { depth, reason: `there is no "${key}"${hint}`, certain: true };
  return near === null
    ? null
    : { depth, reason: `"${key}" is not described${hint}`, certain: false };
}

/** Follows `#` and `#/…`; undefined where nothing is there. */
export function resolveRef(root: unknown, ref: string): unknown {
  if (!ref.startsWith("#")) return undefined;
  let value: unknown = root;
  for (const part of ref.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return ref === "#" || ref.startsWith("#/") ? value : undefined;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
