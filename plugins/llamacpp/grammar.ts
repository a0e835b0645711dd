import {
  integerBetween,
  literal,
  otherThan,
  PLAIN,
  SHARED,
  type SharedRule,
} from "./grammar-terminals.ts";
import { writeJson } from "./sdk/stdio.ts";
import { constraintsOf, isSchema, merge, same, type Schema, typesOf } from "./schema-merge.ts";

/** A grammar that lets a model write nothing but what a schema allows, as far as a grammar can. */
export interface SchemaGrammar {
  /** GBNF with the rule `root`. */
  readonly text: string;
  /** What the schema wants and the grammar does not hold the answer to: `pattern at $.code`. */
  readonly weakened: readonly string[];
}

/**
 * llama.cpp refuses a grammar that repeats something 2,000 times; a list's entries count several
 * times.
 */
const MOST = { characters: 1999, items: 400 };
/** Rules of one grammar; beyond that it would take longer to read than to answer. */
const MOST_RULES = 5000;
/** Keywords that this reads, or that say nothing where they stand alone. */
const READ = new Set(
  (
    "type enum const $ref anyOf oneOf allOf properties required additionalProperties minProperties maxProperties items prefixItems " +
    "minItems maxItems minLength maxLength format minimum maximum exclusiveMinimum exclusiveMaximum contentMediaType contentEncoding"
  ).split(" "),
);
const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"];
const FORMATS = new Set(["date", "time", "date-time", "uuid"]);
/** Where there is no `type`: the keywords that only mean something for one. */
const IMPLIED: readonly [string, string][] = [
  ["properties", "object"],
  ["required", "object"],
  ["additionalProperties", "object"],
  ["items", "array"],
  ["prefixItems", "array"],
  ["minItems", "array"],
  ["maxItems", "array"],
  ["minLength", "string"],
  ["maxLength", "string"],
  ["pattern", "string"],
  ["format", "string"],
  ["minimum", "number"],
  ["maximum", "number"],
  ["multipleOf", "number"],
];

/**
 * A property that is not required may be left out; names that the schema doesn't know are written
 * only where it says `additionalProperties`, or knows none. All that is narrower than the schema,
 * and never wrong.
 * @throws {RangeError} when the schema is too large
 */
export function grammarOf(schema: Schema): SchemaGrammar {
  const writer = new Writer(schema);
  const root = writer.rule(schema, "$");
  return { text: writer.text(root), weakened: [...writer.weakened] };
}

