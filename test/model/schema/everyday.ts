import type { Dice } from "../../contract/random-schema.ts";

type Written = Record<string, unknown>;

/** Names that programs use, names of keywords, and names that every object has. */
const NAMES = [
  "id",
  "title",
  "items",
  "enum",
  "constructor",
  "__proto__",
  "toString",
  "a b",
  "$ref",
];
const DEFINITIONS = ["node", "root", "a_b", "a-b", "string", "node/x", "constructor"];
const TEXTS = ["", "a", "ab", "x1", "2024-02-29", "red"];

/**
 * A schema as programs have them, most of it in the subset that closed dialects take, with now and
 * then a keyword that they don't take; and values that have a fair chance of meeting it.
 */
export function everydaySchema(roll: Dice): { schema: Written; value: (roll: Dice) => unknown } {
  const old = roll(3) === 0;
  const home = old || roll(3) === 0 ? "definitions" : "$defs";
  const names = DEFINITIONS.filter(() => roll(2) === 0);
  const writer = new Writer(roll, { home, names, old });
  const definitions = names.map((name) => [name, writer.schema(2)] as const);
  const root = roll(8) === 0 && names.length > 0 ? writer.reference() : writer.object(3);
  const schema: Written = {
    ...(old ? { $schema: "http://json-schema.org/draft-07/schema#" } : {}),
    ...root,
    [home]: Object.fromEntries(definitions),
  };
  return { schema, value: (dice) => new Sampler(dice, schema).value(schema, 6) };
}

class Writer {
  readonly #roll: Dice;
  readonly #world: { home: string; names: readonly string[]; old: boolean };

  constructor(roll: Dice, world: { home: string; names: readonly string[]; old: boolean }) {
    this.#roll = roll;
    this.#world = world;
  }

