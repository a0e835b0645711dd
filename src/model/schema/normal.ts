import { isObject, jsonType } from "../../core/json.ts";
import { DESCRIPTIONS } from "./dialects.ts";
import type { Dialect } from "./dialects.ts";
import { merged } from "./merge.ts";
import { listOf, type Node } from "./plain.ts";
import type { References } from "./references.ts";
import type { Room } from "./room.ts";

export interface Rewriting {
  readonly dialect: Dialect;
  readonly references: References;
  readonly room: Room;
}

/**
 * The same schema in fewer words, so that dialects need to know one form: a `const` as an `enum` of
 * one, `allOf` as one schema, properties beside a choice within each of its members. What can't be
 * rewritten without a loss, or for which there is no room, stays as it is.
 */
export function normalised(node: Node, by: Rewriting): Record<string, unknown> {
  const whole = withoutAllOf(modernised(node, by.dialect), by);
  const alone = withReferenceAlone(whole, by);
  const settled = withoutUnevaluated(alone);
  return by.dialect.mixes ? settled : withinChoices(settled, by);
}

/** What a reference at the root leads to, in its place; the root may then hold itself. */
export function unfolded(root: Node, by: Rewriting): Node {
  const { $ref: reference, ...rest } = root;
  const [only, ...others] = listOf(root["allOf"]);
  if (isObject(only) && others.length === 0 && isOnlySaid(rest, "allOf")) {
    const { allOf: _one, ...said } = root;
    return unfolded({ ...said, ...only }, by);
  }
  if (typeof reference !== "string" || reference === "#") return root;
  const target = by.references.target(reference);
  if (target === null || !by.room.takes(target)) return root;
  const whole = isOnlySaid(rest) || !isTracking(target) ? merged(rest, target) : null;
  return whole === null ? root : unfolded(whole, by);
}

function modernised(node: Node, dialect: Dialect): Record<string, unknown> {
  const { const: constant, ...rest } = node;
  const result: Record<string, unknown> = { ...rest };
  if (constant !== undefined) {
    if (dialect.keywords?.has("const") === true && typeof constant !== "object")
      result["const"] = constant;
    else if (result["enum"] === undefined) result["enum"] = [constant];
    else result["const"] = constant;
  }
  if (Array.isArray(result["enum"]) && result["type"] === undefined)
    typeFromValues(result, result["enum"]);
  if (result["type"] === "integer") wholeBounds(result, dialect);
  if (result["items"] === false) {
    const length = listOf(result["prefixItems"]).length;
    const most = result["maxItems"];
    result["maxItems"] = typeof most === "number" ? Math.min(most, length) : length;
    delete result["items"];
  }
  return withNamedRequired(result);
}

function typeFromValues(node: Record<string, unknown>, values: readonly unknown[]): void {
  const types = [...new Set(values.map((value) => jsonType(value)))];
  if (types.length > 0) node["type"] = types.length === 1 ? types[0] : types;
}

/** Of integers "above 3" is "at least 4", and "at least 2.5" is "at least 3". */
function wholeBounds(node: Record<string, unknown>, dialect: Dialect): void {
  if (dialect.keywords?.has("exclusiveMinimum") !== false && !dialect.integerBounds) return;
  const { minimum, exclusiveMinimum: above, maximum, exclusiveMaximum: below } = node;
  const least = [
    ...(typeof minimum === "number" ? [Math.ceil(minimum)] : []),
    ...(typeof above === "number" ? [Math.floor(above) + 1] : []),
  ];
  const most = [
    ...(typeof maximum === "number" ? [Math.floor(maximum)] : []),
    ...(typeof below === "number" ? [Math.ceil(below) - 1] : []),
  ];
  if (least.length > 0) node["minimum"] = Math.max(...least);
  if (most.length > 0) node["maximum"] = Math.min(...most);
  if (typeof above === "number") delete node["exclusiveMinimum"];
  if (typeof below === "number") delete node["exclusiveMaximum"];
}

/** Servers write what `properties` names, so what is required stands there too. */
function withNamedRequired(node: Record<string, unknown>): Record<string, unknown> {
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  const { additionalProperties: rest, patternProperties: patterns } = node;
  const missing = listOf(node["required"]).filter(
    (name): name is string => typeof name === "string" && !Object.hasOwn(properties, name),
  );
  if (missing.length === 0 || rest === false || Object.keys(properties).length === 0) return node;
  const schema = isObject(rest) && patterns === undefined ? rest : {};
  const named = missing.map((name) => [name, schema] as const);
  return {
    ...node,
    properties: Object.fromEntries([...Object.entries(properties), ...named]),
  };
}