class Writer {
  readonly weakened = new Set<string>();
  readonly #root: Schema;
  readonly #rules = new Map<string, string>();
  /** Rules by what they say, so that no two say the same. */
  readonly #names = new Map<string, string>();
  readonly #references = new Map<string, string>();
  readonly #shared = new Set<SharedRule>();
  #count = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  text(root: string): string {
    const shared = new Set<string>(this.#shared);
    // The set grows while it is walked: a rule names others.
    for (const name of shared) {
      for (const [word] of (SHARED as Readonly<Record<string, string>>)[name]
        ?.replaceAll(/"(?:\\.|[^"\\])*"|\[[^\]]*\]/g, "")
        .matchAll(/[a-z-]+/g) ?? [])
        if (word in SHARED) shared.add(word);
    }
    const rules = [
      ["root", root],
      ...this.#rules,
      ...[...shared].map((name) => [name, SHARED[name as SharedRule]]),
    ];
    return `${rules.map(([name, body]) => `${name} ::= ${body}`).join("\n")}\n`;
  }

  /** The name of a rule for the values of a schema. */
  rule(schema: unknown, path: string): string {
    if (!isSchema(schema)) {
      if (schema === false) this.#lose("false", path);
      return this.#share("value");
    }
    const constraints = constraintsOf(schema);
    for (const key of Object.keys(constraints)) if (!READ.has(key)) this.#lose(key, path);
    const { $ref: reference, allOf, anyOf, oneOf, ...plain } = constraints;
    const lose = (keyword: string): void => this.#lose(keyword, path);
    if (typeof reference === "string")
      return this.#refer(reference, without(constraints, "$ref"), path);
    if (Array.isArray(allOf))
      return this.rule(this.#mergeAll(without(constraints, "allOf"), allOf, path), path);
    const branches = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;
    if (branches === null) return this.#add(this.#plain(plain, path));
    if (Array.isArray(anyOf) && Array.isArray(oneOf)) lose("oneOf");
    else if (Array.isArray(oneOf) && !this.#disjoint(oneOf)) lose("oneOf");
    const names = branches
      .filter((branch) => branch !== false)
      .map((branch: unknown) => {
        if (Object.keys(plain).length === 0) return this.rule(branch, path);
        return this.rule(merge(plain, this.#resolve(branch), lose), path);
      });
    return this.#add([...new Set(names)].join(" | "));
  }

  #plain(schema: Schema, path: string): string {
    if (schema["const"] !== undefined) return literal(writeJson(schema["const"]));
    const allowed = typesOf(schema["type"]);
    const { enum: values } = schema;
    if (Array.isArray(values)) {
      const fitting = values.filter(
        (value) => allowed.length === 0 || allowed.some((type) => isOf(type, value)),
      );
      if (fitting.length > 0) return fitting.map((value) => literal(writeJson(value))).join(" | ");
      this.#lose("enum", path);
    }
    const implied = IMPLIED.filter(([key]) => schema[key] !== undefined).map(([, type]) => type);
    const types = [...new Set(allowed.length > 0 ? allowed : implied)].filter((type) =>
      TYPES.includes(type),
    );
    if (types.length === 0) return this.#share("value");
    // A number may be a whole one.
    const wanted = types.includes("number") ? types.filter((type) => type !== "integer") : types;
    return wanted
      .map((type) =>
        wanted.length === 1
          ? this.#typed(type, schema, path)
          : this.#add(this.#typed(type, schema, path)),
      )
      .join(" | ");
  }

  #typed(type: string, schema: Schema, path: string): string {
    switch (type) {
      case "object":
        return this.#object(schema, path);
      case "array":
        return this.#array(schema, path);
      case "string":
        return this.#string(schema, path);
      case "integer":
      case "number":
        return this.#number(schema, path, type);
      default:
        return this.#share(type === "boolean" ? "boolean" : "null");
    }
  }

  #string(schema: Schema, path: string): string {
    const least = count(schema["minLength"]) ?? 0;
    const most = count(schema["maxLength"]);
    const { format } = schema;
    if (typeof format === "string" && FORMATS.has(format)) {
      if (least > 0 || most !== null) this.#lose("length", path);
      return this.#share(`format-${format}` as SharedRule);
    }
    if (format !== undefined) this.#lose("format", path);
    if (least === 0 && most === null) return this.#share("string");
    if (least > MOST.characters) this.#lose("minLength", path);
    if (most !== null && most > MOST.characters) this.#lose("maxLength", path);
    const bound = most === null || most > MOST.characters ? "" : String(most);
    return `"\\"" ${this.#share("char")}{${Math.min(least, MOST.characters)},${bound}} "\\""`;
  }

  #number(schema: Schema, path: string, type: string): string {
    const [low, high] = [boundOf(schema, "minimum"), boundOf(schema, "maximum")];
    for (const key of BOUNDS) if (isBeyond(schema[key])) this.#lose(key, path);
    if (type === "integer") {
      if (low.value === null && high.value === null) return this.#share("integer");
      const least =
        low.value === null ? -Infinity : low.exclusive ? Math.floor(low.value) + 1 : low.value;
      const most =
        high.value === null ? Infinity : high.exclusive ? Math.ceil(high.value) - 1 : high.value;
      const between = integerBetween(least, most);
      if (between !== null) return between;
      this.#lose("minimum", path);
      return this.#share("integer");
    }
    const positive = low.value !== null && low.value >= 0;
    if (low.value !== null && (low.value !== 0 || low.exclusive)) this.#lose("minimum", path);
    if (high.value !== null) this.#lose("maximum", path);
    return this.#share(positive ? "positive" : "number");
  }

  #array(schema: Schema, path: string): string {
    const given: unknown = schema["prefixItems"];
    const most = count(schema["maxItems"]) ?? Infinity;
    const prefix = (Array.isArray(given) ? (given as unknown[]) : []).slice(0, most);
    const first = prefix.map((each, index) => this.rule(each, `${path}[${index}]`));
    const open =
      schema["items"] !== false && (prefix.length === 0 || schema["items"] !== undefined);
    const least = Math.max(0, (count(schema["minItems"]) ?? 0) - prefix.length);
    if (!open && least > 0) this.#lose("minItems", path);
    const capped = Math.min(least, MOST.items);
    if (least > MOST.items) this.#lose("minItems", path);
    const bounded = most - prefix.length <= MOST.items;
    if (!bounded && most !== Infinity) this.#lose("maxItems", path);
    const rest = bounded ? most - prefix.length : Infinity;
    const ws = this.#share("ws");
    if (!open || rest <= 0) return `"[" ${ws} ${first.join(` "," ${ws} `)} ${ws} "]"`;
    const item = this.rule(schema["items"] ?? true, `${path}[]`);
    if (first.length > 0) {
      const more = `("," ${ws} ${item}){${capped},${bounded ? rest : ""}}`;
      return `"[" ${ws} ${first.join(` "," ${ws} `)} ${more} ${ws} "]"`;
    }
    const more = `("," ${ws} ${item}){${Math.max(0, capped - 1)},${bounded ? rest - 1 : ""}}`;
    const all = capped > 0 ? `${item} ${more}` : `(${item} ${more})?`;
    return `"[" ${ws} ${all} ${ws} "]"`;
  }

  #object(schema: Schema, path: string): string {
    const { properties: given, additionalProperties: additional } = schema;
    const required = Array.isArray(schema["required"])
      ? (schema["required"] as unknown[]).filter((name) => typeof name === "string")
      : [];
    const properties: Record<string, unknown> = isSchema(given) ? { ...given } : {};
    for (const name of required)
      if (!Object.hasOwn(properties, name)) properties[name] = additional ?? true;
    const names = Object.keys(properties).filter((name) => properties[name] !== false);
    const [least, most] = [count(schema["minProperties"]) ?? 0, count(schema["maxProperties"])];
    if (names.length === 0 && !isSchema(given)) return this.#map(additional, { least, most }, path);
    const open = additional !== undefined && additional !== false;
    if (least > required.length) this.#lose("minProperties", path);
    if (most !== null && (open || most < names.length)) this.#lose("maxProperties", path);
    const ws = this.#share("ws");
    const members = names.map((name) => ({
      text: `${literal(JSON.stringify(name))} ":" ${ws} ${this.rule(properties[name], `${path}.${name}`)}`,
      required: required.includes(name),
    }));
    const other = open
      ? this.#add(
          `"\\"" (${otherThan(Object.keys(properties))}) "\\":" ${ws} ${this.rule(additional, `${path}.*`)}`,
        )
      : null;
    if (open) this.#rules.set("plain", PLAIN);
    return `"{" ${ws} ${this.#members(members, other)} ${ws} "}"`;
  }

  /**
   * In the schema's order, each of them or not; from the last one on, for what may follow decides
   * where commas stand.
   */
  #members(
    members: readonly { readonly text: string; readonly required: boolean }[],
    other: string | null,
  ): string {
    const ws = this.#share("ws");
    // What may stand where nothing was written yet, and where something was.
    let fresh = other === null ? `""` : `(${other} ("," ${ws} ${other})*)?`;
    let after = other === null ? `""` : `("," ${ws} ${other})*`;
    for (const { text, required } of members.toReversed()) {
      const follows = this.#add(after);
      const [first, then] = [`${text} ${follows}`, `"," ${ws} ${text} ${follows}`];
      fresh = required ? first : `${first} | ${this.#add(fresh)}`;
      after = required ? then : `${then} | ${follows}`;
    }
    return this.#add(fresh);
  }

  #map(
    additional: unknown,
    { least, most }: { least: number; most: number | null },
    path: string,
  ): string {
    const ws = this.#share("ws");
    if (additional === false) return `"{" ${ws} "}"`;
    if (most !== null && most > MOST.items) this.#lose("maxProperties", path);
    if (least > MOST.items) this.#lose("minProperties", path);
    const pair = this.#add(
      `${this.#share("string")} ":" ${ws} ${this.rule(additional ?? true, `${path}.*`)}`,
    );
    if (most === 0) return `"{" ${ws} "}"`;
    const bound = most === null || most > MOST.items ? "" : String(most - 1);
    const all = `${pair} ("," ${ws} ${pair}){${Math.max(0, Math.min(least, MOST.items) - 1)},${bound}}`;
    return `"{" ${ws} ${least > 0 ? all : `(${all})?`} ${ws} "}"`;
  }

  /**
   * A rule for what a reference leads to; it is named before it is written, for it may lead to
   * itself.
   */
  #refer(reference: string, beside: Schema, path: string): string {
    const target = this.#find(reference);
    if (target === undefined) {
      this.#lose("$ref", path);
      return this.rule(Object.keys(beside).length > 0 ? beside : true, path);
    }
    if (Object.keys(beside).length > 0 && isSchema(target))
      return this.rule(
        merge(target, beside, (keyword) => this.#lose(keyword, path)),
        path,
      );
    const known = this.#references.get(reference);
    if (known !== undefined) return known;
    const name = this.#name();
    this.#references.set(reference, name);
    this.#rules.set(name, this.rule(target, path));
    return name;
  }

  #mergeAll(base: Schema, all: readonly unknown[], path: string): Schema {
    const lose = (keyword: string): void => this.#lose(keyword, path);
    return all.reduce<Schema>((merged, each) => merge(merged, this.#resolve(each), lose), base);
  }

  /** What a part of a schema says itself, a reference followed. */
  #resolve(schema: unknown): Schema {
    let found = schema;
    for (
      let steps = 0;
      steps < 16 && isSchema(found) && typeof found["$ref"] === "string";
      steps++
    ) {
      const beside = without(found, "$ref");
      const target = this.#find(found["$ref"]);
      found = isSchema(target) ? { ...constraintsOf(target), ...beside } : beside;
    }
    return isSchema(found) ? constraintsOf(found) : {};
  }

  /** Undefined: it leads nowhere, or out of the schema. */
  #find(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    const steps = decodeURIComponent(reference.slice(1)).split("/").slice(1);
    let found: unknown = this.#root;
    for (const step of steps) {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, key))
        return undefined;
      found = (found as Readonly<Record<string, unknown>>)[key];
    }
    return reference === "#" || reference.startsWith("#/") ? found : undefined;
  }

  /**
   * Whether no value can meet two of these: their types differ, or a property that all of them want
   * has another value in each.
   */
  #disjoint(branches: readonly unknown[]): boolean {
    const schemas = branches.map((branch) => this.#resolve(branch));
    const types = schemas.map((schema) => typesOf(schema["type"]));
    const all = types.flat();
    if (types.every((each) => each.length > 0) && new Set(all).size === all.length)
      return !(all.includes("number") && all.includes("integer"));
    const [first] = schemas;
    const names =
      first !== undefined && isSchema(first["properties"]) ? Object.keys(first["properties"]) : [];
    return names.some((name) => {
      const found = schemas.map((schema) => valuesOf(schema, name));
      const flat = found.flatMap((each) => each ?? []);
      return (
        found.every((each) => each !== null) &&
        flat.every((each, at) => !flat.slice(at + 1).some((other) => same(each, other)))
      );
    });
  }

  #share(name: SharedRule): string {
    this.#shared.add(name);
    return name;
  }

  /** The name of a rule with this body; a body that is a name already needs none. */
  #add(body: string): string {
    if (/^[a-z][a-z0-9-]*$/.test(body)) return body;
    const known = this.#names.get(body);
    if (known !== undefined) return known;
    const name = this.#name();
    this.#rules.set(name, body);
    this.#names.set(body, name);
    return name;
  }

  #name(): string {
    if (this.#count >= MOST_RULES)
      throw new RangeError(`it would have more than ${MOST_RULES} rules`);
    return `r${this.#count++}`;
  }

  #lose(keyword: string, path: string): void {
    this.weakened.add(`${keyword} at ${path}`);
  }
}

