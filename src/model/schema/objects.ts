import { isObject, writeJson } from "../../core/json.ts";
import type { Rewriting } from "./normal.ts";
import { listOf, type Node } from "./plain.ts";
import type { Weakening } from "./translation.ts";

export interface Walk extends Rewriting {
  readonly weakened: Weakening[];
  /** Losses after which a closed schema might have no valid answer left, or another meaning. */
  readonly faults: Weakening[];
  /** The definition that is being translated, as a reference to it. */
  readonly inside: string | null;
}

interface Place {
  readonly pointer: string;
  /** Keywords of the schema that the dialect does not take. */
  readonly lost: readonly string[];
  readonly walk: Walk;
  /** A schema within, in the walk's dialect. */
  translate(schema: unknown, pointer: string): Record<string, unknown>;
}

/** Keywords that may speak of properties beside those of `properties`. */
const ADDING = new Set([
  ..."$ref $dynamicRef allOf anyOf oneOf if then else".split(" "),
  ..."dependentSchemas patternProperties unevaluatedProperties".split(" "),
]);
/**
 * Keywords that may ask for what a closed object can't hold, or that the rest of the schema is read
 * by: without them no answer might be left.
 */
const DEMANDING = new Set([
  ..."$ref $dynamicRef allOf anyOf oneOf if then else dependentSchemas".split(" "),
  ..."patternProperties prefixItems".split(" "),
]);

/**
 * Whether the schema may be met by an object: it says so, or it says nothing of types.
 */
function takesObjects(plain: Node): boolean {
  const { type } = plain;
  return type === undefined || [type].flat().includes("object");
}

/**
 * Objects whose other properties were spoken of in words that are lost must allow them, or nothing
 * valid could be said. A server takes an object without `additionalProperties` for a closed one.
 */
export function openUp(result: Record<string, unknown>, plain: Node, place: Place): void {
  const { pointer, lost, walk } = place;
  if (!takesObjects(plain)) return;
  const adding = lost.filter(
    (keyword) => ADDING.has(keyword) && !(keyword === "oneOf" && "anyOf" in result),
  );
  const isObjects = plain["properties"] !== undefined || plain["type"] !== undefined;
  const rest = plain["additionalProperties"] ?? true;
  if (!lost.includes("patternProperties") || rest === true) {
    if (isObjects && adding.length > 0) result["additionalProperties"] ??= true;
    return;
  }
  walk.weakened.push({ pointer, keyword: "additionalProperties" });
  result["additionalProperties"] = anyOfThem(plain, place);
}

/** What any property may hold that `properties` does not name. */
function anyOfThem(plain: Node, { pointer, translate }: Place): unknown {
  const { patternProperties: patterns, additionalProperties: rest } = plain;
  const matched = Object.entries(isObject(patterns) ? patterns : {}).map(
    ([pattern, schema]) => [`patternProperties/${escaped(pattern)}`, schema] as const,
  );
  const all = [...matched, ...(rest === false ? [] : [["additionalProperties", rest] as const])];
  const possible = all.filter(([, schema]) => schema !== false);
  if (possible.length === 0) return false;
  if (possible.some(([, schema]) => isEmpty(schema))) return true;
  const [only, ...others] = possible.map(([at, schema]) => translate(schema, `${pointer}/${at}`));
  return others.length === 0 ? only : { anyOf: [only, ...others] };
}

function isEmpty(schema: unknown): boolean {
  return schema === true || (isObject(schema) && Object.keys(schema).length === 0);
}

/** Lists whose places were spoken of one by one allow at each what was allowed at any. */
export function widenItems(result: Record<string, unknown>, plain: Node, place: Place): void {
  const { pointer, lost, walk, translate } = place;
  if (!lost.includes("prefixItems")) return;
  const { items } = plain;
  const all = [
    ...listOf(plain["prefixItems"]).map((item, index) => [`prefixItems/${index}`, item] as const),
    ["items", items] as const,
  ];
  delete result["items"];
  const isClosed = typeof plain["maxItems"] === "number" && plain["maxItems"] <= all.length - 1;
  const possible = all.filter(([at, item]) => item !== false && !(at === "items" && isClosed));
  if (possible.some(([, item]) => item === undefined || isEmpty(item)) || possible.length === 0)
    return;
  if (items !== undefined) walk.weakened.push({ pointer, keyword: "items" });
  const schemas = possible.map(([at, item]) => translate(item, `${pointer}/${at}`));
  const different = [...new Map(schemas.map((one) => [writeJson(one), one])).values()];
  result["items"] = different.length === 1 ? different[0] : { anyOf: different };
}

/** A closed object: what keeps it from being one goes to `faults`. */
export function closeUp(result: Record<string, unknown>, plain: Node, place: Place): void {
  const { pointer, lost, walk } = place;
  const properties = isObject(plain["properties"]) ? plain["properties"] : null;
  const names = properties === null ? [] : Object.keys(properties);
  const least = plain["minProperties"];
  const demands = lost.filter(
    (keyword) =>
      (DEMANDING.has(keyword) && !(keyword === "oneOf" && "anyOf" in result)) ||
      (keyword === "minProperties" && Number(least) > names.length) ||
      (keyword === "dependentRequired" && asksForOthers(plain[keyword], names)) ||
      (keyword === "not" && namesOthers(plain["not"], names, walk)),
  );
  walk.faults.push(...demands.map((keyword) => ({ pointer, keyword })));
  if (properties === null) return;
  // An answer is an object, whether or not its schema says so.
  if (pointer === "") result["type"] ??= "object";
  if (plain["unevaluatedProperties"] === undefined || lost.includes("unevaluatedProperties"))
    result["additionalProperties"] ??= false;
}

function asksForOthers(lists: unknown, names: readonly string[]): boolean {
  const needed = Object.entries(isObject(lists) ? lists : {}).filter(([name]) =>
    names.includes(name),
  );
  return needed.some(([, all]) => listOf(all).some((name) => !names.includes(String(name))));
}

/** Whether a schema speaks of properties that are not among the names. */
function namesOthers(schema: unknown, names: readonly string[], walk: Walk): boolean {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [schema];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    const named = [
      ...Object.keys(isObject(next["properties"]) ? next["properties"] : {}),
      ...listOf(next["required"]),
    ];
    if (named.some((name) => !names.includes(String(name)))) return true;
    if (COUNTING.some((keyword) => isObject(next) && next[keyword] !== undefined)) return true;
    for (const keyword of ["allOf", "anyOf", "oneOf"]) waiting.push(...listOf(next[keyword]));
    waiting.push(next["not"] ?? null, walk.references.target(next["$ref"]));
  }
  return false;
}

/** Keywords by which a schema may ask for more properties without naming them. */
const COUNTING = [
  ..."minProperties maxProperties patternProperties propertyNames additionalProperties".split(" "),
  ..."dependentRequired dependentSchemas if unevaluatedProperties $dynamicRef".split(" "),
];

/** A property that leads back to the definition it stands in must not be required there. */
export function loosenCycles(result: Record<string, unknown>, plain: Node, place: Place): void {
  const { pointer, walk } = place;
  const { inside, references, weakened } = walk;
  const { required } = result;
  const source = plain["properties"];
  if (inside === null || !Array.isArray(required) || !isObject(source)) return;
  const cyclic = required.filter(
    (name) =>
      typeof name === "string" &&
      Object.hasOwn(source, name) &&
      references.leadsTo(source[name], inside),
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

export function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
