import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { inferSchema } from "../../src/contract/infer.ts";
import { parseType, typeText } from "../../src/program/field-type.ts";
import {
  checkFields,
  editSchema,
  fieldsOf,
  fieldsText,
  parseFields,
  schemaOfFields,
} from "../../src/program/fields.ts";

describe("parseType()", () => {
  test.each([
    ["string", { type: "string" }],
    ["Text", { type: "string" }],
    ["int", { type: "integer" }],
    ["url", { type: "string", format: "uri" }],
    ["date|null", { type: ["string", "null"], format: "date" }],
    ["low|medium|very high", { enum: ["low", "medium", "very high"] }],
    ["low | high | null", { enum: ["low", "high", null] }],
    ["string[]", { type: "array", items: { type: "string" } }],
    ["(low|high)[]", { type: "array", items: { enum: ["low", "high"] } }],
    ["integer[][]", { type: "array", items: { type: "array", items: { type: "integer" } } }],
    ["string|number", { anyOf: [{ type: "string" }, { type: "number" }] }],
    [
      "{task: string, owner?: string|null}[]",
      {
        type: "array",
        items: {
          type: "object",
          properties: { task: { type: "string" }, owner: { type: ["string", "null"] } },
          required: ["task"],
          additionalProperties: false,
        },
      },
    ],
  ])("%s", (text, schema) => {
    expect(parseType(text)).toEqual({ ok: true, schema });
  });

  test.each([
    ["", "a type is missing"],
    ["strng", 'Did you mean "string"?'],
    ["low", "nor a choice such as low|high"],
    ["string|low", '"low" is not one of'],
    ["string[", 'a "[" is not followed by "]"'],
    ["(a|b", 'a "(" is never closed'],
    ["{a: string", 'a "{" is never closed'],
    ["{a string}", 'fields such as "name: string" are wanted'],
    ["string)", "is not understood"],
    ["{a:".repeat(50), "nested more than 10 levels deep"],
    [`string${"[]".repeat(50)}`, "nested more than 10 levels deep"],
    ["a|".repeat(2000), "more than 2000 characters"],
    ["{a: string, a: integer}", '"a" can\'t be a field, or is one already'],
    ["{__proto__: string}", '"__proto__" can\'t be a field'],
  ])("%s is none", (text, reason) => {
    expect(parseType(text)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason) as string,
    });
  });

  test("never throws", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."ab|[]{}():,;? ") }),
        (text) => void parseType(text),
      ),
    );
  });
});

describe("typeText()", () => {
  test.each([
    "string",
    "date|null",
    "low|high",
    "low|high|null",
    "(low|high)[]",
    "{a: string, b?: {c: date}[]}",
    "any",
    "object",
  ])("%s is what it was read from", (text) => {
    const read = parseType(text);
    expect(read.ok && typeText(read.schema)).toBe(text);
  });

  test.each([
    ["bounds", { type: "integer", minimum: 1 }, "integer"],
    ["choices that are names of types", { enum: ["text", "html"] }, "string"],
    [
      "names that the notation has no place for",
      { type: "object", properties: { "a-b": {} } },
      "object",
    ],
    [
      "a list of objects or null",
      { type: "array", items: { type: ["object", "null"], properties: { a: { type: "string" } } } },
      "({a?: string}|null)[]",
    ],
    ["choices of numbers", { enum: [2, 1, 0] }, "number"],
    ["choices that can't be said", { enum: ["a,b", "c"] }, "string"],
    ["described choices", { oneOf: [{ const: "a", description: "x" }, { const: "b" }] }, "a|b"],
    ["one constant", { const: "a" }, "string"],
    ["a reference", { $ref: "#/$defs/a" }, "any"],
  ])("%s are said as far as they can be", (_, schema, text) => {
    expect(typeText(schema)).toBe(text);
  });
});

test("what typeText() says of any example's schema, parseType() reads", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      return parseType(typeText(inferSchema([plain]))).ok;
    }),
  );
});

describe("fields", () => {
  const TEXT = "text: string - What, to sum up\nlimit?: integer";
  const FIELDS = [
    { name: "text", type: "string", description: "What, to sum up", required: true },
    { name: "limit", type: "integer", description: "", required: false },
  ];

  test("parseFields() reads one a line", () => {
    expect(parseFields(TEXT)).toEqual({ ok: true, fields: FIELDS });
    expect(parseFields("\n text: string - What, to sum up \r\n\nlimit ? : integer")).toEqual({
      ok: true,
      fields: FIELDS,
    });
    expect(parseFields("a: {b: string; c: date}[] - one; two")).toMatchObject({
      fields: [{ description: "one; two" }],
    });
  });

  test.each([
    ["", "there is no field"],
    ["text", '"text" is no field'],
    ["my field: string", "is no field"],
    ["1a: string", "is no name for a field"],
    ["__proto__: string", "is no name for a field"],
    ["a: string\na: string", 'two fields "a"'],
    ["a: strng", 'the type of "a"'],
  ])("parseFields() refuses %s", (text, reason) => {
    expect(parseFields(text)).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason) as string,
    });
  });

  test("a schema and its text lead to each other", () => {
    const schema = schemaOfFields(FIELDS);
    expect(schema).toEqual({
      type: "object",
      properties: {
        text: { type: "string", description: "What, to sum up" },
        limit: { type: "integer" },
      },
      required: ["text"],
      additionalProperties: false,
    });
    expect(fieldsText(fieldsOf(schema))).toBe(TEXT);
  });

  test("editSchema() keeps what the notation can't say of a field that was not touched", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "string", maxLength: 9 }, b: { type: "integer", minimum: 1 } },
      required: ["a"],
    };
    const read = parseFields("a?: string\nb: number");
    expect(read.ok && editSchema(schema, read.fields)).toEqual({
      type: "object",
      properties: { a: { type: "string", maxLength: 9 }, b: { type: "number" } },
      required: ["b"],
      additionalProperties: false,
    });
  });

  test("checkFields() takes what it gives", () => {
    expect(checkFields(FIELDS)).toEqual({ ok: true, fields: FIELDS });
  });
});