  schema(depth: number): Written {
    const roll = this.#roll;
    const kind = roll(depth > 0 ? 12 : 5);
    const plain = this.#plain(kind, depth);
    return depth > 0 && roll(7) === 0 ? { ...plain, ...this.#odd(depth) } : plain;
  }

  reference(): Written {
    const { home, names } = this.#world;
    const name = names[this.#roll(names.length)] ?? "";
    const pointer = name.replaceAll("~", "~0").replaceAll("/", "~1");
    return { $ref: `#/${home}/${pointer}` };
  }

  object(depth: number): Written {
    const roll = this.#roll;
    const names = NAMES.filter(() => roll(3) === 0);
    const required = names.filter(() => roll(5) > 0);
    const properties = names.map((name) => [name, this.schema(depth - 1)] as const);
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(required.length > 0 ? { required } : {}),
      ...(roll(3) > 0 ? { additionalProperties: false } : {}),
    };
  }

  #plain(kind: number, depth: number): Written {
    const roll = this.#roll;
    if (kind === 0) return { type: "integer", ...(roll(2) === 0 ? { minimum: roll(3) } : {}) };
    if (kind === 1) return { type: ["number", "null"], ...(roll(2) === 0 ? { maximum: 5 } : {}) };
    if (kind === 2) return { type: "string", ...(roll(2) === 0 ? { pattern: "^\\w*$" } : {}) };
    if (kind === 3) return roll(2) === 0 ? { const: "red" } : { enum: ["red", "ab", 1, null] };
    if (kind === 4) return { type: "boolean" };
    if (kind === 5 && this.#world.names.length > 0)
      return { ...this.reference(), ...(roll(3) === 0 ? { default: 1 } : {}) };
    if (kind === 6) return roll(4) === 0 ? { $ref: "#" } : this.object(depth);
    if (kind === 7) return { type: "array", items: this.schema(depth - 1) };
    const members = [this.schema(depth - 1), this.schema(depth - 1)];
    if (kind === 8) return { anyOf: members };
    if (kind === 9) return { oneOf: members };
    if (kind === 10) return { allOf: [this.object(depth - 1), this.object(depth - 1)] };
    return this.object(depth);
  }

  /** What a closed dialect does not take, or what has to be put together with the rest. */
  #odd(depth: number): Written {
    const roll = this.#roll;
    const one = depth > 0 ? this.schema(depth - 1) : { type: "string" };
    const [name = "id", other = "title"] = [NAMES[roll(NAMES.length)], NAMES[roll(NAMES.length)]];
    const dependent = this.#world.old ? "dependencies" : "dependentRequired";
    const all: readonly Written[] = [
      { patternProperties: { "^x": one } },
      { [this.#world.old ? "items" : "prefixItems"]: [one] },
      { [dependent]: { [name]: [other] } },
      { [this.#world.old ? "dependencies" : "dependentSchemas"]: { [name]: one } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      { if: { required: [name] }, then: one },
      { not: { required: [name] } },
      { minProperties: 2 },
      { maxProperties: 3 },
      { unevaluatedProperties: false, anyOf: [this.object(depth - 1), this.object(depth - 1)] },
      { unevaluatedProperties: false, allOf: [this.object(depth - 1)] },
      { propertyNames: { maxLength: 6 } },
      { type: ["object", "string"] },
      { minLength: 1, uniqueItems: true, minItems: 1, multipleOf: 2 },
      { ...(this.#world.names.length > 0 ? this.reference() : {}), minimum: 1 },
      { additionalProperties: one },
      { required: [name, other] },
    ];
    return all[roll(all.length)] ?? {};
  }
}

/** Values for a schema, by a rough reading of it. */
class Sampler {
  readonly #roll: Dice;
  readonly #root: Written;

  constructor(roll: Dice, root: Written) {
    this.#roll = roll;
    this.#root = root;
  }

  value(schema: unknown, depth: number): unknown {
    const roll = this.#roll;
    if (!isWritten(schema) || depth < 0) return pick(roll, [null, 1, "ab", {}, []]);
    if (typeof schema["$ref"] === "string")
      return this.value(this.#target(schema["$ref"]), depth - 1);
    if ("const" in schema) return schema["const"];
    if (Array.isArray(schema["enum"])) return pick(roll, schema["enum"]);
    const choices = [schema["anyOf"], schema["oneOf"]].find(Array.isArray);
    if (Array.isArray(choices)) {
      const chosen = this.value(pick(roll, choices), depth - 1);
      const own = schema["properties"] === undefined ? null : this.#object(schema, depth);
      return isWritten(chosen) && own !== null ? joined(own, chosen) : chosen;
    }
    const type = pick(roll, [schema["type"]].flat());
    if (type === "string") return pick(roll, TEXTS);
    if (type === "integer") return roll(8);
    if (type === "number") return pick(roll, [0.5, 3, 4, 7]);
    if (type === "boolean") return roll(2) === 0;
    if (type === "null") return null;
    if (type === "array") return this.#array(schema, depth);
    return this.#object(schema, depth);
  }

  #array(schema: Written, depth: number): unknown[] {
    const tuple = [schema["prefixItems"], schema["items"]].find(Array.isArray) ?? [];
    const places = Array.from({ length: this.#roll(3) + tuple.length }, (_, at) => tuple[at]);
    return places.map((place) => this.value(place ?? schema["items"], depth - 1));
  }

  #object(schema: Written, depth: number): Written {
    const roll = this.#roll;
    const parts = (Array.isArray(schema["allOf"]) ? schema["allOf"] : []).map((part) =>
      this.value(part, depth - 1),
    );
    const properties = isWritten(schema["properties"]) ? schema["properties"] : {};
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const kept = Object.entries(properties).filter(
      ([name]) => required.includes(name) || (depth > 0 && roll(2) === 0),
    );
    const own = kept.map(([name, part]) => [name, this.value(part, depth - 1)] as const);
    const extra = roll(3) === 0 ? [[pick(roll, ["x1", "id", "title"]), pick(roll, TEXTS)]] : [];
    const all = parts.filter(isWritten).flatMap((part) => Object.entries(part));
    return Object.fromEntries([...extra, ...all, ...own]);
  }

  #target(reference: string): unknown {
    let at: unknown = this.#root;
    for (const step of reference.split("/").slice(1))
      at = isWritten(at) ? at[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
    return at;
  }
}

function joined(one: Written, other: Written): Written {
  return Object.fromEntries([...Object.entries(one), ...Object.entries(other)]);
}

function isWritten(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pick(roll: Dice, from: readonly unknown[]): unknown {
  return from[roll(Math.max(1, from.length))];
}
