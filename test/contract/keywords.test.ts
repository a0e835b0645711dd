import { expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { Evaluator } from "../../src/contract/evaluate/evaluate.ts";
import { explain } from "../../src/contract/explain.ts";
import { DRAFTS, isSince, type Draft } from "../../src/contract/keywords.ts";
import { readDocument } from "../../src/contract/read-document.ts";

/**
 * Every keyword, in every draft that has it: what meets it and what does not. Values of other types
 * always do.
 */
interface Case {
  readonly schema: JsonSchema;
  readonly meets: readonly unknown[];
  readonly breaks: readonly unknown[];
  readonly from?: Draft;
  readonly to?: Draft;
}

const CASES: readonly Case[] = [
  { schema: { type: "string" }, meets: ["", "a"], breaks: [1, null, true, [], {}] },
  { schema: { type: "integer" }, meets: [0, -1, 1e20, 2.0], breaks: [1.5, "1", null, true] },
  { schema: { type: "number" }, meets: [0, 1.5, -1e300], breaks: ["1", null, true] },
  { schema: { type: "boolean" }, meets: [true, false], breaks: [0, 1, "true", null] },
  { schema: { type: "null" }, meets: [null], breaks: [0, "", false, [], {}] },
  { schema: { type: "array" }, meets: [[], [1]], breaks: [{}, "a", { length: 0 }] },
  { schema: { type: "object" }, meets: [{}, { a: 1 }], breaks: [[], null, "a"] },
  { schema: { type: ["integer", "null"] }, meets: [1, null], breaks: [1.5, "1"] },
  {
    schema: { enum: ["a", 1, null, [1], { a: [] }] },
    meets: ["a", 1, 1.0, null, [1], { a: [] }],
    breaks: ["b", "1", [2], [], { a: {} }],
  },
  { schema: { enum: [0, false] }, meets: [0, -0, false], breaks: ["", null, [], "0"] },
  {
    schema: { const: { a: 1, b: [true] } },
    meets: [{ b: [true], a: 1 }],
    breaks: [{ a: 1 }, { a: 1, b: [1] }, []],
    from: "6",
  },
  { schema: { const: null }, meets: [null], breaks: [0, false, ""], from: "6" },
  { schema: { const: [] }, meets: [[]], breaks: [{}, [null], { length: 0 }], from: "6" },
  { schema: { minimum: 2 }, meets: [2, 2.1, "a"], breaks: [1.9, -5] },
  { schema: { maximum: 2 }, meets: [2, -3, []], breaks: [2.1] },
  { schema: { minimum: 2, exclusiveMinimum: true }, meets: [2.1], breaks: [2, 1], to: "4" },
  { schema: { maximum: 2, exclusiveMaximum: false }, meets: [2], breaks: [2.1], to: "4" },
  {
    schema: { exclusiveMinimum: 2, exclusiveMaximum: 4 },
    meets: [3, "x"],
    breaks: [2, 4],
    from: "6",
  },
  { schema: { multipleOf: 1.5 }, meets: [0, 3, 4.5, -1.5, "a"], breaks: [1, 4] },
  {
    schema: { minLength: 2, maxLength: 3 },
    meets: ["ab", "abc", "😀😀", 7],
    breaks: ["a", "abcd", "😀", "é"],
  },
  { schema: { pattern: "^\\p{Lu}+$" }, meets: ["ÄB", 1], breaks: ["a", ""] },
  { schema: { pattern: "b" }, meets: ["abc"], breaks: ["ac"] },
  {
    schema: { format: "uuid" },
    meets: ["0b9d9d4e-6f5c-4e0e-9c5e-0a4f2f1f5a11", 5],
    breaks: ["0b9d9d4e", ""],
  },
  {
    schema: { items: { type: "integer" } },
    meets: [[], [1, 2], "a", { 0: "x" }],
    breaks: [[1, "a"]],
  },
  {
    schema: { items: [{ type: "integer" }], additionalItems: { type: "null" } },
    meets: [[], [1], [1, null]],
    breaks: [["a"], [1, 2]],
    to: "2019-09",
  },
  {
    schema: { items: [{}, {}], additionalItems: false },
    meets: [[1], [1, 2]],
    breaks: [[1, 2, 3]],
    to: "2019-09",
  },
  { schema: { items: {}, additionalItems: false }, meets: [[1, 2]], breaks: [], to: "2019-09" },
  {
    schema: { prefixItems: [{ type: "integer" }], items: { type: "null" } },
    meets: [[], [1], [1, null]],
    breaks: [["a"], [1, 2]],
    from: "2020-12",
  },
  { schema: { minItems: 1, maxItems: 2 }, meets: [[1], [1, 2], {}], breaks: [[], [1, 2, 3]] },
  {
    schema: { uniqueItems: true },
    meets: [[], [1, "1", true, null], [{ a: 1 }, { a: 2 }], [[1], [2]]],
    breaks: [
      [1, 1.0],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [[1], [1]],
    ],
  },
  {
    schema: { uniqueItems: true },
    meets: [Array.from({ length: 30 }, (_, at) => [at, `${at}`, { at }]).flat()],
    breaks: [[...Array(30).keys(), 7], Array.from({ length: 20 }, () => ({}))],
  },
  { schema: { contains: { const: 1 } }, meets: [[1], [0, 1], "a"], breaks: [[], [0]], from: "6" },
  {
    schema: { contains: { const: 1 }, minContains: 2, maxContains: 3 },
    meets: [
      [1, 1],
      [1, 1, 1, 0],
    ],
    breaks: [[1], [1, 1, 1, 1]],
    from: "2019-09",
  },
  {
    schema: { contains: { const: 1 }, minContains: 0 },
    meets: [[], [0]],
    breaks: [],
    from: "2019-09",
  },
  {
    schema: { properties: { a: { type: "integer" }, "b/c": {} } },
    meets: [{}, { a: 1 }, { b: "x" }, []],
    breaks: [{ a: "1" }],
  },
  {
    schema: { patternProperties: { "^n": { type: "integer" } } },
    meets: [{ n1: 1, m: "a" }, []],
    breaks: [{ n1: "a" }, { n: 1, no: null }],
  },
  { schema: { additionalProperties: false }, meets: [{}, [1]], breaks: [{ a: 1 }] },
  {
    schema: { properties: { a: {}, b: {} }, additionalProperties: false },
    meets: [{}, { b: 1 }, { a: 1, b: 1 }],
    breaks: [{ c: 1 }, { a: 1, c: 1 }],
  },
  {
    schema: { properties: { a: {} }, required: ["a"], additionalProperties: false },
    meets: [{ a: 1 }],
    breaks: [{}, { a: 1, c: 1 }],
  },
  {
    schema: {
      properties: { a: {} },
      patternProperties: { "^x": {} },
      additionalProperties: { type: "null" },
    },
    meets: [{ a: 1, x1: 1, z: null }],
    breaks: [{ z: 1 }],
  },
  {
    schema: { patternProperties: { "^x": { type: "integer" } }, additionalProperties: false },
    meets: [{}, { x: 1 }],
    breaks: [{ y: 1 }, { x: "a" }],
  },
  {
    schema: {
      patternProperties: { "^(.)\\1$": {}, "^(b).*\\1$": {} },
      additionalProperties: false,
    },
    meets: [{ aa: 1 }, { bxb: 1 }],
    breaks: [{ ab: 1 }],
  },
  {
    schema: { propertyNames: { maxLength: 2 } },
    meets: [{}, { ab: 1 }, "abc"],
    breaks: [{ abc: 1 }],
    from: "6",
  },
  {
    schema: { required: ["a", "toString"] },
    meets: [{ a: null, toString: 1 }, []],
    breaks: [{ a: 1 }, {}],
  },
  {
    schema: { minProperties: 1, maxProperties: 2 },
    meets: [{ a: 1 }, []],
    breaks: [{}, { a: 1, b: 1, c: 1 }],
  },
  {
    schema: { dependencies: { a: ["b"], c: { required: ["d"] } } },
    meets: [{}, { a: 1, b: 1 }, { c: 1, d: 1 }],
    breaks: [{ a: 1 }, { c: 1 }],
    to: "7",
  },
  {
    schema: { dependentRequired: { a: ["b"] }, dependentSchemas: { c: { required: ["d"] } } },
    meets: [{}, { a: 1, b: 1 }],
    breaks: [{ a: 1 }, { c: 1 }],
    from: "2019-09",
  },
  { schema: { allOf: [{ minimum: 1 }, { maximum: 3 }] }, meets: [2, "a"], breaks: [0, 4] },
  { schema: { anyOf: [{ type: "string" }, { minimum: 3 }] }, meets: ["a", 3, null], breaks: [2] },
  { schema: { oneOf: [{ type: "string" }, { maxLength: 2 }] }, meets: ["abc", 5], breaks: ["a"] },
  { schema: { not: { type: "string" } }, meets: [1, null], breaks: ["a"] },
  {
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    schema: { if: { type: "string" }, then: { minLength: 2 }, else: { minimum: 2 } },
    meets: ["ab", 2, null],
    breaks: ["a", 1],
    from: "7",
  },
  { schema: { else: { minimum: 2 } }, meets: [1], breaks: [], from: "7" },
  {
    schema: { definitions: { a: { type: "integer" } }, items: { $ref: "#/definitions/a" } },
    meets: [[1]],
    breaks: [["a"]],
  },
  {
    schema: {
      type: "object",
      properties: { a: {} },
      allOf: [{ properties: { b: {} } }],
      unevaluatedProperties: false,
    },
    meets: [{ a: 1, b: 1 }],
    breaks: [{ c: 1 }],
    from: "2019-09",
  },
  {
    schema: {
      unevaluatedProperties: { type: "null" },
      anyOf: [{ properties: { a: {} }, required: ["a"] }, {}],
    },
    meets: [{ a: 1 }, { z: null }, [1]],
    breaks: [{ z: 1 }],
    from: "2019-09",
  },
  {
    schema: { prefixItems: [{}], contains: { const: 1 }, unevaluatedItems: false },
    meets: [["a", 1]],
    breaks: [["a", 1, 2]],
    from: "2020-12",
  },
  {
    schema: { $ref: "#here", $defs: { a: { $anchor: "here", type: "integer" } } },
    meets: [1],
    breaks: ["a"],
    from: "2019-09",
  },
];

for (const draft of DRAFTS) {
  const cases = CASES.filter(
    ({ from = "4", to = "2020-12" }) => isSince(draft, from) && isSince(to, draft),
  );
  test.each(cases)(`compileContract() checks %j in draft ${draft}`, ({ schema, meets, breaks }) => {
    const written = { $schema: uriOf(draft), ...schema };
    const compiled = compileContract(written, { atOnce: true });
    if (!compiled.ok) throw new Error(compiled.faults[0].reason);
    for (const value of meets)
      expect([value, compiled.contract.check(value)]).toEqual([value, { ok: true, value }]);
    for (const value of breaks) {
      expect([value, compiled.contract.check(value).ok]).toEqual([value, false]);
      expect(
        explain(new Evaluator(readDocument(written)), value)[0]?.schemaPath.length,
      ).toBeGreaterThan(0);
    }
  });
}

test("compileContract() takes keywords of later drafts for annotations", () => {
  const schema = {
    $schema: uriOf("4"),
    const: 1,
    propertyNames: false,
    if: true,
    dependentRequired: { a: ["b"] },
    $anchor: 7,
  };
  const compiled = compileContract(schema, { atOnce: true });
  expect(compiled.ok && compiled.contract.check({ a: 1 }).ok).toBe(true);
});

function uriOf(draft: Draft): string {
  return draft.length === 1
    ? `http://json-schema.org/draft-0${draft}/schema#`
    : `https://json-schema.org/draft/${draft}/schema`;
}
