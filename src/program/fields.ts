import type { JsonSchema } from "../contract/contract.ts";
import { closedObject } from "../contract/infer.ts";
import { isObject } from "../core/json.ts";
import { parseType, typeText } from "./field-type.ts";

/** One property of an input or output, as people and models write it. */
export interface Field {
  readonly name: string;
  /** In the notation of `field-type.ts`. */
  readonly type: string;
  /** On one line; empty where there is none. */
  readonly description: string;
  readonly required: boolean;
}

export type FieldsReading =
  | { readonly ok: true; readonly fields: readonly Field[] }
  | { readonly ok: false; readonly reason: string };

/** A name that a template can say. */
export const FIELD_NAME = /^[A-Za-z_]\w*$/;

/**
 * Reads `name?: type - description`, one field a line. A `?` marks what may be left out.
 *
 * @example
 * parseFields("text: string - What to sum up\nlimit?: integer")
 */
export function parseFields(text: string): FieldsReading {
  const lines = text.split("\n").map((line) => line.trim());
  const fields: Field[] = [];
  for (const line of lines.filter((each) => each !== "")) {
    const [, name = "", mark, rest] = /^([^\s:?]+)\s*(\?)?\s*:\s*(.*)$/.exec(line) ?? [];
    if (rest === undefined)
      return fault(`"${line}" is no field; write it as "name: type - description"`);
    const [type = "", description = ""] = rest.split(/\s+-+\s+(.*)/s);
    fields.push({
      name,
      type: type.trim(),
      description: description.trim(),
      required: mark === undefined,
    });
  }
  return checkFields(fields);
}

/** Whether fields can be a contract: names, types, no name twice. */
export function checkFields(fields: readonly Field[]): FieldsReading {
  if (fields.length === 0) return fault("there is no field");
  for (const [index, { name, type }] of fields.entries()) {
    if (!FIELD_NAME.test(name) || name === "__proto__")
      return fault(`"${name}" is no name for a field: letters, digits and _, a letter first`);
    if (fields.findIndex((other) => other.name === name) !== index)
      return fault(`there are two fields "${name}"`);
    const read = parseType(type);
    if (!read.ok) return fault(`the type of "${name}": ${read.reason}`);
  }
  return { ok: true, fields };
}

/** One field a line. */
export function fieldsText(fields: readonly Field[]): string {
  return fields
    .map(({ name, type, description, required }) => {
      const about = description === "" ? "" : ` - ${description}`;
      return `${name}${required ? "" : "?"}: ${type}${about}`;
    })
    .join("\n");
}

/** The properties of a schema as fields: what the notation can't say is left out. */
export function fieldsOf({ properties, required }: JsonSchema): readonly Field[] {
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => ({
    name,
    type: typeText(property),
    description: isObject(property) ? oneLine(property["description"]) : "",
    required: needed.includes(name),
  }));
}

/**
 * The schema that fields stand for; no other properties are allowed.
 * @param known schemas by name, taken in place of what a field's type says
 */
export function schemaOfFields(
  fields: readonly Field[],
  known: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const properties = Object.fromEntries(
    fields.map(({ name, type, description }) => {
      if (Object.hasOwn(known, name)) return [name, known[name] ?? {}];
      const read = parseType(type);
      if (!read.ok) throw new Error(`the fields were not checked: ${read.reason}`);
      return [name, description === "" ? read.schema : { ...read.schema, description }];
    }),
  );
  return closedObject(
    properties,
    fields.filter(({ required }) => required).map(({ name }) => name),
  );
}

/**
 * The schema that edited fields stand for: a property that was not touched keeps all that its
 * schema says.
 */
export function editSchema(schema: JsonSchema, fields: readonly Field[]): JsonSchema {
  const before = new Map(fieldsOf(schema).map((field) => [field.name, field]));
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const known: Record<string, JsonSchema> = {};
  for (const { name, type, description } of fields) {
    const same = before.get(name);
    const property = properties[name];
    if (same?.type === type && same.description === description && isObject(property))
      known[name] = property;
  }
  return schemaOfFields(fields, known);
}

function oneLine(text: unknown): string {
  return typeof text === "string" ? text.trim().replaceAll(/\s+/g, " ") : "";
}

function fault(reason: string): FieldsReading {
  return { ok: false, reason };
}
