import type { JsonSchema } from "../contract/contract.ts";
import { closedObject } from "../contract/infer.ts";
import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * The type of a field as people and models write it: `string`, `integer`, `date`,
 * `low|medium|high`, `string[]`, `date|null`, `{task: string, owner?: string}[]`. What it can't say
 * of a schema (bounds, patterns, lengths) is left out.
 */
export type TypeReading =
  | { readonly ok: true; readonly schema: JsonSchema }
  | { readonly ok: false; readonly reason: string };

const TYPES: Readonly<Record<string, JsonSchema>> = {
  string: { type: "string" },
  integer: { type: "integer" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date" },
  "date-time": { type: "string", format: "date-time" },
  email: { type: "string", format: "email" },
  uri: { type: "string", format: "uri" },
  object: { type: "object" },
  any: {},
};
/** What they are called elsewhere. */
const SYNONYMS: Readonly<Record<string, string>> = {
  text: "string",
  int: "integer",
  float: "number",
  bool: "boolean",
  datetime: "date-time",
  url: "uri",
};

/** The words a type may be, for whoever explains the notation. */
export const TYPE_WORDS: readonly string[] = Object.keys(TYPES);

export function parseType(text: string): TypeReading {
  if (text.length > LONGEST) return { ok: false, reason: `it has more than ${LONGEST} characters` };
  const reader: Reader = { text, at: 0, depth: 0 };
  try {
    const schema = readUnion(reader);
    skipBlanks(reader);
    if (reader.at < text.length)
      throw new TypeFault(`"${text.slice(reader.at)}" behind the type is not understood`);
    return { ok: true, schema };
  } catch (thrown) {
    if (thrown instanceof TypeFault) return { ok: false, reason: thrown.message };
    throw thrown;
  }
}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}

/** Braces within braces, and lists of lists. */
const MAX_DEPTH = 10;
/** Characters of a type. */
const LONGEST = 2000;

class TypeFault extends Error {}

/** One alternative: a word that may be a type or a choice is told apart when all are known. */
type Alternative = { readonly word: string } | { readonly schema: JsonSchema };

function readUnion(reader: Reader): JsonSchema {
  if (++reader.depth > MAX_DEPTH)
    throw new TypeFault(`it is nested more than ${MAX_DEPTH} levels deep`);
  const alternatives = [readAlternative(reader)];
  while (take(reader, "|")) alternatives.push(readAlternative(reader));
  reader.depth--;
  const nullable = alternatives.some((each) => "word" in each && each.word === "null");
  const others = alternatives.filter((each) => !("word" in each && each.word === "null"));
  const words = others.flatMap((each) => ("word" in each ? each.word : []));
  const isOneOf =
    words.length > 1 &&
    words.length === others.length &&
    words.every((word) => typeOf(word) === null);
  if (isOneOf) return { enum: [...new Set(words), ...(nullable ? [null] : [])] };
  const schemas = others.map((each) => ("word" in each ? schemaOfWord(each.word) : each.schema));
  return unionOf(schemas, nullable);
}

function unionOf(schemas: readonly JsonSchema[], nullable: boolean): JsonSchema {
  const [only] = schemas;
  if (only === undefined) throw new TypeFault("a type is missing");
  if (schemas.length > 1) return { anyOf: nullable ? [...schemas, { type: "null" }] : schemas };
  if (!nullable) return only;
  if (Array.isArray(only["enum"])) return { enum: [...(only["enum"] as unknown[]), null] };
  return typeof only["type"] === "string"
    ? { ...only, type: [only["type"], "null"] }
    : { anyOf: [only, { type: "null" }] };
}

function readAlternative(reader: Reader): Alternative {
  skipBlanks(reader);
  const alternative = readPrimary(reader);
  let schema: JsonSchema | null = null;
  for (let depth = 1; take(reader, "["); depth++) {
    if (depth > MAX_DEPTH) throw new TypeFault(`it is nested more than ${MAX_DEPTH} levels deep`);
    if (!take(reader, "]")) throw new TypeFault('a "[" is not followed by "]"');
    const items: JsonSchema =
      schema ?? ("word" in alternative ? schemaOfWord(alternative.word) : alternative.schema);
    schema = { type: "array", items };
  }
  return schema === null ? alternative : { schema };
}

