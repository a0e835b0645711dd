import { readPattern } from "../contract/patterns.ts";
import { isObject } from "../core/json.ts";
import { isMediaPattern, isUnknownMedia, type MediaKind, kindsOf } from "./media-type.ts";
import { resolveRef } from "./schema-path.ts";

/** A string in an input that stands for a picture, sound or a document. */
export interface MediaPlace {
  readonly path: readonly (string | number)[];
  readonly schemaPath: readonly (string | number)[];
  /** What `contentMediaType` says there; with `anyOf` there may be several. */
  readonly accepts: readonly string[];
  /** Whether `contentEncoding: base64` is said: then base64 without `data:` is taken as well. */
  readonly base64: boolean;
}

/** How deep schemas are followed at one place of the value: `$ref` can lead in circles. */
const MAX_DEPTH = 32;

/** Whether values of the schema may hold pictures, sound or documents. */
export function hasMedia(schema: unknown): boolean {
  return patternsIn(schema).some(isMediaPattern);
}

/**
 * `contentMediaType` that asks for a picture, sound or video of a type that nothing here
 * recognises.
 */
export function unknownMedia(schema: unknown): readonly string[] {
  return [...new Set(patternsIn(schema).filter(isUnknownMedia))];
}

function patternsIn(schema: unknown): unknown[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = "contentMediaType" in schema ? [schema.contentMediaType] : [];
  return [...own, ...Object.values(schema).flatMap(patternsIn)];
}

/**
 * The kinds that every input of the schema holds: those of required properties that are nothing but
 * media.
 */
export function requiredKinds({
  properties,
  required,
}: Readonly<Record<string, unknown>>): ReadonlySet<MediaKind> {
  const kinds = new Set<MediaKind>();
  for (const name of Array.isArray(required) ? required : []) {
    const schema =
      isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : null;
    if (
      !isObject(schema) ||
      schema["type"] !== "string" ||
      !isMediaPattern(schema["contentMediaType"])
    )
      continue;
    const [kind, ...others] = kindsOf(schema["contentMediaType"]);
    if (kind !== undefined && others.length === 0) kinds.add(kind);
  }
  return kinds;
}

/**
 * The strings of a value that its schema calls media, in their order. Of `anyOf` and `oneOf` those
 * branches count whose types and constants the value has.
 */
export function findMedia(schema: unknown, value: unknown): readonly MediaPlace[] {
  const found = new Map<string, MediaPlace>();
  visit(schema, value, { root: schema, path: [], schemaPath: [], depth: 0, found });
  return [...found.values()];
}

interface Here {
  readonly root: unknown;
  readonly path: readonly (string | number)[];
  readonly schemaPath: readonly (string | number)[];
  /** Schemas followed since the last step into the value. */
  readonly depth: number;
  readonly found: Map<string, MediaPlace>;
}

function visit(schema: unknown, value: unknown, here: Here): void {
  if (!isObject(schema) || here.depth > MAX_DEPTH) return;
  const beside = (part: unknown, ...names: (string | number)[]): void =>
    visit(part, value, {
      ...here,
      schemaPath: [...here.schemaPath, ...names],
      depth: here.depth + 1,
    });
  if (typeof schema["$ref"] === "string") beside(resolveRef(here.root, schema["$ref"]), "$ref");
  for (const [index, part] of asList(schema["allOf"]).entries()) beside(part, "allOf", index);
  for (const choice of ["anyOf", "oneOf"])
    for (const [index, part] of asList(schema[choice]).entries())
      if (!isRuledOut(part, value, here)) beside(part, choice, index);
  for (const name of ["then", "else"]) beside(schema[name], name);
  if (typeof value === "string") addPlace(schema, here);
  else if (Array.isArray(value)) visitItems(schema, value, here);
  else if (isObject(value)) visitMembers(schema, value, here);
}

function addPlace(schema: Record<string, unknown>, { path, schemaPath, found }: Here): void {
  const pattern = schema["contentMediaType"];
  if (!isMediaPattern(pattern)) return;
  const key = JSON.stringify(path);
  const known = found.get(key);
  const base64 = String(schema["contentEncoding"]).toLowerCase() === "base64";
  found.set(key, {
    path,
    schemaPath: known?.schemaPath ?? [...schemaPath, "contentMediaType"],
    accepts: [...new Set([...(known?.accepts ?? []), pattern])],
    base64: base64 || (known?.base64 ?? false),
  });
}

function visitItems(schema: Record<string, unknown>, value: readonly unknown[], here: Here): void {
  const first = asList(schema["prefixItems"]);
  for (const [index, item] of value.entries()) {
    const names = index < first.length ? ["prefixItems", index] : ["items"];
    const part = index < first.length ? first[index] : schema["items"];
    step(part, item, index, names, here);
  }
}

function visitMembers(
  schema: Record<string, unknown>,
  value: Record<string, unknown>,
  here: Here,
): void {
  const { properties, patternProperties } = schema;
  const dependent = isObject(schema["dependentSchemas"]) ? schema["dependentSchemas"] : {};
  for (const [name, part] of Object.entries(dependent)) {
    if (!Object.hasOwn(value, name)) continue;
    visit(part, value, {
      ...here,
      schemaPath: [...here.schemaPath, "dependentSchemas", name],
      depth: here.depth + 1,
    });
  }
  for (const [name, member] of Object.entries(value)) {
    let described = false;
    if (isObject(properties) && Object.hasOwn(properties, name)) {
      described = true;
      step(properties[name], member, name, ["properties", name], here);
    }
    for (const [pattern, part] of Object.entries(
      isObject(patternProperties) ? patternProperties : {},
    )) {
      const reading = readPattern(pattern);
      if (!reading.ok || !reading.test(name)) continue;
      described = true;
      step(part, member, name, ["patternProperties", pattern], here);
    }
    if (described) continue;
    for (const rest of ["additionalProperties", "unevaluatedProperties"])
      step(schema[rest], member, name, [rest], here);
  }
}

/** One step into the value. */
function step(
  schema: unknown,
  value: unknown,
  name: string | number,
  names: readonly (string | number)[],
  here: Here,
): void {
  visit(schema, value, {
    ...here,
    path: [...here.path, name],
    schemaPath: [...here.schemaPath, ...names],
    depth: 0,
  });
}

/**
 * Whether a branch says of itself that it is not for this value: by its type, or by a constant in a
 * property.
 */
function isRuledOut(branch: unknown, value: unknown, { root }: Here): boolean {
  const schema =
    isObject(branch) && typeof branch["$ref"] === "string"
      ? resolveRef(root, branch["$ref"])
      : branch;
  if (!isObject(schema)) return false;
  const types = schema["type"] === undefined ? null : [schema["type"]].flat();
  const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  if (types && !types.includes(kind) && !(kind === "number" && types.includes("integer")))
    return true;
  if (!isObject(value) || !isObject(schema["properties"])) return false;
  return Object.entries(schema["properties"]).some(([name, part]) => {
    if (!isObject(part) || !Object.hasOwn(value, name)) return false;
    const choices =
      "const" in part ? [part["const"]] : Array.isArray(part["enum"]) ? part["enum"] : null;
    return (
      choices !== null &&
      choices.every((choice) => typeof choice !== "object" && choice !== value[name])
    );
  });
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
