import { isObject, type Json, type JsonObject } from "../../core/json.ts";

const SCALARS = ["string", "boolean", "null", "number", "integer"];
/** Keys that only a JSON Schema has at its root. */
const OF_JSON_SCHEMA = ["type", "$schema", "properties", "$ref", "anyOf", "oneOf", "allOf", "enum"];

export class PicoschemaFault extends Error {}

/**
 * Picoschema (google.github.io/dotprompt/reference/picoschema) as JSON Schema. What is JSON Schema
 * already stays.
 * @param named schemas that names stand for. @default none
 * @throws {PicoschemaFault}
 */
export function fromPicoschema(
  schema: unknown,
  named: Readonly<Record<string, JsonObject>> = {},
): JsonObject {
  if (typeof schema === "string") return scalar(schema, named);
  if (!isObject(schema)) throw new PicoschemaFault("a schema is a type or a mapping");
  if (OF_JSON_SCHEMA.some((key) => isOfJsonSchema(key, schema[key])))
    return (
      schema["properties"] !== undefined && schema["type"] === undefined
        ? { type: "object", ...schema }
        : schema
    ) as JsonObject;
  return object(schema, named);
}

/** A picoschema may have a field `type`; one that names a type is the keyword. */
function isOfJsonSchema(key: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (key === "type")
    return typeof value === "string" && [...SCALARS, "object", "array"].includes(value);
  if (key === "properties") return isObject(value);
  return key.startsWith("$") ? typeof value === "string" : Array.isArray(value);
}

function scalar(text: string, named: Readonly<Record<string, JsonObject>>): JsonObject {
  const [, type = "", description] = /^([^,]*)(?:,([\s\S]*))?$/.exec(text) ?? [];
  const name = type.trim();
  const told = description === undefined ? {} : { description: description.trim() };
  if (name === "any") return told;
  if (SCALARS.includes(name)) return { type: name, ...told };
  const known = named[name];
  if (known === undefined) throw new PicoschemaFault(`"${name}" is no type`);
  return { ...known, ...told };
}

/** `name?(array, what it is)` */
const FIELD = /^([^?(]+?)(\?)?\s*(?:\((\w+)(?:,\s*([^)]*))?\))?$/;

function object(
  fields: Readonly<Record<string, unknown>>,
  named: Readonly<Record<string, JsonObject>>,
): JsonObject {
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  let others: Json = false;
  for (const [key, value] of Object.entries(fields)) {
    if (key === "(*)") {
      others = fromPicoschema(value, named);
      continue;
    }
    const [, name, optional, kind, description] = FIELD.exec(key) ?? [];
    if (name === undefined) throw new PicoschemaFault(`"${key}" is no field`);
    const schema = field(kind ?? null, value, named);
    const told =
      description === undefined ? schema : { ...schema, description: description.trim() };
    if (optional === undefined) required.push(name);
    properties[name] = optional === undefined ? told : orNull(told);
  }
  return {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: others,
  };
}

function field(
  kind: string | null,
  value: unknown,
  named: Readonly<Record<string, JsonObject>>,
): JsonObject {
  if (kind === "array") return { type: "array", items: fromPicoschema(value, named) };
  if (kind === "enum") {
    if (!Array.isArray(value)) throw new PicoschemaFault("an enum is a list");
    return { enum: value as Json[] };
  }
  if (kind !== null && kind !== "object")
    throw new PicoschemaFault(`"${kind}" is no kind of field`);
  return isObject(value) && kind === "object" ? object(value, named) : fromPicoschema(value, named);
}

/** An optional field may be null as well. */
function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema;
  if (Array.isArray(values))
    return { ...schema, enum: values.includes(null) ? values : [...values, null] };
  return typeof type === "string" && type !== "null" ? { ...schema, type: [type, "null"] } : schema;
}
