import type { JsonSchema } from "../../contract/contract.ts";
import { isObject, jsonType } from "../../core/json.ts";
import type { SchemaMode } from "../quirks.ts";
import { CONSTRAINTS, DESCRIPTIONS, DIALECTS } from "./dialects.ts";
import type { Dialect } from "./dialects.ts";
import { strictFaults } from "./strict.ts";

/** One place where a server enforces less than the schema says. */
export interface Weakening {
  /** JSON pointer of the schema that loses something. */
  readonly pointer: string;
  readonly keyword: string;
}

export interface Translation {
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether the server is asked to enforce it; without this it is guidance. */
  readonly strict: boolean;
  readonly weakened: readonly Weakening[];
}

/**
 * The schema as a server takes it. What the server would refuse is left out and named in `weakened`; the contract is
 * still checked in full when the answer is read.
 *
 * Strict mode must be able to say everything with every property required and no other allowed; a schema that can't
 * (an optional property, a map of free keys) is sent as it is, as guidance: turned into "required but nullable" it would
 * draw nulls that the contract then rejects.
 */
export function translateSchema(schema: JsonSchema, mode: Exclude<SchemaMode, "none">): Translation {
  const weakened: Weakening[] = [];
  const walk = { dialect: DIALECTS[mode], weakened, closed: mode === "strict" };
  const translated = translateNode(schema, "", walk);
  if (mode !== "strict") return { schema: translated, strict: false, weakened };
  const faults = strictFaults(translated);
  if (faults.length === 0) return { schema: translated, strict: true, weakened };
  return { schema: withoutIdentity(schema), strict: false, weakened: faults };
}

interface Walk {
  readonly dialect: Dialect;
  readonly weakened: Weakening[];
  /** Whether objects that say nothing of other properties forbid them. */
  readonly closed: boolean;
}

const MAPS = new Set(["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"]);
const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const SINGLES = new Set(["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"]);

function translateNode(node: unknown, pointer: string, walk: Walk): Record<string, unknown> {
  if (!isObject(node)) {
    // `false` allows nothing, which no dialect can say; `true` is the empty schema.
    if (node === false) walk.weakened.push({ pointer, keyword: "false" });
    return {};
  }
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(modernised(node, walk.dialect))) {
    if (DESCRIPTIONS.has(keyword)) result[keyword] = value;
    else if (keeps(keyword, value, node, walk.dialect)) result[keyword] = translateValue(keyword, value, pointer, walk);
    else if (keyword === "oneOf" && walk.dialect.keywords?.has("anyOf") && result["anyOf"] === undefined) {
      result["anyOf"] = translateValue("anyOf", value, pointer, walk);
      walk.weakened.push({ pointer, keyword });
    } else if (CONSTRAINTS.has(keyword)) walk.weakened.push({ pointer, keyword });
  }
  if (walk.closed && isObject(result["properties"])) {
    result["type"] ??= "object";
    result["additionalProperties"] ??= false;
  }
  return result;
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
  if (LISTS.has(keyword) && Array.isArray(value)) {
    return value.map((schema, index) => translateNode(schema, `${at}/${index}`, walk));
  }
  if (SINGLES.has(keyword) && isObject(value)) return translateNode(value, at, walk);
  return value;
}

function keeps(keyword: string, value: unknown, node: Readonly<Record<string, unknown>>, dialect: Dialect): boolean {
  if (dialect.keywords === null) return keyword !== "$schema" && keyword !== "$id" && keyword !== "id";
  if (!dialect.keywords.has(keyword)) return false;
  if (keyword === "format") return dialect.formats === null || dialect.formats.has(String(value));
  if (keyword === "pattern") return typeof value === "string" && takesPattern(value, dialect);
  const bound = keyword.endsWith("imum") && keyword !== "multipleOf";
  return !(bound && dialect.integerBounds && node["type"] !== "integer");
}

function takesPattern(pattern: string, dialect: Dialect): boolean {
  if (dialect.patterns === "none" || /\(\?[=!<]|\\[1-9bBkpP]/.test(pattern)) return false;
  return dialect.patterns === "all" || (pattern.startsWith("^") && pattern.endsWith("$"));
}

/**
 * Old spellings and lossless rewrites, so that dialects need to know one form: draft 4 and 7 words in those of 2020-12,
 * a `const` as an `enum` of one, a list of schemas with one member as that member.
 */
function modernised(node: Readonly<Record<string, unknown>>, dialect: Dialect): Record<string, unknown> {
  if (dialect.keywords === null) return { ...node };
  const { definitions, const: constant, ...rest } = node;
  const result: Record<string, unknown> = { ...rest };
  if (isObject(definitions)) result["$defs"] = { ...definitions, ...(isObject(node["$defs"]) ? node["$defs"] : {}) };
  if (constant !== undefined) {
    if (dialect.keywords.has("const")) result["const"] = constant;
    else result["enum"] ??= [constant];
  }
  if (typeof result["$ref"] === "string") result["$ref"] = result["$ref"].replace(/^#\/definitions\//, "#/$defs/");
  if (Array.isArray(result["enum"]) && result["type"] === undefined) typeFromValues(result, result["enum"]);
  for (const [flag, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (result[flag] === true) [result[flag], result[bound]] = [result[bound], undefined];
    if (result[flag] === false || result[flag] === undefined) delete result[flag];
    if (result[bound] === undefined) delete result[bound];
  }
  if (Array.isArray(result["items"])) {
    result["prefixItems"] ??= result["items"];
    delete result["items"];
  }
  const { allOf } = result;
  if (Array.isArray(allOf) && allOf.length === 1 && isObject(allOf[0]) && disjoint(allOf[0], result)) {
    delete result["allOf"];
    Object.assign(result, modernised(allOf[0], dialect));
  }
  return result;
}

function typeFromValues(node: Record<string, unknown>, values: readonly unknown[]): void {
  const types = [...new Set(values.map((value) => jsonType(value)))];
  if (types.length > 0) node["type"] = types.length === 1 ? types[0] : types;
}

function disjoint(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return !Object.keys(a).some((key) => key in b);
}

/** A schema as written, without the names a server would try to look up. */
function withoutIdentity(schema: JsonSchema): Record<string, unknown> {
  const { $schema: _dialect, $id: _id, id: _oldId, ...rest } = schema;
  return rest;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
