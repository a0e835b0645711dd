import { DRAFTS, type Draft } from "../../src/contract/keywords.ts";

type Written = Record<string, unknown>;

/** Numbers from 0 up to below `limit`, the same ones for the same seed. */
export type Dice = (limit: number) => number;

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/**
 * Few names and values, so that schemas and values meet often; some names that objects have without
 * owning them.
 */
const NAMES = ["a", "b", "kind", "toString", "__proto__", "constructor"];
const SCALARS = [
  null,
  true,
  false,
  0,
  1,
  2,
  2.5,
  -1,
  0.3,
  "",
  "a",
  "b",
  "ab",
  "aa",
  "😀",
  "2024-02-30",
  "2024-02-29",
];
const TYPES = ["string", "number", "integer", "boolean", "null", "array", "object"];

export function randomValue(roll: Dice, depth = 3): unknown {
  const kind = depth === 0 ? 0 : roll(4);
  if (kind < 2) return pick(roll, SCALARS);
  const parts = Array.from(
    { length: roll(4) },
    () => [pick(roll, NAMES), randomValue(roll, depth - 1)] as const,
  );
  return kind === 2 ? parts.map(([, value]) => value) : Object.fromEntries(parts);
}

export function randomSchema(roll: Dice): Written {
  const draft = pick(roll, DRAFTS);
  const uri =
    draft.length === 1
      ? `http://json-schema.org/draft-0${draft}/schema#`
      : `https://json-schema.org/draft/${draft}/schema`;
  const anchored = {
    ...randomSubschema(roll, draft, 2),
    ...(draft.length > 1 ? { $anchor: "y" } : {}),
  };
  const $defs = { x: randomSubschema(roll, draft, 2), y: anchored };
  return { $schema: uri, ...randomSubschema(roll, draft, 3), $defs };
}

function randomSubschema(roll: Dice, draft: Draft, depth: number): Written {
  const written: Written = {};
  for (let keywords = 1 + roll(3); keywords > 0; keywords--)
    Object.assign(written, pick(roll, KEYWORDS)(roll, draft, depth));
  return written;
}

function one(roll: Dice, draft: Draft, depth: number): Written | boolean {
  if (depth === 0 || roll(8) === 0) return draft === "4" ? {} : roll(2) === 0;
  return randomSubschema(roll, draft, depth - 1);
}

type Keyword = (roll: Dice, draft: Draft, depth: number) => Written;

const size =
  (keyword: string): Keyword =>
  (roll) => ({ [keyword]: roll(4) });
const single =
  (keyword: string): Keyword =>
  (roll, draft, depth) => ({ [keyword]: one(roll, draft, depth) });
const several =
  (keyword: string): Keyword =>
  (roll, draft, depth) => ({ [keyword]: many(roll, () => one(roll, draft, depth)) });
const named =
  (keyword: string, names: readonly string[] = NAMES): Keyword =>
  (roll, draft, depth) => ({
    [keyword]: Object.fromEntries(
      many(roll, () => [pick(roll, names), one(roll, draft, depth)] as const),
    ),
  });

const KEYWORDS: readonly Keyword[] = [
  (roll) => ({ type: pick(roll, TYPES) }),
  (roll) => ({ type: [...new Set(many(roll, () => pick(roll, TYPES)))] }),
  (roll) => ({ enum: many(roll, () => randomValue(roll, 1)) }),
  (roll) => ({ const: randomValue(roll, 1) }),
  size("minimum"),
  size("maximum"),
  (roll, draft) =>
    draft === "4" ? { minimum: roll(3), exclusiveMinimum: true } : { exclusiveMinimum: roll(3) },
  (roll) => ({ multipleOf: pick(roll, [1, 2, 0.5, 0.1]) }),
  size("minLength"),
  size("maxLength"),
  (roll) => ({ pattern: pick(roll, ["^a", "b$", "^.$", "(a)\\1"]) }),
  (roll) => ({ format: pick(roll, ["date", "email", "unheard-of"]) }),
  single("items"),
  (roll, draft, depth) =>
    several(draft === "2020-12" ? "prefixItems" : "items")(roll, draft, depth),
  single("additionalItems"),
  single("contains"),
  size("minContains"),
  size("maxContains"),
  size("minItems"),
  size("maxItems"),
  () => ({ uniqueItems: true }),
  named("properties"),
  named("properties"),
  named("patternProperties", ["^a", "o", "^(k)ind$", "^(.).*\\1", "_"]),
  single("additionalProperties"),
  () => ({ additionalProperties: false }),
  single("propertyNames"),
  (roll) => ({ required: [...new Set(many(roll, () => pick(roll, NAMES)))] }),
  size("minProperties"),
  size("maxProperties"),
  (roll) => ({ dependentRequired: { [pick(roll, NAMES)]: [pick(roll, NAMES)] } }),
  named("dependentSchemas"),
  named("dependencies"),
  single("unevaluatedProperties"),
  single("unevaluatedItems"),
  several("allOf"),
  several("anyOf"),
  several("oneOf"),
  single("not"),
  (roll, draft, depth) => ({
    if: one(roll, draft, depth),
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: one(roll, draft, depth),
    else: one(roll, draft, depth),
  }),
  (roll) => ({ $ref: pick(roll, ["#/$defs/x", "#/$defs/y", "#"]) }),
];

function many<T>(roll: Dice, make: () => T): T[] {
  return Array.from({ length: 1 + roll(3) }, make);
}

function pick<T>(roll: Dice, from: readonly T[]): T {
  const found = from[roll(from.length)];
  if (found === undefined) throw new RangeError("There is nothing to pick from");
  return found;
}
