import { isObject, jsonType } from "../../core/json.ts";
import { DESCRIPTIONS } from "./dialects.ts";
import type { Dialect } from "./dialects.ts";
import { merged } from "./merge.ts";
import type { References } from "./references.ts";

type Node = Readonly<Record<string, unknown>>;

/**
 * The same schema in fewer words, so that dialects need to know one form: draft 4 and 7 words in
 * those of 2020-12, a `const` as an `enum` of one, `allOf` as one schema, properties beside a
 * choice within each of its members. What can't be rewritten without a loss stays as it is.
 */
export function normalised(
  node: Node,
  dialect: Dialect,
  references: References,
): Record<string, unknown> {
  const modern = modernised(node, dialect);
  const whole = withoutAllOf(modern, dialect, references);
  const alone = withReferenceAlone(whole, dialect, references);
  return dialect.mixes ? alone : withinChoices(alone, dialect, references);
}

function modernised(node: Node, dialect: Dialect): Record<string, unknown> {
  const { definitions, const: constant, ...rest } = node;
  const result: Record<string, unknown> = { ...rest };
  if (isObject(definitions))
    result["$defs"] = { ...definitions, ...(isObject(node["$defs"]) ? node["$defs"] : {}) };
  if (constant !== undefined) {
    if (dialect.keywords?.has("const") === true && typeof constant !== "object")
      result["const"] = constant;
    else result["enum"] ??= [constant];
  }
  if (typeof result["$ref"] === "string")
    result["$ref"] = result["$ref"].replace(/^#\/definitions\//, "#/$defs/");
  if (Array.isArray(result["enum"]) && result["type"] === undefined)
    typeFromValues(result, result["enum"]);
  for (const [flag, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (result[flag] === true) [result[flag], result[bound]] = [result[bound], undefined];
    if (result[flag] === false || result[flag] === undefined) delete result[flag];
    if (result[bound] === undefined) delete result[bound];
  }
  if (result["type"] === "integer" && dialect.keywords?.has("exclusiveMinimum") === false)
    inclusive(result);
  if (Array.isArray(result["items"])) {
    result["prefixItems"] ??= result["items"];
    delete result["items"];
  }
  return result;
}

function typeFromValues(node: Record<string, unknown>, values: readonly unknown[]): void {
  const types = [...new Set(values.map((value) => jsonType(value)))];
  if (types.length > 0) node["type"] = types.length === 1 ? types[0] : types;
}

/** Of integers "above 3" is "at least 4". */
function inclusive(node: Record<string, unknown>): void {
  const { exclusiveMinimum: above, exclusiveMaximum: below } = node;
  if (typeof above === "number" && node["minimum"] === undefined) {
    node["minimum"] = Math.floor(above) + 1;
    delete node["exclusiveMinimum"];
  }
  if (typeof below === "number" && node["maximum"] === undefined) {
    node["maximum"] = Math.ceil(below) - 1;
    delete node["exclusiveMaximum"];
  }
}

function withoutAllOf(
  node: Record<string, unknown>,
  dialect: Dialect,
  references: References,
): Record<string, unknown> {
  const { allOf, ...rest } = node;
  if (!Array.isArray(allOf)) return node;
  let whole: Record<string, unknown> | null = rest;
  for (const member of allOf) {
    if (whole === null || !isObject(member)) return node;
    const lone =
      allOf.length === 1 && Object.keys(rest).every((keyword) => DESCRIPTIONS.has(keyword));
    whole = lone ? { ...rest, ...member } : mergedIn(whole, member, dialect, references);
  }
  if (whole === null) return node;
  if (whole["unevaluatedProperties"] === false && !hasChoice(whole)) {
    whole["additionalProperties"] ??= false;
    delete whole["unevaluatedProperties"];
  }
  return whole["allOf"] === undefined
    ? modernised(whole, dialect)
    : withoutAllOf(whole, dialect, references);
}

function mergedIn(
  whole: Record<string, unknown>,
  member: Node,
  dialect: Dialect,
  references: References,
): Record<string, unknown> | null {
  const plain = resolved(member, references);
  return plain === null ? null : merged(whole, modernised(plain, dialect));
}

/**
 * A member that is nothing but a reference, as what it leads to; null where that leads in circles
 * or nowhere.
 */
function resolved(member: Node, references: References): Node | null {
  const { $ref: reference, ...rest } = member;
  if (reference === undefined) return member;
  if (typeof reference !== "string" || references.isCyclic(reference)) return null;
  const target = references.target(reference);
  const inner = target === null ? null : resolved(target, references);
  return inner === null ? null : merged(inner, rest);
}

/**
 * Beside a reference nothing else may stand. A description is dropped; what limits is said together
 * with the target.
 */
function withReferenceAlone(
  node: Record<string, unknown>,
  dialect: Dialect,
  references: References,
): Record<string, unknown> {
  const { $ref: reference, $defs: definitions, ...rest } = node;
  if (typeof reference !== "string") return node;
  const kept = definitions === undefined ? {} : { $defs: definitions };
  if (Object.keys(rest).every((keyword) => DESCRIPTIONS.has(keyword) || keyword.startsWith("$"))) {
    const elsewhere = !/^#(\/\$defs\/[^/]+)?$/.test(reference) && !dialect.limits?.allRequired;
    const target = elsewhere ? resolved({ $ref: reference }, references) : null;
    return target === null
      ? { $ref: reference, ...kept }
      : { ...modernised(target, dialect), ...kept };
  }
  const whole = mergedIn(rest, { $ref: reference }, dialect, references);
  return whole === null ? node : { ...whole, ...kept };
}

/** A choice among objects, each with all that stood beside the choice. */
function withinChoices(
  node: Record<string, unknown>,
  dialect: Dialect,
  references: References,
): Record<string, unknown> {
  const keyword = hasChoice(node);
  const { $defs: definitions, title, description, ...plain } = node;
  if (keyword === null || plain["properties"] === undefined) return node;
  const { [keyword]: members, ...base } = plain;
  if (!Array.isArray(members) || hasChoice(base) !== null) return node;
  const all = members.map((member: unknown) =>
    isObject(member) ? mergedIn(base, member, dialect, references) : null,
  );
  if (all.some((member) => member === null)) return node;
  const said = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
  return { ...said, [keyword]: all, ...(definitions === undefined ? {} : { $defs: definitions }) };
}

function hasChoice(node: Node): "anyOf" | "oneOf" | null {
  if (Array.isArray(node["anyOf"])) return "anyOf";
  return Array.isArray(node["oneOf"]) ? "oneOf" : null;
}
