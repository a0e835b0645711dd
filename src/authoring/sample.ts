import { isObject, type Json } from "../core/json.ts";

const SENTENCE =
  "The heating in our office has failed twice this week; please send somebody by 31 May 2026.";
const FORMATS: Readonly<Record<string, string>> = {
  date: "2026-05-31",
  "date-time": "2026-05-31T09:30:00Z",
  time: "09:30:00Z",
  email: "ann@example.com",
  uri: "https://example.com/",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
};
/** Schemas within schemas; what lies deeper is left empty. */
const MAX_DEPTH = 8;

/** Items of a list, and characters of a text, that are made at most. */
const MOST = 100;
const LONGEST = 10_000;

/**
 * A value that a simple schema takes: to try a program with where nobody thought of one. Whoever
 * uses it checks it.
 */
export function sampleOf(schema: unknown, depth = 0): Json {
  if (!isObject(schema) || depth > MAX_DEPTH) return null;
  const { const: constant, enum: listed, anyOf, oneOf, default: usual, examples } = schema;
  const given: unknown = usual ?? constant ?? [examples ?? listed].flat()[0];
  if (given !== undefined) return given as Json;
  const branches = anyOf ?? oneOf;
  if (Array.isArray(branches)) return sampleOf(branches[0], depth + 1);
  const [type]: unknown[] = [schema["type"] ?? "string"].flat();
  return sampleOfType(typeof type === "string" ? type : "string", schema, depth);
}

function sampleOfType(type: string, schema: Record<string, unknown>, depth: number): Json {
  switch (type) {
    case "object":
      return objectSample(schema, depth);
    case "array": {
      const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 1;
      return Array.from({ length: Math.min(MOST, Math.max(1, least)) }, () =>
        sampleOf(schema["items"] ?? {}, depth + 1),
      );
    }
    case "integer":
    case "number":
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return stringSample(schema);
  }
}

function objectSample({ properties, required }: Record<string, unknown>, depth: number): Json {
  const needed: unknown[] = Array.isArray(required) ? required : [];
  const entries = Object.entries(isObject(properties) ? properties : {});
  const kept = needed.length > 0 ? entries.filter(([name]) => needed.includes(name)) : entries;
  return Object.fromEntries(kept.map(([name, property]) => [name, sampleOf(property, depth + 1)]));
}

function stringSample({ format, minLength, maxLength }: Record<string, unknown>): string {
  const text = FORMATS[String(format)] ?? SENTENCE;
  const long =
    typeof minLength === "number"
      ? text.padEnd(Math.min(minLength, LONGEST), ` ${SENTENCE}`)
      : text;
  return typeof maxLength === "number" ? long.slice(0, maxLength) : long;
}
