import type { JsonType } from "../../core/json.ts";
import { limitOf } from "../limits.ts";
import { child, childList, childMap, keywordValue, type SchemaNode } from "../document.ts";
import { formatCheck } from "../formats.ts";
import type { Literal } from "./shape.ts";
import { isOpen, type Space, Undecided } from "./space.ts";

/**
 * What the node itself says of the values of a type: not what its references, alternatives and
 * conditions say.
 */
export function ownLiterals(space: Space, node: SchemaNode, type: JsonType): Literal[] {
  switch (type) {
    case "number":
      return numberLiterals(node);
    case "string":
      return stringLiterals(node);
    case "array":
      return arrayLiterals(space, node);
    case "object":
      return objectLiterals(space, node);
    default:
      return [];
  }
}

function numberLiterals(node: SchemaNode): Literal[] {
  const literals: Literal[] = [];
  for (const [on, plain, exclusive] of [
    ["least", "minimum", "exclusiveMinimum"],
    ["most", "maximum", "exclusiveMaximum"],
  ] as const) {
    const limit = limitOf(node, plain);
    // In draft 4 the exclusive keyword is a boolean beside the other.
    if (limit !== null) literals.push({ on, limit, open: keywordValue(node, exclusive) === true });
    const open = limitOf(node, exclusive);
    if (open !== null) literals.push({ on, limit: open, open: true });
  }
  const divisor = limitOf(node, "multipleOf");
  if (divisor !== null) literals.push({ on: "multiple", divisor, is: true });
  return literals;
}

function stringLiterals(node: SchemaNode): Literal[] {
  const literals = sizes(node, "minLength", "maxLength");
  const pattern = keywordValue(node, "pattern");
  if (typeof pattern === "string") literals.push({ on: "pattern", name: pattern, is: true });
  const format = keywordValue(node, "format");
  if (typeof format === "string" && formatCheck(format) !== null)
    literals.push({ on: "format", name: format, is: true });
  return literals;
}

function arrayLiterals(space: Space, node: SchemaNode): Literal[] {
  const literals = sizes(node, "minItems", "maxItems");
  const places = childList(node, "prefixItems") ?? childList(node, "items") ?? [];
  for (const [index, place] of places.entries()) {
    if (!isOpen(place.schema))
      literals.push({ on: "item", index, part: { id: space.id(place), is: true } });
  }
  const rest = restOf(
    node,
    childList(node, "items") === null ? "items" : "additionalItems",
    "unevaluatedItems",
  );
  if (rest?.schema === false) literals.push({ on: "longest", count: places.length });
  else if (rest !== null && !isOpen(rest.schema))
    literals.push({ on: "every", from: places.length, part: { id: space.id(rest), is: true } });
  if (keywordValue(node, "uniqueItems") === true) literals.push({ on: "unique", is: true });
  const contains = child(node, "contains");
  if (contains !== null && limitOf(node, "minContains") === null)
    literals.push({ on: "some", from: 0, part: { id: space.id(contains), is: true } });
  return literals;
}

function objectLiterals(space: Space, node: SchemaNode): Literal[] {
  const literals = sizes(node, "minProperties", "maxProperties");
  const required = keywordValue(node, "required");
  for (const name of Array.isArray(required) ? required : []) {
    if (typeof name === "string") literals.push({ on: "has", name, is: true });
  }
  const properties = childMap(node, "properties");
  for (const [name, one] of properties ?? []) {
    if (!isOpen(one.schema))
      literals.push({ on: "property", name, part: { id: space.id(one), is: true } });
  }
  const patterns = childMap(node, "patternProperties");
  for (const [pattern, one] of patterns ?? []) {
    const part = { id: space.id(one), is: true };
    if (!isOpen(one.schema))
      literals.push({ on: "every-name", names: { of: "matching", pattern }, part });
  }
  const rest = restOf(node, "additionalProperties", "unevaluatedProperties");
  if (rest !== null && !isOpen(rest.schema)) {
    const names = {
      of: "other",
      names: [...(properties?.keys() ?? [])],
      patterns: [...(patterns?.keys() ?? [])],
    } as const;
    literals.push({ on: "every-name", names, part: { id: space.id(rest), is: true } });
  }
  const named = child(node, "propertyNames");
  if (named !== null) literals.push({ on: "all-names", id: space.id(named) });
  return literals;
}

/**
 * The subschema of all other parts. Where nothing else can have seen them, `unevaluated…` says it
 * like the older keyword.
 */
function restOf(node: SchemaNode, keyword: string, unevaluated: string): SchemaNode | null {
  return child(node, keyword) ?? (isAlone(node) ? child(node, unevaluated) : null);
}

/** Whether no other subschema looks at the same value. */
function isAlone(node: SchemaNode): boolean {
  return (
    !BESIDE.some((keyword) => node.children.has(keyword)) &&
    keywordValue(node, "$ref") === undefined
  );
}

const BESIDE = [
  "allOf",
  "anyOf",
  "oneOf",
  "if",
  "not",
  "contains",
  "dependentSchemas",
  "dependencies",
];

function sizes(node: SchemaNode, least: string, most: string): Literal[] {
  const [shortest, longest] = [limitOf(node, least), limitOf(node, most)];
  return [
    ...(shortest === null || shortest === 0 ? [] : [{ on: "shortest", count: shortest } as const]),
    ...(longest === null ? [] : [{ on: "longest", count: longest } as const]),
  ];
}

/**
 * Keywords that are only compared with themselves: by their text, or by their place where it holds
 * references.
 */
export function opaqueLiterals(space: Space, node: SchemaNode, type: JsonType): Literal[] {
  for (const keyword of ["$dynamicRef", "$recursiveRef"]) {
    if (keywordValue(node, keyword) !== undefined)
      throw new Undecided(`"${keyword}" is not compared`);
  }
  if (type !== "array" && type !== "object") return [];
  const keywords: string[] = [];
  if (type === "array" && child(node, "contains") !== null)
    keywords.push("minContains", "maxContains");
  if (!isAlone(node))
    keywords.push(type === "array" ? "unevaluatedItems" : "unevaluatedProperties");
  return keywords
    .filter((keyword) => keywordValue(node, keyword) !== undefined)
    .map(
      (keyword) =>
        ({ on: "opaque", keyword, key: `${keyword} ${space.id(node)}`, is: true }) as const,
    );
}
