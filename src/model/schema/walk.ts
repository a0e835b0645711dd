import { isObject, jsonType, writeJson } from "../../core/json.ts";
import { CONSTRAINTS, DESCRIPTIONS, TELLABLE } from "./dialects.ts";
import type { Dialect } from "./dialects.ts";
import { normalised } from "./normal.ts";
import type { References } from "./references.ts";
import type { Weakening } from "./translate.ts";

type Node = Readonly<Record<string, unknown>>;

export interface Walk {
  readonly dialect: Dialect;
  readonly weakened: Weakening[];
  /** Losses after which a closed schema might have no valid answer left, or another meaning. */
  readonly faults: Weakening[];
  readonly references: References;
  /** The definition that is being translated, as a reference to it. */
  readonly inside: string | null;
}

const MAPS = new Set(["properties", "$defs", "patternProperties", "dependentSchemas"]);
const LISTS = new Set(["anyOf", "oneOf", "prefixItems"]);
const SINGLES = new Set(["items", "additionalProperties", "not", "contains", "propertyNames"]);
/** Keywords that may speak of properties beside those of `properties`. */
const ADDING = new Set([
  "allOf",
  "anyOf",
  "oneOf",
  "if",
  "then",
  "else",
  "dependentSchemas",
  "patternProperties",
]);

/** One schema in the walk's dialect. What is lost goes to `weakened`. */
export function translateNode(node: unknown, pointer: string, walk: Walk): Record<string, unknown> {
  if (!isObject(node)) {
    // `false` allows nothing, which no dialect can say; `true` is the empty schema.
    if (node === false) walk.weakened.push({ pointer, keyword: "false" });
    return {};
  }
  const { dialect } = walk;
  const plain = normalised(node, dialect, walk.references);
  const result: Record<string, unknown> = {};
  const lost: string[] = [];
  let choice: readonly Node[] | null = null;
  for (const [keyword, value] of Object.entries(plain)) {
    if (DESCRIPTIONS.has(keyword)) result[keyword] = value;
    else if (keeps(keyword, value, plain, walk))
      result[keyword] = translateValue(keyword, value, pointer, walk);
    else if (
      keyword === "oneOf" &&
      dialect.keywords?.has("anyOf") &&
      plain["anyOf"] === undefined &&
      mayChoose(plain, dialect)
    ) {
      result["anyOf"] = translateValue("anyOf", value, pointer, walk);
      lost.push(keyword);
    } else if (keyword === "enum") choice = looserEnum(value, pointer, walk);
    else if (keyword === "minItems" && dialect.mostMinItems !== null && typeof value === "number") {
      result["minItems"] = dialect.mostMinItems;
      lost.push(keyword);
    } else if (CONSTRAINTS.has(keyword)) lost.push(keyword);
  }
  if (choice !== null) {
    // Its members have the types.
    delete result["type"];
    result["anyOf"] = choice;
  }
  walk.weakened.push(...lost.map((keyword) => ({ pointer, keyword })));
  if (dialect.tells) tell(result, plain, lost);
  if (lost.includes("$ref") || (dialect.recursion === "none" && isCyclic(plain, walk)))
    walk.faults.push({ pointer, keyword: "$ref" });
  openUp(result, plain, { pointer, lost, walk });
  if (dialect.recursion === "optional") loosenCycles(result, plain, pointer, walk);
  return result;
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
    const entries = Object.entries(value).map(([name, schema]) => {
      const within = keyword === "$defs" ? { ...walk, inside: `#/$defs/${name}` } : walk;
      return [name, translateNode(schema, `${at}/${escaped(name)}`, within)];
    });
    return Object.fromEntries(entries);
  }
  if (LISTS.has(keyword) && Array.isArray(value)) {
    return value.map((schema, index) => translateNode(schema, `${at}/${index}`, walk));
  }
  if (SINGLES.has(keyword) && isObject(value)) return translateNode(value, at, walk);
  return value;
}

