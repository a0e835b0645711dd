import type { JsonSchema } from "../../contract/contract.ts";
import { isObject, writeJson } from "../../core/json.ts";

/** How long the properties of an object get before the rest is counted. */
const MOST_COLUMNS = 44;
const MOST_VALUES = 3;

/**
 * A schema in a few words, for the edge of a diagram: `{summary: string, points: string[], +2}`.
 * What lies deeper is `{…}`.
 */
export function typeInWords(schema: JsonSchema): string {
  return typeOf(schema, { root: schema, inside: false, references: 0 });
}

interface Place {
  readonly root: JsonSchema;
  /** Below the properties of the outer object. */
  readonly inside: boolean;
  /** Followed so far, as they may lead in a circle. */
  readonly references: number;
}

function typeOf(schema: unknown, place: Place): string {
  if (schema === false) return "never";
  if (!isObject(schema)) return "any";
  const { $ref: reference, enum: values, anyOf, oneOf, type } = schema;
  if (typeof reference === "string") return referenced(reference, place);
  if ("const" in schema) return writeJson(schema["const"]);
  if (Array.isArray(values)) return union(values.map((value) => writeJson(value)));
  const branches = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(branches)) return union(branches.map((branch) => typeOf(branch, place)));
  if (Array.isArray(type)) return union(type.map((one) => ofType(schema, one, place)));
  return ofType(schema, type, place);
}

function ofType(schema: JsonSchema, type: unknown, place: Place): string {
  if (type === "object" || (type === undefined && isObject(schema["properties"])))
    return objectOf(schema, place);
  if (type === "array") {
    const item = typeOf(schema["items"] ?? true, { ...place, inside: true });
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  return typeof type === "string" ? type : "any";
}

function objectOf(schema: JsonSchema, place: Place): string {
  const properties = Object.entries(isObject(schema["properties"]) ? schema["properties"] : {});
  if (properties.length === 0) return "object";
  if (place.inside) return "{…}";
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const shown: string[] = [];
  let columns = 0;
  for (const [name, property] of properties) {
    const text =
      `${name}${required.includes(name) ? "" : "?"}: ` +
      typeOf(property, { ...place, inside: true });
    columns += text.length + 2;
    if (shown.length > 0 && columns > MOST_COLUMNS) break;
    shown.push(text);
  }
  const more = properties.length - shown.length;
  return `{${[...shown, ...(more > 0 ? [`+${more}`] : [])].join(", ")}}`;
}

function referenced(reference: string, place: Place): string {
  if (place.references > 8) return "any";
  let at: unknown = place.root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return reference.startsWith("#")
    ? typeOf(at, { ...place, references: place.references + 1 })
    : "any";
}

function union(types: readonly string[]): string {
  const all = [...new Set(types)];
  return (
    [...all.slice(0, MOST_VALUES), ...(all.length > MOST_VALUES ? ["…"] : [])].join(" | ") ||
    "never"
  );
}
