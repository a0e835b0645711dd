import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileContract } from "../../src/contract/compile.ts";
import { inferSchema } from "../../src/contract/infer.ts";

describe("inferSchema()", () => {
  test("requires what every example has, and allows nothing else", () => {
    expect(inferSchema([{ a: 1, b: "x" }, { a: 2 }])).toEqual({
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "string" } },
      required: ["a"],
      additionalProperties: false,
    });
  });

  test.each([
    ["whole numbers", [1, 2], { type: "integer" }],
    ["numbers", [1, 2.5], { type: "number" }],
    ["a value or null", [true, null], { type: ["boolean", "null"] }],
    ["null alone", [null], { type: ["string", "null"] }],
    ["dates", ["2026-05-31", "2024-02-29"], { type: "string", format: "date" }],
    ["moments", ["2026-05-31T09:30:00Z"], { type: "string", format: "date-time" }],
    ["an address", ["ann@example.com"], { type: "string", format: "email" }],
    ["a date among words", ["2026-05-31", "soon"], { type: "string" }],
    ["an empty list", [[]], { type: "array" }],
    ["a list", [[1], [2, null]], { type: "array", items: { type: ["integer", "null"] } }],
    ["text or number", ["a", 1], { type: ["string", "integer"] }],
    [
      "text or a list",
      ["a", [1]],
      { anyOf: [{ type: "string" }, { type: "array", items: { type: "integer" } }] },
    ],
  ])("%s", (_, examples, schema) => {
    expect(inferSchema(examples)).toEqual(schema);
  });

  test("makes a schema that compiles and that every example meets", () => {
    const examples = fc.array(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.jsonValue()), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(examples, (values) => {
        const compiled = compileContract(inferSchema(values));
        return compiled.ok && values.every((value) => compiled.contract.check(value).ok);
      }),
    );
  });
});
