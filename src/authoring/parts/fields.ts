import { isSameJson } from "../../contract/values.ts";
import { compileContract } from "../../contract/compile.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import {
  checkFields,
  editSchema,
  type Field,
  fieldsOf,
  fieldsText,
  parseFields,
  schemaOfFields,
} from "../../program/fields.ts";
import { renderValue } from "../../program/template.ts";
import { type Accepted, accepted, type FieldList, type Part, refused } from "../draft.ts";
import { namedFields } from "../named-fields.ts";
import { templateProgram } from "../template-program.ts";
import type { ProgramTemplate } from "../templates.ts";

export const inputs = fieldsPart("inputs", "Input fields");
export const outputs = fieldsPart("outputs", "Output fields");

function fieldsPart<Name extends "inputs" | "outputs">(name: Name, title: string): Part<Name> {
  function fallback(_: unknown, template: ProgramTemplate, purpose: string): FieldList {
    const named = name === "outputs" && template.name === "extract" ? namedFields(purpose) : null;
    if (named !== null) return fieldList(named);
    const program = templateProgram(template);
    return fieldList((name === "inputs" ? program.input : program.output).schema);
  }
  return {
    name,
    title,
    accept,
    fallback,
    texts: [
      {
        label: `${title}, one a line: name?: type - description`,
        multiline: true,
        text: ({ fields }: FieldList) => fieldsText(fields),
        put: edited,
      },
    ],
  };
}

export function fieldList(schema: FieldList["schema"]): FieldList {
  return { fields: fieldsOf(schema), schema };
}

function edited({ schema }: FieldList, text: string): JsonObject {
  const read = parseFields(text);
  if (!read.ok) return { reason: read.reason };
  return fieldList(editSchema(schema, read.fields)) as unknown as JsonObject;
}

/** A schema that says no less than the fields is taken as it is, whatever its names. */
function accept({ fields, schema, reason }: JsonObject): Accepted<FieldList> {
  if (typeof reason === "string") return refused(reason);
  if (isObject(schema) && isSameJson(fieldsOf(schema), fields) && compileContract(schema).ok)
    return accepted(fieldList(schema));
  const list = Array.isArray(fields) ? fields.map(fieldFrom) : [];
  const checked = checkFields(list);
  if (!checked.ok) return checked;
  const made = schemaOfFields(list);
  const compiled = compileContract(made);
  return compiled.ok ? accepted(fieldList(made)) : refused(compiled.faults[0].reason);
}

/** As a model or a session has it. Spelling is mended where it is clear what is meant. */
function fieldFrom(given: Json): Field {
  const { name = "", type = "", description = "", required = true } = isObject(given) ? given : {};
  return {
    name: renderValue(name)
      .trim()
      .replaceAll(/[\s-]+/g, "_"),
    type: renderValue(type).trim(),
    description: renderValue(description).trim().replaceAll(/\s+/g, " "),
    required: required !== false,
  };
}
