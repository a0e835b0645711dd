import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { translateSchema } from "../../../src/model/schema/translate.ts";

const text = { type: "string" };

function object(
  properties: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return { type: "object", properties, required: Object.keys(properties), ...more };
}

describe("translateSchema() in strict mode", () => {
  test("closes objects, and enforces what it can say whole", () => {
    const schema = object({
      a: text,
      list: { type: "array", items: object({ b: { type: ["number", "null"] } }) },
    });
    expect(translateSchema(schema, "strict")).toEqual({
      schema: {
        ...object({
          a: text,
          list: {
            type: "array",
            items: object({ b: { type: ["number", "null"] } }, { additionalProperties: false }),
          },
        }),
        additionalProperties: false,
      },
      strict: true,
      weakened: [],
    });
  });

  test("leaves out what it does not enforce, and names each place", () => {
    const items = {
      type: "string",
      minLength: 2,
      format: "uri",
      description: "A link",
      example: "x",
      default: "y",
    };
    const schema = object(
      { "a/b~": { type: "array", items, uniqueItems: true } },
      { $schema: "s", minProperties: 1 },
    );
    const result = translateSchema(schema, "strict");
    expect(result.strict).toBe(true);
    expect(result.schema).toEqual(
      object(
        { "a/b~": { type: "array", items: { type: "string", description: "A link" } } },
        { additionalProperties: false },
      ),
    );
    expect(result.weakened).toEqual([
      { pointer: "/properties/a~1b~0/items", keyword: "minLength" },
      { pointer: "/properties/a~1b~0/items", keyword: "format" },
      { pointer: "/properties/a~1b~0", keyword: "uniqueItems" },
      { pointer: "", keyword: "minProperties" },
    ]);
  });

  test("rewrites without loss: const, definitions, old bounds, a lone allOf", () => {
    const schema = object(
      {
        kind: { const: "a" },
        ref: { $ref: "#/definitions/x" },
        n: { type: "number", minimum: 3, exclusiveMinimum: true },
        one: { allOf: [{ $ref: "#/definitions/x" }] },
      },
      { definitions: { x: text } },
    );
    const result = translateSchema(schema, "strict");
    expect([result.strict, result.weakened]).toEqual([true, []]);
    expect(result.schema["properties"]).toEqual({
      kind: { type: "string", enum: ["a"] },
      ref: { $ref: "#/$defs/x" },
      n: { type: "number", exclusiveMinimum: 3 },
      one: { $ref: "#/$defs/x" },
    });
    expect(result.schema["$defs"]).toEqual({ x: text });
  });

  test("says oneOf as anyOf", () => {
    const result = translateSchema(object({ a: { oneOf: [text, { type: "null" }] } }), "strict");
    expect(result.schema["properties"]).toEqual({ a: { anyOf: [text, { type: "null" }] } });
    expect(result.weakened).toEqual([{ pointer: "/properties/a", keyword: "oneOf" }]);
  });

  for (const [why, schema, weakened] of [
    [
      "a property is optional",
      { ...object({ a: text }), required: [] },
      { pointer: "/properties/a", keyword: "required" },
    ],
    [
      "keys are free",
      object({ a: { type: "object", additionalProperties: text } }),
      { pointer: "/properties/a", keyword: "properties" },
    ],
    ["a place takes anything", object({ a: {} }), { pointer: "/properties/a", keyword: "type" }],
    ["the root is a choice", { anyOf: [object({ a: text })] }, { pointer: "", keyword: "type" }],
    [
      "a list says nothing of its items",
      object({ a: { type: "array" } }),
      { pointer: "/properties/a", keyword: "items" },
    ],
  ] as const) {
    test(`sends the schema as guidance, unchanged, when ${why}`, () => {
      const result = translateSchema(
        { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema },
        "strict",
      );
      expect(result.strict).toBe(false);
      expect(result.schema).toEqual(schema);
      expect(result.weakened[0]).toEqual(weakened);
    });
  }

  test("sends it as guidance when it is nested too deep", () => {
    let schema: Record<string, unknown> = object({ end: text });
    for (let depth = 0; depth < 12; depth++) schema = object({ deeper: schema });
    const result = translateSchema(schema, "strict");
    expect([result.strict, result.weakened[0]?.keyword]).toEqual([false, "depth"]);
  });

  test("takes patterns but for lookaround", () => {
    const result = translateSchema(
      object({ a: { ...text, pattern: "^a+$" }, b: { ...text, pattern: "^(?!x)" } }),
      "strict",
    );
    expect(result.weakened).toEqual([{ pointer: "/properties/b", keyword: "pattern" }]);
  });
});