function keeps(
  keyword: string,
  value: unknown,
  node: Node,
  { dialect, references }: Walk,
): boolean {
  if (dialect.keywords?.has(keyword) !== true) return false;
  if (keyword === "format") return dialect.formats === null || dialect.formats.has(String(value));
  if (keyword === "pattern") return typeof value === "string" && takesPattern(value, dialect);
  if (keyword === "enum")
    return Array.isArray(value) && value.every((item) => takesValue(item, dialect));
  if (keyword === "const") return takesValue(value, dialect);
  if (keyword === "$ref") return references.target(value) !== null;
  if (keyword === "anyOf" || keyword === "oneOf") return mayChoose(node, dialect);
  if (keyword === "prefixItems" && dialect.integerBounds) return false;
  if (keyword === "minItems" && dialect.mostMinItems !== null)
    return Number(value) <= dialect.mostMinItems;
  const { longest } = dialect;
  if (longest !== null && /^(min|max)Items$/.test(keyword)) return Number(value) < longest.items;
  if (longest !== null && /^(min|max)Length$/.test(keyword))
    return Number(value) < longest.characters;
  return !(keyword.endsWith("imum") && dialect.integerBounds && node["type"] !== "integer");
}

/**
 * Properties beside a choice are kept, and the choice given up, where the two can't be said
 * together.
 */
function mayChoose(node: Node, dialect: Dialect): boolean {
  return dialect.mixes || node["properties"] === undefined;
}

function takesPattern(pattern: string, dialect: Dialect): boolean {
  if (dialect.patterns === "none" || /\(\?[=!<]|\\[1-9bBkpP]/.test(pattern)) return false;
  return dialect.patterns === "all" || (pattern.startsWith("^") && pattern.endsWith("$"));
}

function takesValue(value: unknown, { enums }: Dialect): boolean {
  return enums === null || enums.has(jsonType(value));
}

/**
 * What to choose from in place of values that may not stand in a list: null and both booleans go by
 * their types exactly, the rest loosely. Null where the type says as much.
 */
function looserEnum(value: unknown, pointer: string, walk: Walk): readonly Node[] | null {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
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

/**
 * Objects whose other properties were spoken of in words that are lost must allow them, or nothing
 * valid could be said.
 */
function openUp(
  result: Record<string, unknown>,
  plain: Node,
  { pointer, lost, walk }: { pointer: string; lost: readonly string[]; walk: Walk },
): void {
  const adding = lost.filter(
    (keyword) => ADDING.has(keyword) && !(keyword === "oneOf" && "anyOf" in result),
  );
  const patterns = lost.includes("patternProperties");
  if (walk.dialect.closed) {
    walk.faults.push(...adding.map((keyword) => ({ pointer, keyword })));
    if (!isObject(result["properties"])) return;
    result["type"] ??= "object";
    result["additionalProperties"] ??= false;
    return;
  }
  const object = plain["properties"] !== undefined || plain["type"] === "object";
  if (!object || adding.length === 0) return;
  const closed = result["additionalProperties"] === false;
  if (patterns && (closed || result["additionalProperties"] === undefined)) {
    if (closed) walk.weakened.push({ pointer, keyword: "additionalProperties" });
    result["additionalProperties"] = onlyPattern(plain, pointer, walk) ?? true;
  } else if (!closed) result["additionalProperties"] ??= true;
}

/** What all keys hold, where one pattern speaks of them. */
function onlyPattern(plain: Node, pointer: string, walk: Walk): Record<string, unknown> | null {
  const { patternProperties: patterns } = plain;
  const [first, ...others] = isObject(patterns) ? Object.entries(patterns) : [];
  if (first === undefined || others.length > 0 || plain["additionalProperties"] !== false)
    return null;
  return translateNode(first[1], `${pointer}/patternProperties/${escaped(first[0])}`, walk);
}

/** A property that leads back to the definition it stands in must not be required there. */
function loosenCycles(
  result: Record<string, unknown>,
  plain: Node,
  pointer: string,
  walk: Walk,
): void {
  const { inside, references, weakened } = walk;
  const { required, properties } = result;
  if (
    inside === null ||
    !Array.isArray(required) ||
    !isObject(properties) ||
    !isObject(plain["properties"])
  )
    return;
  const source = plain["properties"];
  const cyclic = required.filter(
    (name) => typeof name === "string" && references.leadsTo(source[name], inside),
  );
  if (cyclic.length === 0) return;
  result["required"] = required.filter((name) => !cyclic.includes(name));
  weakened.push(
    ...cyclic.map((name) => ({
      pointer: `${pointer}/properties/${escaped(String(name))}`,
      keyword: "required",
    })),
  );
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
