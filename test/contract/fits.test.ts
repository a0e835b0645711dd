import { describe, expect, test } from "bun:test";
import { schemaFits } from "../../src/contract/fits.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { patience } from "../patience.ts";

const CLOSED = { additionalProperties: false };
const TREE = node("tree", { value: { type: "integer" } }, ["value"]);
const LOOSE_TREE = node("knot", { value: { type: "number" } }, []);

function node(name: string, properties: JsonSchema, required: readonly string[]): JsonSchema {
  const $ref = `#/$defs/${name}`;
  const kids = { type: "array", items: { $ref } };
  return {
    $ref,
    $defs: { [name]: { type: "object", properties: { ...properties, kids }, required } },
  };
}

function object(properties: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties), ...more };
}

describe("schemaFits() proves", () => {
  test.each<[string, JsonSchema, JsonSchema]>([
    ["an integer is a number", { type: "integer" }, { type: "number" }],
    [
      "whole numbers between bounds are those listed",
      { type: "integer", minimum: 1, maximum: 3 },
      { enum: [1, 2, 3] },
    ],
    ["over 4 is 5 or more for integers", { type: "integer", exclusiveMinimum: 4 }, { minimum: 5 }],
    [
      "draft 4's exclusive bound",
      {
        $schema: "http://json-schema.org/draft-04/schema#",
        type: "number",
        minimum: 4,
        exclusiveMinimum: true,
      },
      { exclusiveMinimum: 4 },
    ],
    [
      "multiples of 0.4 are multiples of 0.2",
      { type: "number", multipleOf: 0.4 },
      { multipleOf: 0.2 },
    ],
    [
      "enum members have their lengths",
      { enum: ["a", "bc"] },
      { type: "string", minLength: 1, maxLength: 2 },
    ],
    [
      "the same pattern is the same",
      { type: "string", pattern: "^(?=a).+$" },
      { pattern: "^(?=a).+$" },
    ],
    [
      "a pattern bounds the length",
      { type: "string", pattern: "^[A-Z]{2,3}-\\d$" },
      { minLength: 4, maxLength: 5 },
    ],
    [
      "a pattern may be a short list",
      { type: "string", pattern: "^(low|high)$" },
      { enum: ["high", "low", "none"] },
    ],
    ["a date is not empty", { type: "string", format: "date" }, { type: "string", minLength: 1 }],
    ["null is among nullable strings", { type: "null" }, { type: ["string", "null"] }],
    [
      "a tuple is a list",
      {
        type: "array",
        prefixItems: [{ type: "string" }, { type: "integer" }],
        items: false,
        minItems: 2,
      },
      { type: "array", items: { type: ["string", "integer"] }, minItems: 1 },
    ],
    ["a list of one is unique", { type: "array", maxItems: 1 }, { uniqueItems: true }],
    ["what is required is there", object({ a: { type: "string" } }), { required: ["a"] }],
    [
      "a closed object has no others",
      object({ a: true }, CLOSED),
      { additionalProperties: false, properties: { a: true, b: false } },
    ],
    [
      "unevaluatedProperties alone closes too",
      object({ a: true }, { unevaluatedProperties: false }),
      { maxProperties: 1 },
    ],
    [
      "alternatives of a union cover together",
      object({ a: { type: "boolean" }, b: { enum: [1, 2] } }),
      {
        anyOf: [
          { properties: { a: { const: true } } },
          { properties: { a: { const: false }, b: { const: 1 } } },
          { properties: { b: { const: 2 } } },
        ],
      },
    ],
    [
      "what tells alternatives apart makes oneOf a union",
      {
        oneOf: [
          object({ kind: { const: "a" }, n: { type: "integer" } }),
          object({ kind: { const: "b" } }),
        ],
      },
      {
        oneOf: [
          object({ kind: { const: "b" } }),
          object({ kind: { const: "a" }, n: { type: "number" } }),
        ],
      },
    ],
    [
      "allOf narrows",
      { allOf: [{ type: "integer" }, { minimum: 3 }] },
      { type: "number", minimum: 2 },
    ],
    [
      "not and if are understood",
      { type: "string" },
      { not: { type: "integer" }, if: { type: "integer" }, then: false },
    ],
    ["dependentRequired", object({ a: true, b: true }), { dependentRequired: { a: ["b"] } }],
    ["a recursive schema", TREE, LOOSE_TREE],
    [
      "a schema no value meets is in all",
      { type: "integer", minimum: 2, maximum: 1 },
      { type: "string" },
    ],
    [
      "a compound constant",
      { const: { a: [1, { b: null }] } },
      object({ a: { type: "array", maxItems: 2 } }, CLOSED),
    ],
  ])("%s", (_, a, b) => {
    expect(schemaFits(a, b)).toEqual({ verdict: "fits" });
  });
});