function readPrimary(reader: Reader): Alternative {
  if (take(reader, "(")) {
    const schema = readUnion(reader);
    if (!take(reader, ")")) throw new TypeFault('a "(" is never closed');
    return { schema };
  }
  if (take(reader, "{")) return { schema: readObject(reader) };
  const word =
    /^[^\s|,;:?{}()[\]]+(?: +[^\s|,;:?{}()[\]]+)*/.exec(reader.text.slice(reader.at))?.[0] ?? "";
  if (word === "") throw new TypeFault("a type is missing");
  reader.at += word.length;
  return { word };
}

function readObject(reader: Reader): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  while (!take(reader, "}")) {
    skipBlanks(reader);
    const [head, name = "", mark] =
      /^([A-Za-z_]\w*)(\?)?\s*:/.exec(reader.text.slice(reader.at)) ?? [];
    if (head === undefined)
      throw new TypeFault('within "{ }" fields such as "name: string" are wanted');
    reader.at += head.length;
    if (name === "__proto__" || Object.hasOwn(properties, name))
      throw new TypeFault(`"${name}" can't be a field, or is one already`);
    properties[name] = readUnion(reader);
    if (mark === undefined) required.push(name);
    if (!take(reader, ",") && !take(reader, ";") && !/^\s*\}/.test(reader.text.slice(reader.at)))
      throw new TypeFault('a "{" is never closed, or a comma is missing');
  }
  return closedObject(properties, required);
}

function take(reader: Reader, mark: string): boolean {
  skipBlanks(reader);
  if (reader.text[reader.at] !== mark) return false;
  reader.at++;
  return true;
}

function skipBlanks(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? "")) reader.at++;
}

function typeOf(word: string): JsonSchema | null {
  const name = SYNONYMS[word.toLowerCase()] ?? word.toLowerCase();
  return Object.hasOwn(TYPES, name) ? (TYPES[name] ?? null) : null;
}

function schemaOfWord(word: string): JsonSchema {
  const schema = typeOf(word);
  if (schema !== null) return schema;
  throw new TypeFault(
    `"${word}" is not one of ${TYPE_WORDS.join(", ")}, nor a choice such as ` +
      `low|high.${didYouMean(word, TYPE_WORDS)}`,
  );
}

/** A schema in the notation, as far as it can be said there. */
export function typeText(schema: unknown): string {
  if (!isObject(schema)) return "any";
  const { anyOf, oneOf, enum: listed, type } = schema;
  const branches = [anyOf ?? oneOf ?? []].flat().filter(isObject);
  const constants =
    "const" in schema ? [schema["const"]] : branches.map((branch) => branch["const"] ?? null);
  const values: unknown[] = Array.isArray(listed) ? listed : constants;
  if (Array.isArray(listed) || "const" in schema || branches.some((branch) => "const" in branch))
    return choiceText(values);
  if (branches.length > 0) return branches.map(typeText).join("|");
  if (Array.isArray(type))
    return type.map((each: unknown) => typeText({ ...schema, type: each })).join("|");
  if (type === "null") return "null";
  if (type === "array") {
    const items = typeText(schema["items"]);
    return items.includes("|") ? `(${items})[]` : `${items}[]`;
  }
  if (type === "object" && isObject(schema["properties"]))
    return objectText(schema, schema["properties"]);
  const known = Object.entries(TYPES).find(
    ([, each]) => each["type"] === type && each["format"] === schema["format"],
  )?.[0];
  return known ?? (typeof type === "string" && Object.hasOwn(TYPES, type) ? type : "any");
}

/** One word alone would be taken for a type. */
function choiceText(values: readonly unknown[]): string {
  const words = values.map(String);
  const sayable = words.every((word) => /^[^\s|,;:?{}()[\]]+(?: [^\s|,;:?{}()[\]]+)*$/.test(word));
  const choices = values.filter((value) => value !== null);
  if (sayable && choices.length > 1 && choices.every(isChoice)) return words.join("|");
  const type =
    choices.every((value) => typeof value === "number") && choices.length > 0 ? "number" : "string";
  return values.includes(null) ? `${type}|null` : type;
}

function isChoice(value: unknown): boolean {
  return typeof value === "string" && typeOf(value) === null && value !== "null";
}

/** With a name that the notation has no place for, it is any object. */
function objectText(
  { required }: Record<string, unknown>,
  properties: Record<string, unknown>,
): string {
  if (Object.keys(properties).some((name) => !/^[A-Za-z_]\w*$/.test(name))) return "object";
  const needed: unknown[] = Array.isArray(required) ? required : [];
  const members = Object.entries(properties).map(
    ([name, property]) => `${name}${needed.includes(name) ? "" : "?"}: ${typeText(property)}`,
  );
  return `{${members.join(", ")}}`;
}