function withoutAllOf(node: Record<string, unknown>, by: Rewriting): Record<string, unknown> {
  let { allOf, ...whole } = node;
  const waiting = [...listOf(allOf)];
  const apart: unknown[] = [];
  for (let member = waiting.shift(); member !== undefined; member = waiting.shift()) {
    if (member === true) continue;
    const isAlone = Object.keys(whole).every((keyword) => DESCRIPTIONS.has(keyword));
    const both = isObject(member) ? mergedIn(whole, member, by, isAlone) : null;
    if (both === null) {
      apart.push(member);
      continue;
    }
    const { allOf: further, ...rest } = both;
    waiting.unshift(...listOf(further));
    whole = rest;
  }
  return modernised(apart.length === 0 ? whole : { ...whole, allOf: apart }, by.dialect);
}

function mergedIn(
  whole: Record<string, unknown>,
  member: Node,
  by: Rewriting,
  isAlone = false,
): Record<string, unknown> | null {
  // All there is may be a reference, which then stays one.
  const plain = isAlone ? member : resolved(member, by);
  if (plain === null) return null;
  if (isAlone) return { ...plain, ...whole };
  const settled = withoutUnevaluated(modernised(plain, by.dialect));
  if (isTracking(settled)) return null;
  return merged(withEnumFor(whole, settled), withEnumFor(settled, whole));
}

/** A constant is held against another enumeration as one. */
function withEnumFor(node: Record<string, unknown>, other: Node): Record<string, unknown> {
  const { const: constant, ...rest } = node;
  if (constant === undefined || node["enum"] !== undefined || other["enum"] === undefined)
    return node;
  return { ...rest, enum: [constant] };
}

/**
 * A member that is nothing but a reference, as what it leads to; null where that leads in circles
 * or nowhere, or where there is no room for it.
 */
function resolved(member: Node, by: Rewriting): Node | null {
  const { $ref: reference, ...rest } = member;
  if (reference === undefined) return member;
  if (typeof reference !== "string" || by.references.isCyclic(reference)) return null;
  const target = by.references.target(reference);
  if (target === null || !by.room.takes(target)) return null;
  const inner = resolved(target, by);
  const settled = inner === null ? null : withoutUnevaluated({ ...inner });
  return settled === null || isTracking(settled) ? null : merged(settled, rest);
}

/**
 * Beside a reference nothing else may stand. A description is dropped; what limits is said together
 * with the target.
 */
function withReferenceAlone(node: Record<string, unknown>, by: Rewriting): Record<string, unknown> {
  const { $ref: reference, ...rest } = node;
  if (typeof reference !== "string") return node;
  if (isOnlySaid(rest)) return { $ref: reference };
  return mergedIn(rest, { $ref: reference }, by) ?? node;
}

/** Whether nothing but annotations stand there, and perhaps one keyword. */
function isOnlySaid(node: Node, but?: string): boolean {
  return Object.keys(node).every((keyword) => ONLY_SAID.has(keyword) || keyword === but);
}

const ONLY_SAID: ReadonlySet<string> = new Set([
  ...DESCRIPTIONS,
  ..."default examples deprecated readOnly writeOnly contentEncoding contentMediaType".split(" "),
]);

/** Keywords whose schemas speak of the same object, and of properties that only they may name. */
const BESIDE = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"];

/** Where no other schema speaks of the same object, what is unevaluated is what is additional. */
function withoutUnevaluated(node: Record<string, unknown>): Record<string, unknown> {
  const { unevaluatedProperties: rest, ...others } = node;
  if (rest === undefined || BESIDE.some((keyword) => node[keyword] !== undefined)) return node;
  return { ...others, additionalProperties: others["additionalProperties"] ?? rest };
}

/** Whether it looks at its neighbours, of which it would have others after a merge. */
function isTracking(node: Node): boolean {
  return node["unevaluatedProperties"] !== undefined || node["unevaluatedItems"] !== undefined;
}

/** A choice among objects, each with all that stood beside the choice. */
function withinChoices(node: Record<string, unknown>, by: Rewriting): Record<string, unknown> {
  const keyword = hasChoice(node);
  const { title, description, ...plain } = node;
  if (keyword === null || plain["properties"] === undefined) return node;
  const { [keyword]: members, ...base } = plain;
  // Several members of `anyOf` may hold at once, and each of them evaluates properties.
  const isTracked = keyword === "anyOf" && base["unevaluatedProperties"] !== undefined;
  if (hasChoice(base) !== null || isTracked) return node;
  const possible = listOf(members).filter((member) => member !== false);
  if (possible.length === 0 || !by.room.takes(base, possible.length)) return node;
  const all = possible.map((member) => {
    if (member === true) return base;
    return isObject(member) ? mergedIn(base, member, by) : null;
  });
  if (all.some((member) => member === null)) return node;
  const said = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
  return { ...said, [keyword]: all };
}

function hasChoice(node: Node): "anyOf" | "oneOf" | null {
  if (Array.isArray(node["anyOf"])) return "anyOf";
  return Array.isArray(node["oneOf"]) ? "oneOf" : null;
}
