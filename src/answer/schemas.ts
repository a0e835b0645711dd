import type { JsonSchema } from "../contract/contract.ts";
import { isObject } from "../core/json.ts";
import type { Choice } from "./match.ts";

/** A schema as a whole, and what has been worked out of it. */
export interface SchemaSource {
  readonly root: JsonSchema;
  readonly schemas: SchemaNotes;
}

/**
 * What has been worked out of the schemas so far. All coercions of one reading share it: it says
 * nothing of a text.
 */
export interface SchemaNotes {
  readonly resolved: Map<unknown, unknown>;
  readonly shapes: Map<unknown, Shape | boolean>;
  /** By the `properties` of a schema: the other names of each. */
  readonly aliases: Map<unknown, ReadonlyMap<string, string | null>>;
  /** By schema: the values of an `enum` or `const`, null for a schema without. */
  readonly choices: Map<unknown, readonly Choice[] | null>;
}

export function newSchemaNotes(): SchemaNotes {
  return { resolved: new Map(), shapes: new Map(), aliases: new Map(), choices: new Map() };
}

/** Whether a schema says nothing of what is wanted. */
export function takesAnything(schema: Record<string, unknown>): boolean {
  return Object.keys(schema).every((key) => key.startsWith("$") || ANNOTATIONS.has(key));
}

export function propertiesOf(schema: Record<string, unknown>): Record<string, unknown> {
  return isObject(schema["properties"]) ? schema["properties"] : {};
}

/** A schema with its references followed and its `allOf` merged, as far as coercion needs them. */
export function resolve(coercion: SchemaSource, schema: unknown): unknown {
  if (!isObject(schema) || (schema["$ref"] === undefined && schema["allOf"] === undefined))
    return schema;
  if (coercion.schemas.resolved.has(schema)) return coercion.schemas.resolved.get(schema);
  coercion.schemas.resolved.set(schema, true);
  const resolved = mergeAll(coercion, followRef(coercion, schema));
  coercion.schemas.resolved.set(schema, resolved);
  return resolved;
}

function followRef(coercion: SchemaSource, schema: Record<string, unknown>): unknown {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const target = resolve(coercion, lookUp(coercion.root, reference));
  const { $ref: _, ...beside } = schema;
  if (Object.keys(beside).every((key) => ANNOTATIONS.has(key)) || !isObject(target)) return target;
  return { ...target, ...beside };
}

const ANNOTATIONS = new Set([
  "title",
  "description",
  "default",
  "examples",
  "x-alias",
  "$defs",
  "definitions",
  "$schema",
  "$id",
  "$comment",
]);

function lookUp(root: unknown, reference: string): unknown {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return anchored(root, reference.slice(1)) ?? true;
  let at: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at)) at = at[key];
    else return true;
  }
  return at ?? true;
}

function anchored(root: unknown, name: string): unknown {
  if (!isObject(root)) return undefined;
  for (const group of [root["$defs"], root["definitions"]]) {
    if (!isObject(group)) continue;
    for (const schema of Object.values(group))
      if (isObject(schema) && schema["$anchor"] === name) return schema;
  }
  return undefined;
}

function mergeAll(coercion: SchemaSource, schema: unknown): unknown {
  if (!isObject(schema) || !Array.isArray(schema["allOf"])) return schema;
  const { allOf, ...base } = schema;
  const merged: Record<string, unknown> = { ...base };
  for (const part of Array.isArray(allOf) ? allOf : []) {
    const resolved = resolve(coercion, part);
    if (isObject(resolved)) mergeInto(merged, resolved);
  }
  return merged;
}

function mergeInto(target: Record<string, unknown>, part: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(part)) {
    const before = target[key];
    if (key === "required" && Array.isArray(before) && Array.isArray(value))
      target[key] = [...new Set([...before, ...value])];
    else if (key === "properties" && isObject(before) && isObject(value))
      target[key] = { ...before, ...value };
    else if (before === undefined || key !== "additionalProperties") target[key] = value;
  }
}

/** What coercion asks of a schema each time it meets it, worked out once. */
export interface Shape {
  /** References followed, `allOf` merged. */
  readonly schema: Record<string, unknown>;
  readonly branches: readonly unknown[] | null;
  readonly hasChoices: boolean;
  readonly types: readonly string[] | null;
  /**
   * The one type of a schema that leads to no other: what it makes of a scalar needs no
   * remembering.
   */
  readonly scalar: string | null;
}

/** The shape of a schema; true or false for one that takes anything or nothing. */
export function shapeOf(coercion: SchemaSource, schema: Record<string, unknown>): Shape | boolean {
  let shape = coercion.schemas.shapes.get(schema);
  if (shape === undefined)
    coercion.schemas.shapes.set(schema, (shape = readShape(coercion, schema)));
  return shape;
}

function readShape(coercion: SchemaSource, schema: Record<string, unknown>): Shape | boolean {
  const resolved = resolve(coercion, schema);
  if (!isObject(resolved)) return resolved !== false;
  const branches = branchesOf(coercion, resolved);
  const hasChoices = branches === null && (Array.isArray(resolved["enum"]) || "const" in resolved);
  const types = typesOf(resolved);
  const [only = null] = types?.length === 1 ? types : [];
  const isPlain = branches === null && !hasChoices && only !== "array" && only !== "object";
  return { schema: resolved, branches, hasChoices, types, scalar: isPlain ? only : null };
}

/** The types a schema allows, or null when it does not say. */
export function typesOf(schema: Record<string, unknown>): readonly string[] | null {
  const type = schema["type"];
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((name): name is string => typeof name === "string");
  if (schema["properties"] !== undefined || schema["required"] !== undefined) return ["object"];
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return ["array"];
  return null;
}

/** `anyOf` or `oneOf`, each branch with what stands beside it. */
export function branchesOf(
  coercion: SchemaSource,
  schema: Record<string, unknown>,
): readonly unknown[] | null {
  const branches = Array.isArray(schema["anyOf"]) ? schema["anyOf"] : schema["oneOf"];
  if (!Array.isArray(branches)) return null;
  const { anyOf: _a, oneOf: _o, ...beside } = schema;
  const isBare = Object.keys(beside).every((key) => ANNOTATIONS.has(key));
  if (isBare) return branches;
  const known = coercion.schemas.resolved.get(branches);
  if (Array.isArray(known)) return known;
  const joined = branches.map((branch: unknown) => {
    const resolved = resolve(coercion, branch);
    if (!isObject(resolved)) return resolved === false ? false : beside;
    const merged: Record<string, unknown> = { ...beside };
    mergeInto(merged, resolved);
    return merged;
  });
  coercion.schemas.resolved.set(branches, joined);
  return joined;
}

/** Whether a schema takes null as it is. */
export function takesNull(coercion: SchemaSource, schema: unknown): boolean {
  const resolved = resolve(coercion, schema);
  if (!isObject(resolved)) return resolved !== false;
  const branches = branchesOf(coercion, resolved);
  if (branches) return branches.some((branch) => takesNull(coercion, branch));
  if (Array.isArray(resolved["enum"])) return resolved["enum"].includes(null);
  if ("const" in resolved) return resolved["const"] === null;
  return typesOf(resolved)?.includes("null") ?? true;
}

/** Whether a schema wants an array, and nothing else but null. */
export function wantsArray(coercion: SchemaSource, schema: unknown): boolean {
  const resolved = resolve(coercion, schema);
  if (!isObject(resolved)) return false;
  const branches = branchesOf(coercion, resolved);
  if (branches) return branches.some((branch) => wantsArray(coercion, branch));
  return typesOf(resolved)?.includes("array") ?? false;
}
