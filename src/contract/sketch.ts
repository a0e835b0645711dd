import type { JsonSchema } from "./contract.ts";
import { isObject, writeJson } from "../core/json.ts";

/**
 * A schema as a short readable sketch for a prompt: the types in the notation of TypeScript,
 * constraints and descriptions as comments. Properties without a `?` are required. A definition
 * that is used more than once, or by itself, is named below.
 *
 * Names are what the model should write: where `x-alias` or `x-aliases` give a name for the model,
 * that one is shown.
 *
 * @example
 * sketchSchema({
 *   type: "object",
 *   properties: { n: { type: "integer", minimum: 1, description: "How many" } },
 *   required: ["n"],
 * })
 * // {
 * //   n: integer // How many; at least 1
 * // }
 */
export function sketchSchema(schema: JsonSchema): string {
  const sketch: Sketch = { root: schema, named: new Map(), uses: new Map(), bodies: [], depth: 0 };
  countUses(sketch, schema, 0);
  const body = typeText(sketch, schema, "");
  const definitions: string[] = [];
  // A body may name further definitions while it is written.
  for (let at = 0; at < sketch.bodies.length; at++) {
    const entry = sketch.bodies[at];
    if (entry)
      definitions.push(
        `${entry.name} = ${typeText(sketch, entry.schema, "", true)}${remark(entry.schema)}`,
      );
  }
  return definitions.length === 0 ? body : `${body}\nwhere\n${definitions.join("\n")}`;
}

interface Sketch {
  readonly root: JsonSchema;
  /** Reference to name, for the definitions that get one. */
  readonly named: Map<string, string>;
  readonly uses: Map<string, number>;
  readonly bodies: { readonly name: string; readonly schema: unknown }[];
  depth: number;
}

/** Deeper than this the sketch says `any`: nobody reads on, and the recursion stays bounded. */
const MAX_DEPTH = 24;

function countUses(sketch: Sketch, schema: unknown, depth: number): void {
  if (depth > 200) return;
  if (Array.isArray(schema)) for (const one of schema) countUses(sketch, one, depth + 1);
  if (!isObject(schema)) return;
  const reference = schema["$ref"];
  if (typeof reference === "string")
    sketch.uses.set(reference, (sketch.uses.get(reference) ?? 0) + 1);
  for (const value of Object.values(schema)) countUses(sketch, value, depth + 1);
}

function typeText(sketch: Sketch, schema: unknown, indent: string, isBody = false): string {
  if (schema === false) return "never";
  if (!isObject(schema)) return "any";
  if (sketch.depth >= MAX_DEPTH) return "any";
  sketch.depth++;
  const text = typeOf(sketch, schema, indent, isBody);
  sketch.depth--;
  return text;
}

function typeOf(sketch: Sketch, schema: JsonSchema, indent: string, isBody: boolean): string {
  const reference = schema["$ref"];
  if (typeof reference === "string") return referenceText(sketch, reference, indent, isBody);
  if ("const" in schema) return valueText(schema, schema["const"]);
  const { enum: values, anyOf, oneOf, allOf, type } = schema;
  if (Array.isArray(values)) return values.map((value) => valueText(schema, value)).join(" | ");
  const branches = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(branches))
    return unionText(branches.map((branch) => typeText(sketch, branch, indent)));
  if (Array.isArray(allOf)) return allOfText(sketch, schema, allOf, indent);
  if (Array.isArray(type))
    return unionText(type.map((one) => ofType(sketch, schema, String(one), indent)));
  if (typeof type === "string") return ofType(sketch, schema, type, indent);
  if (schema["properties"] !== undefined) return objectText(sketch, schema, indent);
  return schema["items"] === undefined ? "any" : arrayText(sketch, schema, indent);
}

function referenceText(sketch: Sketch, reference: string, indent: string, isBody: boolean): string {
  const known = sketch.named.get(reference);
  if (known !== undefined) return known;
  const target = lookUp(sketch.root, reference);
  if ((sketch.uses.get(reference) ?? 0) < 2 && !isBody && target !== sketch.root)
    return typeText(sketch, target, indent);
  const name = freeName(sketch, reference);
  sketch.named.set(reference, name);
  sketch.bodies.push({ name, schema: target });
  return name;
}

