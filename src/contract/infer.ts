import { isObject, jsonType } from "../core/json.ts";
import type { JsonSchema } from "./contract.ts";
import { formatCheck } from "./formats.ts";

/** Formats that a string is tried for, the narrowest first; others are met by ordinary words. */
const TRIED = ["date", "date-time", "email", "uuid", "uri"];

/**
 * A schema that every example meets and that says no more than they show: properties that all have
 * are required, no others are allowed, and a string has a format where all strings in its place
 * have it.
 *
 * @example
 * inferSchema([{ n: 1 }, { n: 2.5, note: null }])
 * // { type: "object", properties: { n: { type: "number" }, note: { type: ["string", "null"] } },
 * //   required: ["n"], additionalProperties: false }
 */
export function inferSchema(examples: readonly unknown[]): JsonSchema {
  const kinds = new Set(examples.map(jsonType));
  const nullable = kinds.delete("null");
  const branches = [...kinds].map((kind) => {
    const values = examples.filter((value) => jsonType(value) === kind);
    if (kind === "object") return objectSchema(values.filter(isObject));
    if (kind === "array") return arraySchema(values.filter((value) => Array.isArray(value)));
    if (kind === "string") return stringSchema(values.map(String));
    return { type: kind === "number" && values.every(isWhole) ? "integer" : kind };
  });
  const [only, ...others] = branches;
  if (only === undefined) return nullable ? { type: ["string", "null"] } : {};
  if (others.length === 0) return nullable ? { ...only, type: [only["type"], "null"] } : only;
  const types = branches.map((branch) => branch["type"]);
  // What has a type and nothing else can share one list of types.
  if (branches.every((branch) => Object.keys(branch).length === 1))
    return { type: nullable ? [...types, "null"] : types };
  return { anyOf: nullable ? [...branches, { type: "null" }] : branches };
}

function isWhole(value: unknown): boolean {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** An object that has these properties and no others. */
export function closedObject(properties: JsonSchema, required: readonly string[]): JsonSchema {
  return {
    type: "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function objectSchema(values: readonly Record<string, unknown>[]): JsonSchema {
  const names = [...new Set(values.flatMap((value) => Object.keys(value)))];
  const properties = Object.fromEntries(
    names.map((name) => [
      name,
      inferSchema(values.filter((value) => Object.hasOwn(value, name)).map((value) => value[name])),
    ]),
  );
  return closedObject(
    properties,
    names.filter((name) => values.every((value) => Object.hasOwn(value, name))),
  );
}

/** Of lists that are all empty nothing is known. */
function arraySchema(values: readonly (readonly unknown[])[]): JsonSchema {
  const items = values.flat();
  return items.length === 0 ? { type: "array" } : { type: "array", items: inferSchema(items) };
}

function stringSchema(values: readonly string[]): JsonSchema {
  const format = TRIED.find((name) => values.every((value) => formatCheck(name)?.(value) === true));
  return format === undefined ? { type: "string" } : { type: "string", format };
}
