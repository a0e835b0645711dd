import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type Bench, INSTALLED, SKIP, startLlamacpp } from "./llamacpp.ts";

/** Each of them is enforced whole: what random weights write meets it. */
const ENFORCED: Readonly<Record<string, JsonObject>> = {
  "a required and an optional property": {
    type: "object",
    properties: {
      answer: { type: "string", maxLength: 8 },
      note: { type: "string", maxLength: 4 },
    },
    required: ["answer"],
    additionalProperties: false,
  },
  "optional properties before and after a required one": {
    type: "object",
    properties: {
      a: { type: "null" },
      b: { type: "null" },
      c: { type: "boolean" },
      d: { type: "null" },
    },
    required: ["c"],
  },
  "nothing required": {
    type: "object",
    properties: { a: { type: "boolean" }, b: { type: "boolean" } },
  },
  "a property that isn't described": {
    type: "object",
    properties: { a: { type: "null" } },
    required: ["b", "a"],
    additionalProperties: { type: "boolean" },
  },
  "other properties beside known ones": {
    type: "object",
    properties: { a: { type: "boolean" }, an: { type: "boolean" }, "": { type: "boolean" } },
    required: ["a"],
    additionalProperties: { type: "integer", minimum: 0, maximum: 9 },
  },
  "names that need escapes": {
    type: "object",
    properties: { 'a"b\\c\n]': { type: "null" }, "é😀": { type: "null" } },
    required: ['a"b\\c\n]', "é😀"],
  },
  "an integer between bounds": { type: "integer", minimum: -17, maximum: 1203 },
  "an integer between open bounds": { type: "integer", exclusiveMinimum: 5, exclusiveMaximum: 7 },
  "an integer of a few digits": { type: "integer", minimum: 95, maximum: 10_004 },
  "a number from zero on": { type: "number", minimum: 0 },
  "any number": { type: "number" },
  "any integer": { type: "integer" },
  "a short text": { type: "string", minLength: 3, maxLength: 6 },
  "a list with bounds": { type: "array", items: { type: "boolean" }, minItems: 2, maxItems: 4 },
  "a list of one": { type: "array", items: { enum: [1, 2] }, minItems: 1, maxItems: 1 },
  "an empty list": { type: "array", maxItems: 0 },
  "a tuple": {
    type: "array",
    prefixItems: [{ type: "boolean" }, { enum: ["a", "b"] }],
    items: false,
  },
  "a tuple that goes on": {
    type: "array",
    prefixItems: [{ type: "boolean" }],
    items: { type: "null" },
    minItems: 3,
    maxItems: 4,
  },
  "an enumeration of all types": { enum: ["a", 1, 1.5, true, null, { b: [1, "x"] }, []] },
  "an enumeration with a type": { type: "string", enum: ["ja", "nein", 3] },
  "a constant": { const: { a: [1, { b: 'quote " and \\ back' }] } },
  "several types": { type: ["boolean", "null"] },
  anyOf: { anyOf: [{ type: "boolean" }, { type: "array", items: { type: "null" }, maxItems: 2 }] },
  "anyOf beside properties": {
    type: "object",
    properties: { kind: { enum: ["a", "b"] } },
    required: ["kind"],
    anyOf: [
      { properties: { x: { type: "boolean" } }, required: ["x"] },
      { properties: { y: { type: "boolean" } }, required: ["y"] },
    ],
  },
  "oneOf told apart by a constant": {
    oneOf: [
      {
        type: "object",
        properties: { kind: { const: "a" }, x: { type: "boolean" } },
        required: ["kind", "x"],
      },
      { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] },
    ],
  },
  allOf: {
    allOf: [
      { type: "object", properties: { a: { type: "integer", minimum: 2 } }, required: ["a"] },
      { properties: { a: { maximum: 4 }, b: { type: "boolean" } }, required: ["b"] },
    ],
  },
  "a definition": {
    $defs: { flag: { type: "boolean" } },
    type: "object",
    properties: { a: { $ref: "#/$defs/flag" } },
    required: ["a"],
  },
  "a tree": {
    $defs: {
      node: {
        type: "object",
        properties: {
          leaf: { type: "boolean" },
          children: { type: "array", items: { $ref: "#/$defs/node" }, maxItems: 1 },
        },
        required: ["leaf"],
      },
    },
    $ref: "#/$defs/node",
  },
  "a list that holds itself": { type: "array", items: { $ref: "#" }, maxItems: 1 },
  "a date": { type: "string", format: "date" },
  "a time": { type: "string", format: "time" },
  "a date and time": { type: "string", format: "date-time" },
  "a UUID": { type: "string", format: "uuid" },
  "a map with bounds": {
    type: "object",
    additionalProperties: { type: "boolean" },
    maxProperties: 2,
  },
  "no properties": { type: "object", additionalProperties: false },
};
/** What a note says of each. */
const WEAKENED: readonly [JsonObject, string][] = [
  [{ type: "string", pattern: "^a" }, "pattern at $"],
  [
    { type: "object", properties: { a: { type: "array", items: { type: "number", maximum: 3 } } } },
    "maximum at $.a[]",
  ],
  [{ type: "string", format: "email" }, "format at $"],
  [{ type: "array", items: { type: "null" }, uniqueItems: true }, "uniqueItems at $"],
  [{ type: "string", maxLength: 100_000 }, "maxLength at $"],
  [{ oneOf: [{ type: "integer" }, { type: "number" }] }, "oneOf at $"],
  [{ $ref: "https://example.com/schema" }, "$ref at $"],
  [{ type: "boolean", not: { const: true } }, "not at $"],
];

describe.skipIf(!INSTALLED)(`the grammar of the llamacpp plugin ${SKIP}`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startLlamacpp({ tiny: { window: 2048 } }, { parallel: 2 });
  });
  afterAll(() => bench?.close());

  for (const [name, schema] of Object.entries(ENFORCED)) {
    test(`holds answers to ${name}`, async () => {
      const compiled = compileContract(schema);
      if (!compiled.ok) throw new Error("the schema does not compile");
      let ended = 0;
      for (let seed = 0; seed < 6; seed++) {
        const { text, notes, result } = await bench.chat({
          schema,
          params: { seed, temperature: 1.5, max_tokens: 600 },
        });
        expect(notes).toEqual([]);
        if (result.reason === "length") continue;
        ended++;
        expect({ seed, text, ok: compiled.contract.check(JSON.parse(text)).ok }).toEqual({
          seed,
          text,
          ok: true,
        });
      }
      expect(ended).toBeGreaterThan(0);
    });
  }

  for (const [schema, told] of WEAKENED) {
    test(`says that it does not enforce ${told}`, async () => {
      const { notes } = await bench.chat({ schema, params: { max_tokens: 4 } });
      expect(notes).toEqual([`The grammar does not enforce ${told}`]);
    });
  }

  test("says that a schema is not enforced of which no grammar can be made", async () => {
    const schema = {
      $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
      $ref: "#/$defs/a",
    };
    const { notes, result } = await bench.chat({ schema, params: { max_tokens: 4 } });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toStartWith("The schema is not enforced: ");
    expect(result.reason).toBe("length");
  });
});
