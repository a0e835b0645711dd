import { type Arbitrary, gen, nat } from "fast-check";
import { matches } from "../../src/contract/fits/strings.ts";
import { formatCheck } from "../../src/contract/formats.ts";

export type Written = Record<string, unknown>;
type Value = unknown;

/** Whole numbers from 0 up to below `limit`. */
export type Roll = (limit: number) => number;

export function pick<T>(roll: Roll, from: readonly T[]): T {
  const found = from[roll(from.length)];
  if (found === undefined) throw new RangeError("There is nothing to pick from");
  return found;
}

/** Rolls that fast-check draws, so that it shrinks what they decide. */
export function drawn<T>(make: (roll: Roll) => T): Arbitrary<T> {
  return gen().map((draw) => make((limit) => draw(nat, limit - 1)));
}

const TEXTS = [
  "",
  "a",
  "ab",
  "abc",
  "B",
  "12",
  "2024-05-31",
  "a@example.com",
  "low",
  "high",
  "two words",
  "😀é",
];
const NUMBERS = [0, 1, 2, 3, 4, 6, 10, -1, -5, 0.5, 2.5, 0.3, 100, 1e6];
const NAMES = ["a", "b", "kind", "n_1", "toString"];
export const PATTERNS = [
  "^[a-z]+$",
  "^.{0,3}$",
  "\\d",
  "^(low|high)$",
  "a",
  "^[^@]+@[^@]+$",
  "^\\d{4}-\\d{2}-\\d{2}$",
];
const FORMATS = ["date", "email", "uuid", "uri", "hostname"];

export function someValue(roll: Roll, depth: number): Value {
  const kind = roll(depth === 0 ? 4 : 7);
  if (kind < 2) return pick(roll, TEXTS);
  if (kind === 2) return pick(roll, NUMBERS);
  if (kind === 3) return pick(roll, [null, true, false]);
  if (kind === 4) return Array.from({ length: roll(4) }, () => someValue(roll, depth - 1));
  return Object.fromEntries(
    NAMES.slice(0, roll(NAMES.length)).map((name) => [name, someValue(roll, depth - 1)]),
  );
}

/** A schema of the everyday kind that has the value among its own. */
export function schemaAround(roll: Roll, value: Value): Written {
  const $defs: Written = {};
  const schema = around(roll, value, { $defs, depth: 0 });
  return Object.keys($defs).length === 0 ? schema : { $defs, ...schema };
}

interface Around {
  readonly $defs: Written;
  readonly depth: number;
}

function around(roll: Roll, value: Value, context: Around): Written {
  const deeper = { ...context, depth: context.depth + 1 };
  if (context.depth > 4) return ofValue(roll, value, deeper);
  switch (roll(12)) {
    case 0:
      return {
        anyOf: shuffled(roll, [
          around(roll, value, deeper),
          around(roll, someValue(roll, 1), deeper),
        ]),
      };
    case 1:
      return { allOf: [around(roll, value, deeper), ofValue(roll, value, deeper)] };
    case 2:
      return {
        oneOf: shuffled(roll, [ofValue(roll, value, deeper), { type: otherType(roll, value) }]),
      };
    case 3: {
      const name = `d${Object.keys(context.$defs).length}`;
      context.$defs[name] = {};
      context.$defs[name] = around(roll, value, deeper);
      return { $ref: `#/$defs/${name}` };
    }
    case 4:
      return roll(2) === 0
        ? { const: value }
        : { enum: [...new Set([value, pick(roll, TEXTS), pick(roll, NUMBERS)])] };
    case 5: {
      const own = ofValue(roll, value, deeper);
      return {
        ...own,
        type: [own["type"], "null"].filter((type, at, all) => all.indexOf(type) === at),
      };
    }
    default:
      return ofValue(roll, value, deeper);
  }
}

function ofValue(roll: Roll, value: Value, context: Around): Written {
  if (value === null) return { type: "null" };
  if (typeof value === "boolean") return { type: "boolean" };
  if (typeof value === "number") return ofNumber(roll, value);
  if (typeof value === "string") return ofText(roll, value);
  return Array.isArray(value)
    ? ofList(roll, value, context)
    : ofObject(roll, value as Written, context);
}

