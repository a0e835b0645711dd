import type { JsonSchema } from "../../../src/contract/contract.ts";
import type { Random } from "./random.ts";
import { NAMES, someText, WORDS } from "./words.ts";

/** A value and the schema that it meets: what a model is taken to have meant. */
export interface Truth {
  readonly schema: JsonSchema;
  readonly value: unknown;
}

type Make = (random: Random, depth: number) => Truth;

/** Values nest no deeper than this. */
const MAX_DEPTH = 3;

/** A random schema of any type with a value that meets it. */
export function newTruth(random: Random): Truth {
  const root = random.next();
  if (root < 0.62) return objectTruth(random, 0);
  if (root < 0.74) return listTruth(random, 0);
  if (root < 0.82) return listHolder(random);
  if (root < 0.88)
    return random.pick([integerTruth, numberTruth, booleanTruth, enumTruth])(random, 0);
  if (root < 0.92) return mapTruth(random, 0);
  const inner = random.pick([objectTruth, listTruth])(random, 1);
  return { schema: {}, value: inner.value };
}

/** An object whose one property is a list of objects: what tables are written for. */
export function listHolder(random: Random): Truth {
  const list = recordsTruth(random);
  const name = random.pick(["rows", "items", "entries", "visits", "结果"]);
  const schema = { type: "object", properties: { [name]: list.schema }, required: [name] };
  return { schema, value: { [name]: list.value } };
}

/** A list of objects that hold scalars only. */
export function recordsTruth(random: Random): Truth {
  const names = random.some(NAMES, 1 + random.below(4));
  const columns = names.map((name) => ({ name, make: random.pick(SCALARS) }));
  const samples = columns.map((column) => column.make(random, MAX_DEPTH));
  const item = {
    type: "object",
    properties: Object.fromEntries(names.map((name, at) => [name, samples[at]?.schema ?? {}])),
    required: names,
    ...(random.chance(0.5) ? { additionalProperties: false } : {}),
  };
  const rows = Array.from({ length: 1 + random.below(4) }, () =>
    Object.fromEntries(names.map((name, at) => [name, another(samples[at]?.schema ?? {}, random)])),
  );
  return { schema: { type: "array", items: item }, value: rows };
}

/** Another value of a scalar's schema. */
function another(schema: JsonSchema, random: Random): unknown {
  const choices: unknown = schema["enum"];
  if (Array.isArray(choices)) return random.pick(choices as unknown[]);
  const { type } = schema;
  if (Array.isArray(type)) return random.chance(0.3) ? null : another({ type: type[0] }, random);
  if (type === "integer") return integerTruth(random, 0).value;
  if (type === "number") return numberTruth(random, 0).value;
  if (type === "boolean") return random.chance(0.5);
  return schema["format"] === "date" ? someDate(random) : someText(random);
}

const textTruth: Make = (random) => ({ schema: { type: "string" }, value: someText(random) });

const dateTruth: Make = (random) => ({
  schema: { type: "string", format: "date" },
  value: someDate(random),
});

function someDate(random: Random): string {
  const [month, day] = [1 + random.below(12), 1 + random.below(28)];
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${1990 + random.below(45)}-${two(month)}-${two(day)}`;
}

const integerTruth: Make = (random) => ({
  schema: { type: "integer" },
  value: random.chance(0.06)
    ? random.pick(BEYOND_DOUBLES)
    : random.pick([0, 1, 7, 12, 250, 1999, 48_000, 1_234_567, -3, -1200, random.below(100_000)]),
});

/** Whole numbers that no double holds: their digits have to come through. */
const BEYOND_DOUBLES = [
  9_007_199_254_740_993n,
  -9_007_199_254_740_995n,
  18_446_744_073_709_551_617n,
  123_456_789_012_345_678_901_234_567_890n,
];

const numberTruth: Make = (random) => ({
  schema: { type: "number" },
  value: random.pick([
    0.5,
    12.75,
    -0.25,
    1234.5,
    99.99,
    3,
    -17,
    1e-7,
    2.5e9,
    random.below(9999) / 100,
  ]),
});

const booleanTruth: Make = (random) => ({ schema: { type: "boolean" }, value: random.chance(0.5) });

const ENUMS: readonly (readonly string[])[] = [
  ["LOW", "MEDIUM", "HIGH"],
  ["spam", "ham"],
  ["in progress", "done", "not started"],
  ["是", "否"],
  ["IT", "HR", "Sales"],
  ["A", "B", "C"],
];

const enumTruth: Make = (random) => {
  const values = random.pick(ENUMS);
  return { schema: { enum: [...values] }, value: random.pick(values) };
};

const nullableTruth: Make = (random) => {
  const inner = random.pick([textTruth, integerTruth, numberTruth, booleanTruth])(random, 0);
  const type = [inner.schema["type"], "null"];
  return { schema: { type }, value: random.chance(0.4) ? null : inner.value };
};

const SCALARS: readonly Make[] = [
  textTruth,
  textTruth,
  integerTruth,
  numberTruth,
  booleanTruth,
  enumTruth,
  nullableTruth,
  dateTruth,
];

const objectTruth: Make = (random, depth) => {
  const names = random.some(NAMES, 1 + random.below(5));
  const parts = names.map((name) => ({ name, part: partTruth(random, depth + 1) }));
  const optional = names.filter(() => random.chance(0.25));
  const kept = parts.filter(({ name }) => !optional.includes(name) || random.chance(0.7));
  const required = names.filter((name) => !optional.includes(name));
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(parts.map(({ name, part }) => [name, part.schema])),
      ...(required.length > 0 ? { required } : {}),
      ...(random.chance(0.5) ? { additionalProperties: false } : {}),
    },
    value: Object.fromEntries(kept.map(({ name, part }) => [name, part.value])),
  };
};

const listTruth: Make = (random, depth) => {
  if (random.chance(0.35)) return recordsTruth(random);
  const make = random.pick([textTruth, integerTruth, numberTruth, enumTruth, booleanTruth]);
  const items = Array.from({ length: random.below(5) }, () => make(random, depth + 1));
  const schema = items[0]?.schema ?? { type: "string" };
  const value = items.map((_, at) => (at === 0 ? items[0]?.value : another(schema, random)));
  return { schema: { type: "array", items: schema }, value };
};

const mapTruth: Make = (random) => {
  const make = random.pick([textTruth, integerTruth, booleanTruth]);
  const { schema } = make(random, 0);
  const keys = random.some(WORDS, 1 + random.below(4));
  return {
    schema: { type: "object", additionalProperties: schema },
    value: Object.fromEntries(keys.map((key) => [key, another(schema, random)])),
  };
};

/** One of two shapes that share no required name. */
const unionTruth: Make = (random, depth) => {
  const scalar = random.pick([integerTruth, booleanTruth])(random, depth);
  const other = random.chance(0.5)
    ? textTruth(random, depth)
    : { schema: { type: "array", items: { type: "string" } }, value: ["x", "y z"] };
  const branches = random.chance(0.5) ? [scalar, other] : [other, scalar];
  return {
    schema: { anyOf: branches.map((branch) => branch.schema) },
    value: random.pick(branches).value,
  };
};

function partTruth(random: Random, depth: number): Truth {
  const pick = random.next();
  if (depth >= MAX_DEPTH || pick < 0.66) return random.pick(SCALARS)(random, depth);
  if (pick < 0.78) return objectTruth(random, depth);
  if (pick < 0.9) return listTruth(random, depth);
  return pick < 0.95 ? mapTruth(random, depth) : unionTruth(random, depth);
}