function without(schema: Schema, key: string): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([each]) => each !== key));
}

/**
 * The values that a property must have one of; null where that is not said, or the property may be
 * left out.
 */
function valuesOf(schema: Schema, name: string): readonly unknown[] | null {
  const required = Array.isArray(schema["required"]) && schema["required"].includes(name);
  const property =
    required && isSchema(schema["properties"]) ? schema["properties"][name] : undefined;
  if (!isSchema(property)) return null;
  if (property["const"] !== undefined) return [property["const"]];
  return Array.isArray(property["enum"]) ? property["enum"] : null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && value >= 0 ? Math.floor(value) : null;
}

/** The tighter one of `minimum` and `exclusiveMinimum`, or of the others. */
function boundOf(
  schema: Schema,
  key: "minimum" | "maximum",
): { value: number | null; exclusive: boolean } {
  const [open, closed] = [
    schema[key === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum"],
    schema[key],
  ].map((value) => (isBeyond(value) ? null : value));
  if (typeof open !== "number")
    return { value: typeof closed === "number" ? closed : null, exclusive: false };
  if (typeof closed !== "number") return { value: open, exclusive: true };
  const tighter = key === "minimum" ? open >= closed : open <= closed;
  return tighter ? { value: open, exclusive: true } : { value: closed, exclusive: false };
}

const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const;

/** A whole number of which a double has not all digits. */
function isBeyond(value: unknown): boolean {
  return (
    typeof value === "bigint" ||
    (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER)
  );
}

function isOf(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isSchema(value);
  if (typeof value === "bigint") return type === "integer" || type === "number";
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}