function ofNumber(roll: Roll, value: number): Written {
  const schema: Written = { type: Number.isInteger(value) && roll(2) === 0 ? "integer" : "number" };
  if (roll(3) === 0)
    Object.assign(schema, roll(2) ? { minimum: value - roll(3) } : { exclusiveMinimum: value - 1 });
  if (roll(3) === 0)
    Object.assign(
      schema,
      roll(2) ? { maximum: value + roll(3) } : { exclusiveMaximum: value + 0.5 },
    );
  const divisor = pick(roll, [1, 2, 0.5, 0.1, 3]);
  if (roll(4) === 0 && Number.isInteger(Math.round((value / divisor) * 1e6) / 1e6))
    schema["multipleOf"] = divisor;
  return schema;
}

function ofText(roll: Roll, value: string): Written {
  const schema: Written = { type: "string" };
  const { length } = [...value];
  if (roll(3) === 0) schema["minLength"] = Math.max(0, length - roll(3));
  if (roll(3) === 0) schema["maxLength"] = length + roll(5);
  const pattern = pick(roll, PATTERNS);
  if (roll(4) === 0 && matches(pattern, value)) schema["pattern"] = pattern;
  const format = pick(roll, FORMATS);
  if (roll(3) === 0 && formatCheck(format)?.(value)) schema["format"] = format;
  return schema;
}

function ofList(roll: Roll, value: readonly Value[], context: Around): Written {
  const schema: Written = { type: "array" };
  if (roll(3) === 0) schema["minItems"] = Math.max(0, value.length - roll(2));
  if (roll(3) === 0) schema["maxItems"] = value.length + roll(3);
  const fixed = roll(3) === 0 ? roll(value.length + 1) : 0;
  if (fixed > 0)
    schema["prefixItems"] = value.slice(0, fixed).map((item) => around(roll, item, context));
  const rest = value.slice(fixed).map((item) => around(roll, item, context));
  const [only] = rest;
  if (rest.length > 1) schema["items"] = { anyOf: rest };
  else if (only) schema["items"] = only;
  else if (roll(2) === 0)
    schema["items"] = roll(2) === 0 ? false : around(roll, someValue(roll, 0), context);
  return schema;
}