describe("translateSchema() for Anthropic", () => {
  test("closes objects, keeps optional properties, and tells the limits that are lost", () => {
    const schema = {
      type: "object",
      properties: {
        name: { ...text, maxLength: 9, description: "As in the passport" },
        age: { type: "integer", minimum: 0, maximum: 150 },
        tags: { type: "array", items: text, minItems: 3 },
      },
      required: ["name"],
    };
    const result = translateSchema(schema, "anthropic");
    expect(result.strict).toBe(true);
    expect(result.schema).toEqual({
      type: "object",
      properties: {
        name: { ...text, description: "As in the passport {maxLength: 9}" },
        age: { type: "integer", description: "{minimum: 0, maximum: 150}" },
        tags: { type: "array", items: text, minItems: 1, description: "{minItems: 3}" },
      },
      required: ["name"],
      additionalProperties: false,
    });
    expect(result.weakened.map(({ keyword }) => keyword)).toEqual([
      "maxLength",
      "minimum",
      "maximum",
      "minItems",
    ]);
  });

  for (const [why, schema] of [
    ["it holds itself", object({ parts: { type: "array", items: { $ref: "#" } } })],
    ["keys are free", object({ a: { type: "object", additionalProperties: text } })],
    [
      "it has more than 24 optional properties",
      object(Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`p${index}`, text])), {
        required: [],
      }),
    ],
    [
      "more than 16 properties have several types",
      object(
        Object.fromEntries(
          Array.from({ length: 17 }, (_, index) => [`p${index}`, { type: ["string", "null"] }]),
        ),
      ),
    ],
    [
      "a part of it would be forbidden",
      object({ a: text }, { dependentSchemas: { a: object({ b: text }) } }),
    ],
  ] as const) {
    test(`does not enforce a schema when ${why}`, () => {
      const result = translateSchema(schema, "anthropic");
      expect([result.strict, result.schema, result.weakened.length > 0]).toEqual([
        false,
        schema,
        true,
      ]);
    });
  }
});

describe("translateSchema() rewrites without loss", () => {
  for (const mode of ["strict", "anthropic", "gemini", "grammar"] as const) {
    test(`several allOf, for ${mode}`, () => {
      const schema = {
        type: "object",
        allOf: [{ $ref: "#/$defs/a" }, object({ b: { type: "integer" } })],
        properties: { c: text },
        required: ["c"],
        $defs: { a: object({ a: text }) },
      };
      const result = translateSchema(schema, mode);
      expect([result.weakened, result.schema["allOf"]]).toEqual([[], undefined]);
      expect(result.schema["properties"]).toEqual({ c: text, a: text, b: { type: "integer" } });
      expect(result.schema["required"]).toEqual(["c", "a", "b"]);
    });
  }

  test("leaves allOf out where one of them forbids what another says, and opens the object", () => {
    const schema = {
      type: "object",
      properties: { a: text },
      allOf: [object({ b: text }, { additionalProperties: false })],
    };
    expect(translateSchema(schema, "grammar")).toMatchObject({
      schema: { additionalProperties: true },
      weakened: [{ pointer: "", keyword: "allOf" }],
    });
    expect(translateSchema(schema, "strict").strict).toBe(false);
  });

  test("a choice beside properties becomes a choice of wholes for a grammar", () => {
    const schema = {
      type: "object",
      properties: { id: text },
      required: ["id"],
      anyOf: [object({ a: text }), object({ b: text })],
    };
    expect(translateSchema(schema, "grammar").schema).toEqual({
      anyOf: [
        { type: "object", properties: { id: text, a: text }, required: ["id", "a"] },
        { type: "object", properties: { id: text, b: text }, required: ["id", "b"] },
      ],
    });
  });

  test("a schema that holds itself gets a name, where `#` is not understood", () => {
    const schema = object({ parts: { type: "array", items: { $ref: "#" } } });
    const { schema: sent } = translateSchema(schema, "grammar");
    // `root` is a rule of every grammar.
    expect(sent["$ref"]).toBe("#/$defs/rootx2");
    expect(JSON.stringify(sent)).toContain(`"items":{"$ref":"#/$defs/rootx2"}`);
  });

  test("lengths that a grammar can't hold are left out", () => {
    const result = translateSchema(
      object({ a: { ...text, maxLength: 2000 }, b: { ...text, maxLength: 1999 } }),
      "grammar",
    );
    expect(result.weakened).toEqual([{ pointer: "/properties/a", keyword: "maxLength" }]);
  });
});