describe("schemaFits() shows", () => {
  test.each<[string, JsonSchema, JsonSchema, unknown, string]>([
    [
      "a missing optional property",
      { type: "object", properties: { a: { type: "string" } } },
      { type: "object", required: ["a"] },
      {},
      "required",
    ],
    ["a null", { type: ["string", "null"] }, { type: "string" }, null, "type"],
    ["the enum member that is not there", { enum: ["a", "b"] }, { enum: ["a", "c"] }, "b", "enum"],
    [
      "an item too many",
      { type: "array", items: { const: 1 }, maxItems: 3 },
      { maxItems: 2 },
      [1, 1, 1],
      "maxItems",
    ],
    [
      "the empty text in a list",
      { type: "array", items: { type: "string" } },
      { items: { minLength: 1 } },
      [""],
      "minLength",
    ],
    [
      "the gap between two ranges",
      { type: "integer", minimum: 0, maximum: 9 },
      { anyOf: [{ maximum: 4 }, { minimum: 6 }] },
      5,
      "maximum",
    ],
    [
      "a text that is over the limit by one",
      { type: "string", pattern: "^x+$" },
      { maxLength: 3 },
      "xxxx",
      "maxLength",
    ],
    [
      "what two alternatives both take",
      { enum: [2, 4, 6] },
      { oneOf: [{ multipleOf: 2 }, { const: 4 }] },
      4,
      "oneOf",
    ],
    [
      "an item twice",
      { type: "array", items: { type: "boolean" } },
      { uniqueItems: true },
      [true, true],
      "uniqueItems",
    ],
  ])("%s", (_, a, b, example, keyword) => {
    expect(schemaFits(a, b)).toMatchObject({ verdict: "may-not-fit", example, issue: { keyword } });
  });

  test("a property that a closed object does not have", () => {
    const fit = schemaFits(
      object({ a: { type: "string" } }),
      object({ a: { type: "string" } }, CLOSED),
    );
    expect(fit).toMatchObject({
      verdict: "may-not-fit",
      issue: { keyword: "additionalProperties" },
    });
  });

  test("a fault somewhere down a recursive schema", () => {
    const fit = schemaFits(LOOSE_TREE, TREE);
    expect(fit).toMatchObject({ verdict: "may-not-fit", issue: { keyword: "required" } });
  });
});

describe("schemaFits() refuses", () => {
  test.each<[string, JsonSchema, JsonSchema, string]>([
    ["another type", { type: "string" }, { type: "integer" }, "an integer is wanted"],
    ["other constants", { enum: ["a", "b"] }, { enum: ["c"] }, '"c" is wanted'],
    ["bounds that don't meet", { type: "number", maximum: 1 }, { minimum: 2 }, "2 or more"],
    [
      "a required property of another type",
      object({ a: { type: "string" } }),
      { properties: { a: { type: "null" } } },
      "null is wanted",
    ],
    [
      "a property that may not be there",
      object({ a: true }),
      { type: "object", properties: { b: true }, ...CLOSED },
      "does not allow",
    ],
    [
      "texts of other lengths",
      { type: "string", pattern: "^[a-z]{3}$" },
      { maxLength: 2 },
      "at most 2",
    ],
  ])("%s", (_, a, b, reason) => {
    const fit = schemaFits(a, b);
    expect(fit.verdict).toBe("cannot-fit");
    expect("reason" in fit ? fit.reason : "").toContain(reason);
  });
});

describe("schemaFits() leaves open", () => {
  test.each<[string, JsonSchema, JsonSchema, string]>([
    [
      "what one pattern says of another",
      { type: "string", pattern: "^[a-f]+$" },
      { pattern: "^[a-z]+$" },
      "pattern",
    ],
    [
      "unevaluatedProperties beside others",
      object({ a: true }, CLOSED),
      { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
      "unevaluatedProperties",
    ],
    [
      "dynamic references",
      { type: "string" },
      { $dynamicRef: "#x", $defs: { x: { $dynamicAnchor: "x" } } },
      "$dynamicRef",
    ],
    ["a schema that can't be compiled", { type: "sting" }, { type: "string" }, "can't be compiled"],
  ])("%s", (_, a, b, reason) => {
    const fit = schemaFits(a, b);
    expect(fit.verdict).toBe("unknown");
    expect("reason" in fit ? fit.reason : "").toContain(reason);
  });

  test("what would take too long, within two seconds", () => {
    const wide = (shift: number): JsonSchema => ({
      allOf: Array.from({ length: 12 }, (_, at) => ({
        anyOf: Array.from({ length: 12 }, (__, way) => ({
          properties: { [`p${at}`]: { minimum: way + shift, maximum: way * 3 } },
        })),
      })),
    });
    const start = performance.now();
    expect(["unknown", "may-not-fit"]).toContain(schemaFits(wide(0), wide(1)).verdict);
    expect(performance.now() - start).toBeLessThan(patience(2000));
  });
});