function ofObject(roll: Roll, value: Written, context: Around): Written {
  const names = Object.keys(value);
  const described = names.filter(() => roll(5) > 0);
  const properties = Object.fromEntries(
    described.map((name) => [name, around(roll, value[name], context)]),
  );
  for (const name of NAMES) {
    if (!names.includes(name) && roll(3) === 0)
      properties[name] = around(roll, someValue(roll, 1), context);
  }
  const required = names.filter(() => roll(3) > 0);
  const schema: Written = {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
  if (described.length === names.length && roll(2) === 0) schema["additionalProperties"] = false;
  else if (described.length === names.length && roll(4) === 0)
    schema["additionalProperties"] = around(roll, someValue(roll, 0), context);
  return schema;
}

/**
 * The schema with one thing or more taken back, so that it has all values it had. Alternatives of
 * which exactly one must hold become alternatives of which one must.
 */
export function relaxed(roll: Roll, schema: unknown): unknown {
  if (typeof schema === "boolean") return schema || roll(3) > 0 ? true : {};
  const { ...copy } = schema as Written;
  for (const keyword of Object.keys(copy)) relaxKeyword(roll, copy, keyword);
  if (Array.isArray(copy["oneOf"])) {
    copy["anyOf"] = copy["oneOf"];
    delete copy["oneOf"];
  }
  return roll(12) === 0 && copy["$defs"] === undefined
    ? { anyOf: [copy, { type: pick(roll, TYPES) }] }
    : copy;
}

function relaxKeyword(roll: Roll, schema: Written, keyword: string): void {
  const value = schema[keyword];
  const isOptional = ![
    "properties",
    "$defs",
    "$ref",
    "prefixItems",
    "items",
    "additionalProperties",
  ].includes(keyword);
  if (isOptional && keyword !== "const" && roll(5) === 0) {
    delete schema[keyword];
    return;
  }
  if (/^min|^exclusiveMin/.test(keyword))
    schema[keyword] = Math.max(0, Number(value) - roll(2)) === 0 ? value : Number(value) - roll(2);
  else if (/^max|^exclusiveMax/.test(keyword)) schema[keyword] = Number(value) + roll(2);
  else if (keyword === "multipleOf" && roll(2) === 0) schema[keyword] = Number(value) / 2;
  else if (keyword === "type") schema[keyword] = wider(roll, value);
  else if (keyword === "enum") schema[keyword] = [...(value as Value[]), "one more"];
  else if (keyword === "const" && roll(2) === 0) {
    delete schema[keyword];
    schema["enum"] = [value, "another"];
  } else if (keyword === "required")
    schema[keyword] = (value as string[]).filter(() => roll(4) > 0);
  else if (keyword === "properties" || keyword === "$defs") {
    const all = Object.entries(value as Written).map(([name, one]) => [
      name,
      roll(2) === 0 ? relaxed(roll, one) : one,
    ]);
    schema[keyword] = Object.fromEntries(all);
  } else if (keyword === "items" || keyword === "additionalProperties")
    schema[keyword] = relaxed(roll, value);
  else if (["anyOf", "oneOf", "allOf", "prefixItems"].includes(keyword))
    schema[keyword] = (value as unknown[]).map((one) => (roll(2) === 0 ? relaxed(roll, one) : one));
}

function wider(roll: Roll, type: unknown): unknown {
  const types = [type].flat();
  const more = types.includes("integer") && roll(2) === 0 ? ["number"] : [];
  const extra = roll(4) === 0 ? [pick(roll, TYPES)] : [];
  const all = [...new Set([...types, ...more, ...extra])];
  return all.length === 1 ? all[0] : all;
}

const TYPES = ["string", "number", "integer", "boolean", "null", "array", "object"];

/** The schema with one more demand, somewhere in the value, that the value does not meet. */
export function contradicted(roll: Roll, schema: Written, value: Value): Written {
  let [demand, at] = [demandAgainst(roll, value), value];
  const path: (string | number)[] = [];
  while (typeof at === "object" && at !== null && Object.keys(at).length > 0 && roll(3) > 0) {
    const key: string = pick(roll, Object.keys(at));
    path.push(Array.isArray(at) ? Number(key) : key);
    at = (at as Written)[key];
    demand = demandAgainst(roll, at);
  }
  for (const key of path.toReversed()) {
    demand =
      typeof key === "string"
        ? { properties: { [key]: demand } }
        : { prefixItems: [...Array.from({ length: key }, () => true), demand] };
  }
  const isFree = Object.keys(demand).every((keyword) => !(keyword in schema));
  return isFree && roll(2) === 0
    ? { ...schema, ...demand }
    : { ...schema, allOf: [...asList(schema["allOf"]), demand] };
}

function demandAgainst(roll: Roll, value: Value): Written {
  const common: Written[] = [
    { type: otherType(roll, value) },
    { enum: ["none of these", 77] },
    { not: { const: value } },
  ];
  if (typeof value === "number")
    common.push(
      { minimum: value + 1 },
      { maximum: value - 1 },
      { exclusiveMinimum: value },
      { exclusiveMaximum: value },
    );
  if (typeof value === "string") {
    const { length } = [...value];
    const missed = PATTERNS.filter((pattern) => !matches(pattern, value));
    const formats = FORMATS.filter((format) => formatCheck(format)?.(value) === false);
    common.push(
      { minLength: length + 1 },
      { pattern: pick(roll, missed) },
      { format: pick(roll, formats) },
    );
    if (length > 0) common.push({ maxLength: length - 1 });
  }
  if (Array.isArray(value)) {
    common.push({ minItems: value.length + 1 });
    if (value.length > 0) common.push({ maxItems: value.length - 1 }, { items: false });
  } else if (typeof value === "object" && value !== null) {
    common.push({ required: ["missing"] }, { minProperties: Object.keys(value).length + 1 });
    const [first] = Object.keys(value);
    if (first !== undefined)
      common.push({ properties: { [first]: false } }, { additionalProperties: false });
  }
  return pick(roll, common);
}

function otherType(roll: Roll, value: Value): string {
  const own = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return pick(
    roll,
    TYPES.filter((type) => type !== own && !(own === "number" && type === "integer")),
  );
}

function shuffled<T>(roll: Roll, all: readonly T[]): T[] {
  return roll(2) === 0 ? [...all] : all.toReversed();
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