describe("translateSchema() for other servers", () => {
  test("makes the same of a list of values and its types in either order", () => {
    const [type, values] = [
      ["string", "null"],
      ["a", null],
    ];
    const choice = { anyOf: [{ type: "string", enum: ["a"] }, { type: "null" }] };
    for (const schema of [
      { type, enum: values },
      { enum: values, type },
    ])
      expect(translateSchema(object({ a: schema }), "gemini").schema["properties"]).toEqual({
        a: choice,
      });
  });

  test("keeps to Gemini's subset", () => {
    const schema = object({
      a: { ...text, pattern: "^a$", maxLength: 3 },
      n: { type: "integer", minimum: 1, multipleOf: 2 },
    });
    const result = translateSchema(schema, "gemini");
    expect(result.schema).toEqual(object({ a: text, n: { type: "integer", minimum: 1 } }));
    expect(result.weakened.map(({ keyword }) => keyword)).toEqual([
      "pattern",
      "maxLength",
      "multipleOf",
    ]);
  });

  test("keeps to what llama.cpp makes a grammar of", () => {
    const properties = {
      a: { ...text, pattern: "^[a-z]+$", maxLength: 3 },
      b: { ...text, pattern: "[a-z]" },
      n: { type: "number", minimum: 0 },
      i: { type: "integer", minimum: 0 },
      not: { not: text },
    };
    const result = translateSchema({ type: "object", properties }, "grammar");
    expect(result.weakened).toEqual([
      { pointer: "/properties/b", keyword: "pattern" },
      { pointer: "/properties/n", keyword: "minimum" },
      { pointer: "/properties/not", keyword: "not" },
    ]);
    expect(result.schema["properties"]).toMatchObject({ a: properties.a, i: properties.i });
  });

  test("reports a schema that allows nothing", () => {
    expect(
      translateSchema({ type: "object", properties: { a: false } }, "grammar").weakened,
    ).toEqual([{ pointer: "/properties/a", keyword: "false" }]);
  });

  test("leaves a schema whole where the server takes any, but for its address", () => {
    const schema = {
      $id: "https://x/y",
      type: "object",
      properties: { $id: text },
      if: { required: ["a"] },
      "x-mine": 1,
    };
    const { $id: _id, ...rest } = schema;
    expect(translateSchema(schema, "schema")).toEqual({
      schema: rest,
      strict: false,
      weakened: [],
    });
  });

  test("never changes its argument", () => {
    const schema = object({ a: { const: 1 }, b: { items: [text] } }, { definitions: { x: text } });
    const before = structuredClone(schema);
    for (const mode of ["strict", "anthropic", "gemini", "grammar", "tool", "schema"] as const)
      translateSchema(schema, mode);
    expect(schema).toEqual(before);
  });
});

test("translateSchema() never throws, whatever the schema holds", () => {
  const keyword = fc.constantFrom(
    "type",
    "properties",
    "items",
    "anyOf",
    "allOf",
    "required",
    "$defs",
    "$ref",
    "const",
    "enum",
    "x",
  );
  const plain = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom("object", "array", "#/$defs/x"),
  );
  const inner = fc.dictionary(
    keyword,
    fc.oneof(plain, fc.dictionary(keyword, plain, { maxKeys: 4 })),
    { maxKeys: 4 },
  );
  const schema = fc.dictionary(keyword, fc.oneof(plain, inner, fc.array(inner, { maxLength: 3 })), {
    maxKeys: 6,
  });
  fc.assert(
    fc.property(schema, (given) => {
      for (const mode of ["strict", "anthropic", "gemini", "grammar", "tool", "schema"] as const) {
        const result = translateSchema(given, mode);
        expect(JSON.parse(JSON.stringify(result.schema))).toBeObject();
      }
    }),
    { numRuns: 500 },
  );
});