function freeName(sketch: Sketch, reference: string): string {
  const last = reference.split("/").at(-1)?.replace(/\W+/g, "") ?? "";
  const name = last === "" ? "Answer" : last;
  const taken = new Set(sketch.named.values());
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}${count}`;
  return free;
}

function lookUp(root: JsonSchema, reference: string): unknown {
  if (reference === "#") return root;
  let at: unknown = root;
  for (const part of reference.replace(/^#\//, "").split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isObject(at) ? at[key] : undefined;
  }
  return at;
}

function valueText(schema: JsonSchema, value: unknown): string {
  const aliases = schema["x-aliases"];
  const alias = isObject(aliases) && typeof value === "string" ? aliases[value] : undefined;
  const own = "const" in schema ? schema["x-alias"] : undefined;
  return writeJson(first(alias) ?? first(own) ?? value);
}

function first(alias: unknown): string | undefined {
  const one: unknown = Array.isArray(alias) ? alias[0] : alias;
  return typeof one === "string" ? one : undefined;
}

function unionText(parts: readonly string[]): string {
  return [...new Set(parts)].join(" | ");
}

/** The parts of an `allOf` as one object where they are objects, joined by `&` where not. */
function allOfText(
  sketch: Sketch,
  schema: JsonSchema,
  parts: readonly unknown[],
  indent: string,
): string {
  const { allOf: _, ...beside } = schema;
  const all = Object.keys(beside).some((key) => key === "properties" || key === "type")
    ? [beside, ...parts]
    : parts;
  return (
    [...new Set(all.map((part) => typeText(sketch, part, indent)))]
      .filter((text) => text !== "any")
      .join(" & ") || "any"
  );
}

function ofType(sketch: Sketch, schema: JsonSchema, type: string, indent: string): string {
  if (type === "object") return objectText(sketch, schema, indent);
  return type === "array" ? arrayText(sketch, schema, indent) : type;
}

function objectText(sketch: Sketch, schema: JsonSchema, indent: string): string {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const key = keyText((isObject(property) ? first(property["x-alias"]) : undefined) ?? name);
    const mark = required.includes(name) ? "" : "?";
    return `${inner}${key}${mark}: ${typeText(sketch, property, inner)}${remark(property)}`;
  });
  for (const name of required) {
    if (typeof name === "string" && !Object.hasOwn(properties, name))
      lines.push(`${inner}${keyText(name)}: any`);
  }
  const more = schema["additionalProperties"];
  if (isObject(more)) lines.push(`${inner}[key]: ${typeText(sketch, more, inner)}${remark(more)}`);
  if (lines.length === 0) return more === false ? "{}" : "object";
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function keyText(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name);
}

function arrayText(sketch: Sketch, schema: JsonSchema, indent: string): string {
  const prefix = schema["prefixItems"];
  if (Array.isArray(prefix))
    return `[${prefix.map((item) => typeText(sketch, item, indent)).join(", ")}]`;
  const item = typeText(sketch, schema["items"] ?? {}, indent);
  return / [|&] /.test(item.replace(/\{[\s\S]*\}/, "")) ? `(${item})[]` : `${item}[]`;
}

/** What the type does not say: the description, then the limits. */
function remark(schema: unknown): string {
  if (!isObject(schema)) return "";
  const parts: string[] = [];
  if (typeof schema["description"] === "string")
    parts.push(schema["description"].trim().replace(/\s+/g, " "));
  parts.push(...limits(schema));
  const { items } = schema;
  if (isObject(items)) {
    if (typeof items["description"] === "string")
      parts.push(`each: ${items["description"].trim().replace(/\s+/g, " ")}`);
    parts.push(...limits(items).map((limit) => `each ${limit}`));
  }
  return parts.length === 0 ? "" : ` // ${parts.join("; ")}`;
}

const LIMITS: readonly (readonly [string, (value: unknown) => string])[] = [
  ["format", (value) => `format ${String(value)}`],
  ["contentMediaType", (value) => String(value)],
  ["pattern", (value) => `matches /${String(value)}/`],
  ["minimum", (value) => `at least ${String(value)}`],
  ["exclusiveMinimum", (value) => `over ${String(value)}`],
  ["maximum", (value) => `at most ${String(value)}`],
  ["exclusiveMaximum", (value) => `under ${String(value)}`],
  ["multipleOf", (value) => `a multiple of ${String(value)}`],
  ["minLength", (value) => (value === 1 ? "not empty" : `at least ${String(value)} characters`)],
  ["maxLength", (value) => `at most ${String(value)} characters`],
  ["minItems", (value) => `at least ${String(value)} item${value === 1 ? "" : "s"}`],
  ["maxItems", (value) => `at most ${String(value)} item${value === 1 ? "" : "s"}`],
  ["uniqueItems", (value) => (value === true ? "no repeats" : "")],
  ["default", (value) => `default ${writeJson(value)}`],
];

function limits(schema: JsonSchema): string[] {
  const said = LIMITS.flatMap(([keyword, say]) =>
    keyword in schema ? [say(schema[keyword])] : [],
  );
  const descriptions = schema["x-descriptions"];
  if (isObject(descriptions)) {
    for (const [value, text] of Object.entries(descriptions))
      said.push(`${valueText(schema, value)}: ${String(text)}`);
  }
  return said.filter((text) => text !== "");
}
