import { isObject, writeJson } from "../core/json.ts";

/** How deep a schema is spelt out; what lies deeper, and recursion, is `unknown`. */
const MAX_DEPTH = 12;

/** A JSON Schema as a TypeScript type: never narrower than the schema allows. */
export function schemaToTypeScript(root: unknown): string {
  return typeOf(root, { root, depth: 0, trail: [] });
}

interface Place {
  readonly root: unknown;
  readonly depth: number;
  /** References being followed. */
  readonly trail: readonly string[];
}

function typeOf(schema: unknown, place: Place): string {
  if (!isObject(schema) || place.depth > MAX_DEPTH) return schema === false ? "never" : "unknown";
  if (typeof schema["$ref"] === "string") return referenced(schema["$ref"], place);
  if ("const" in schema) return literal(schema["const"]);
  if (Array.isArray(schema["enum"])) return union(schema["enum"].map(literal));
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return union(choices.map((choice) => typeOf(choice, deeper(place))));
  const types =
    schema["type"] === undefined
      ? isObject(schema["properties"])
        ? ["object"]
        : []
      : [schema["type"]].flat();
  if (types.length === 0) return "unknown";
  return union(types.map((type) => single(type, schema, place)));
}

function single(type: unknown, schema: Record<string, unknown>, place: Place): string {
  if (type === "string" || type === "boolean" || type === "null") return type;
  if (type === "integer" || type === "number") return "number";
  if (type === "array") return `Array<${typeOf(schema["items"] ?? true, deeper(place))}>`;
  return type === "object" ? objectType(schema, place) : "unknown";
}

function objectType(schema: Record<string, unknown>, place: Place): string {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const indent = "  ".repeat(place.depth + 1);
  const lines = Object.entries(properties).map(([key, property]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    const description =
      isObject(property) && typeof property["description"] === "string"
        ? `${indent}/** ${property["description"].replaceAll("*/", "*\\/")} */\n`
        : "";
    return (
      `${description}${indent}${name}${required.includes(key) ? "" : "?"}: ` +
      `${typeOf(property, deeper(place))};`
    );
  });
  if (schema["additionalProperties"] !== false) lines.push(`${indent}[key: string]: unknown;`);
  return lines.length === 0
    ? "Record<string, never>"
    : `{\n${lines.join("\n")}\n${"  ".repeat(place.depth)}}`;
}

function referenced(ref: string, place: Place): string {
  if (!ref.startsWith("#/") || place.trail.includes(ref)) return "unknown";
  let value: unknown = place.root;
  for (const part of ref.slice(2).split("/"))
    value = isObject(value) ? value[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  return value === undefined
    ? "unknown"
    : typeOf(value, { ...place, trail: [...place.trail, ref] });
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function literal(value: unknown): string {
  return value !== null && typeof value === "object" ? "unknown" : writeJson(value);
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(" | ") || "never";
}
