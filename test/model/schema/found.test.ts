import { describe, expect, test } from "bun:test";
import { compileContract } from "../../../src/contract/compile.ts";
import type { JsonSchema } from "../../../src/contract/contract.ts";
import { isObject } from "../../../src/core/json.ts";
import { translateSchema } from "../../../src/model/schema/translate.ts";
import { judgeSent, MODES, type Mode } from "./soundness.ts";

type Held = Exclude<Mode, "tool">;

const text = { type: "string" };
const integer = { type: "integer" };

function object(properties: JsonSchema, more: JsonSchema = {}): JsonSchema {
  const required = Object.keys(properties);
  return { type: "object", properties, required, additionalProperties: false, ...more };
}

function open(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return { type: "object", properties, required };
}

/** Schemas with answers that their contracts accept, in which servers were once told to forbid. */
const CASES: readonly {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly answer: unknown;
  /** Modes in which nothing may be enforced. */
  readonly guidance?: readonly Held[];
  /** Modes in which all must be enforced. */
  readonly held?: readonly Held[];
}[] = [
  {
    name: "patterns of names beside a list of types",
    schema: object({
      icon: {
        type: ["string", "object"],
        patternProperties: { "^[0-9]+$": text },
        additionalProperties: false,
      },
    }),
    answer: { icon: { "16": "a.png" } },
  },
  {
    name: "patterns of names beside a schema for the rest",
    schema: object({
      h: {
        type: "object",
        properties: { a: integer },
        patternProperties: { "^x-": text },
        additionalProperties: integer,
      },
    }),
    answer: { h: { a: 1, "x-note": "free text", b: 2 } },
  },
  {
    name: "a first item of its own",
    schema: object({ row: { type: "array", prefixItems: [text], items: integer } }),
    answer: { row: ["total", 1, 2] },
    guidance: ["strict", "anthropic"],
  },
  {
    name: "a tuple of draft 7 with nothing behind it",
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...object({ row: { type: "array", items: [text, integer], additionalItems: false } }),
    },
    answer: { row: ["total", 1] },
    guidance: ["strict", "anthropic"],
  },
  {
    name: "an integer where a number is referred to",
    schema: object(
      { n: { $ref: "#/$defs/amount", type: ["integer", "null"] } },
      { $defs: { amount: { type: ["number", "null"], minimum: 0 } } },
    ),
    answer: { n: 5 },
    held: ["strict"],
  },
  {
    name: "a property that another one asks for",
    schema: { ...open({ card: text }, ["card"]), dependentRequired: { card: ["address"] } },
    answer: { card: "4111", address: "x" },
    guidance: ["strict", "anthropic"],
  },
  {
    name: "dependencies of draft 7",
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...open({ kind: { type: "string", enum: ["card", "cash"] } }, ["kind"]),
      dependencies: {
        kind: {
          oneOf: [
            { properties: { kind: { enum: ["card"] }, number: text }, required: ["number"] },
            { properties: { kind: { enum: ["cash"] } } },
          ],
        },
      },
    },
    answer: { kind: "card", number: "4111" },
    guidance: ["strict", "anthropic"],
  },
  {
    name: "more properties than are named",
    schema: { ...open({ a: text }), minProperties: 2 },
    answer: { a: "x", b: 1 },
    guidance: ["strict", "anthropic"],
  },
  {
    name: "a definition called root beside a reference to the root",
    schema: object(
      { first: { $ref: "#/$defs/root" }, next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
      { $defs: { root: text } },
    ),
    answer: { first: "a", next: null },
    held: ["strict"],
  },
  {
    name: "what is unevaluated where a condition names more",
    schema: {
      ...open({ a: text }, ["a"]),
      allOf: [{ properties: { b: text } }],
      if: { properties: { a: { const: "more" } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { properties: { c: text } },
      unevaluatedProperties: false,
    },
    answer: { a: "more", b: "x", c: "y" },
  },
  {
    name: "what is unevaluated where several alternatives hold",
    schema: {
      ...open({ a: text }, ["a"]),
      anyOf: [{ properties: { b: text } }, { properties: { c: text } }],
      unevaluatedProperties: false,
    },
    answer: { a: "1", b: "2", c: "3" },
  },
  {
    name: "definitions within a property",
    schema: object({
      tree: {
        definitions: {
          node: open({
            kids: { type: "array", items: { $ref: "#/properties/tree/definitions/node" } },
          }),
        },
        $ref: "#/properties/tree/definitions/node",
      },
    }),
    answer: { tree: { kids: [{ kids: [] }] } },
  },
  {
    name: "definitions and $defs of one name",
    schema: object(
      { a: { $ref: "#/definitions/t" }, b: { $ref: "#/$defs/t" } },
      { definitions: { t: integer }, $defs: { t: text } },
    ),
    answer: { a: 1, b: "x" },
    held: ["strict", "anthropic"],
  },
  {
    name: "a reference that nothing leads to, to a root that it would hold",
    schema: object({ v: text }, { $defs: { again: { $ref: "#", minProperties: 1 } } }),
    answer: { v: "x" },
    held: ["strict", "anthropic"],
  },
  {
    name: "needless escapes",
    schema: object({ a: { type: "string", pattern: "^[\\w\\-]+\\@x$" } }),
    answer: { a: "me@x" },
    held: ["strict", "anthropic"],
  },
  {
    name: "brackets that close nothing",
    schema: object({ a: { type: "string", pattern: "^\\{\\{.+}}$" } }),
    answer: { a: "{{x}}" },
    held: ["strict", "anthropic"],
  },
  {
    name: "a keyword beside a reference of draft 7, which does not count",
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...object({ n: { $ref: "#/definitions/n", maximum: 1 } }),
      definitions: { n: integer },
    },
    answer: { n: 5 },
    held: ["strict", "anthropic"],
  },
  {
    name: "alternatives that differ in what a server does not take",
    schema: object({
      v: {
        oneOf: [
          { type: "string", pattern: "(?<=a)b" },
          { type: "string", pattern: "^c" },
        ],
      },
    }),
    answer: { v: "c" },
    held: ["strict", "anthropic"],
  },
  {
    name: "a root that is a reference",
    schema: { $ref: "#/$defs/Out", $defs: { Out: object({ a: text }) } },
    answer: { a: "x" },
    held: ["strict", "anthropic"],
  },
  {
    name: "a root that is a reference in an allOf of one",
    schema: { allOf: [{ $ref: "#/$defs/Out" }], $defs: { Out: object({ a: text }) } },
    answer: { a: "x" },
    held: ["strict", "anthropic"],
  },
  {
    name: "a root that is a reference to what holds itself",
    schema: {
      $ref: "#/$defs/Out",
      $defs: { Out: object({ next: { anyOf: [{ $ref: "#/$defs/Out" }, { type: "null" }] } }) },
    },
    answer: { next: { next: null } },
    held: ["strict"],
    guidance: ["anthropic"],
  },
  ...["constructor", "__proto__", "toString", "hasOwnProperty"].map((name) => ({
    name: `the property ${name}`,
    schema: {
      type: "object",
      allOf: [
        { properties: { driver: text }, required: ["driver"] },
        { properties: Object.fromEntries([[name, text]]), required: [name] },
      ],
    },
    answer: Object.fromEntries([
      ["driver", "x"],
      [name, "y"],
    ]),
    held: ["strict", "anthropic"] as const,
  })),
];

describe("what is sent takes what the contract takes", () => {
  for (const { name, schema, answer, guidance = [], held = [] } of CASES) {
    test(name, () => {
      const compiled = compileContract(schema);
      expect(compiled.ok && compiled.contract.check(answer).ok).toBe(true);
      for (const mode of MODES)
        expect([mode, judgeSent(schema, mode, [answer]).violations]).toEqual([mode, []]);
      for (const mode of guidance)
        expect([mode, translateSchema(schema, mode).strict]).toEqual([mode, false]);
      for (const mode of held)
        expect([mode, translateSchema(schema, mode).strict]).toEqual([mode, true]);
    });
  }

  test("the types of both, an integer being a number", () => {
    const found = CASES.find(({ name }) => name.startsWith("an integer where"));
    const { schema, weakened } = translateSchema(found?.schema ?? {}, "strict");
    expect(schema["properties"]).toEqual({ n: { type: ["integer", "null"], minimum: 0 } });
    expect(weakened).toEqual([]);
  });

  test("what a pattern of names allows", () => {
    const [first, second] = CASES;
    const icon = translateSchema(first?.schema ?? {}, "grammar").schema["properties"];
    expect(icon).toEqual({ icon: { type: ["string", "object"], additionalProperties: text } });
    const rest = translateSchema(second?.schema ?? {}, "gemini");
    expect(rest.schema["properties"]).toMatchObject({
      h: { properties: { a: integer }, additionalProperties: { anyOf: [text, integer] } },
    });
    expect(rest.weakened).toContainEqual({
      pointer: "/properties/h",
      keyword: "patternProperties",
    });
  });
});

describe("what is sent does not double at each level", () => {
  const level = (more: JsonSchema): JsonSchema => {
    const levels = Array.from({ length: 24 }, (_, index) => {
      const next = { $ref: `#/$defs/d${index}`, ...more };
      return [`d${index + 1}`, open({ a: next, b: next })] as const;
    });
    return {
      ...open({ top: { $ref: "#/$defs/d24" } }),
      $defs: { d0: text, ...Object.fromEntries(levels) },
    };
  };

  test.each(MODES)("as %s", (mode) => {
    for (const more of [
      { default: {} },
      { minProperties: 0 },
      { allOf: [{}] },
      { description: "d" },
    ]) {
      const schema = level(more);
      expect(judgeSent(schema, mode, [{ top: {} }, {}]).violations).toEqual([]);
    }
  });

  test("nor do choices within choices", () => {
    let inner: JsonSchema = text;
    for (let depth = 0; depth < 12; depth++) {
      const two = [open({ x: text }, ["x"]), open({ y: text }, ["y"])];
      inner = { ...open({ inner, [`p${depth}`]: text }), anyOf: two };
    }
    for (const mode of MODES)
      expect(judgeSent(open({ inner }), mode, [{ inner: { x: "1" } }]).violations).toEqual([]);
  });

  test("a reference beside annotations stays one", () => {
    const schema = object(
      { a: { $ref: "#/$defs/t", default: "x", examples: ["y"] } },
      { $defs: { t: text } },
    );
    expect(translateSchema(schema, "grammar").schema["properties"]).toEqual({
      a: { $ref: "#/$defs/t" },
    });
  });
});

describe("for grammars", () => {
  const sent = (schema: JsonSchema): Record<string, unknown> => {
    const { properties } = translateSchema(object({ v: schema }), "grammar").schema;
    return (properties as { v: Record<string, unknown> }).v;
  };

  test.each([
    ["^\\d{4}-\\d{2}-\\d{2}$", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"],
    ["^[\\w-]+$", "^[\\x2d0-9A-Z_a-z]+$"],
    ["^\\W\\D\\S$", "^[^0-9A-Z_a-z][^0-9][^"],
    ["^[^\\d]$", "^[^0-9]$"],
    ["^[\\D5]$", "^[^0-46-9]$"],
    ["^\\/a\\.b$", "^/a\\.b$"],
    ["^(?:a|(?<name>b)+?)$", "^(a|(b)+)$"],
    ["^a$|^b$", "^(a|b)$"],
    ["^\\u{1F600}\\x41$", "^😀A$"],
    ["^.*$", "^.*$"],
  ])("%s becomes %s", (pattern, expected) => {
    expect(String(sent({ ...text, pattern })["pattern"])).toStartWith(expected);
  });

  test.each([
    "a",
    "^a|b$",
    "^\\bword$",
    "^(?=a)a$",
    "^(a)\\1$",
    "^\\p{L}+$",
    '^"$',
    "^\\\\$",
    "^\\t$",
    "^a{2000}$",
  ])("%s is left out, with a note", (pattern) => {
    const { schema, weakened } = translateSchema(object({ v: { ...text, pattern } }), "grammar");
    expect(schema["properties"]).toEqual({ v: text });
    expect(weakened).toEqual([{ pointer: "/properties/v", keyword: "pattern" }]);
  });

  test("bounds that no integer of the server holds are left out, with a note", () => {
    const schema = object({ n: { ...integer, minimum: 0, maximum: 2 ** 64 } });
    const translation = translateSchema(schema, "grammar");
    expect(translation.schema["properties"]).toEqual({ n: { ...integer, minimum: 0 } });
    expect(translation.weakened).toEqual([{ pointer: "/properties/n", keyword: "maximum" }]);
  });

  test("bounds of integers are whole", () => {
    expect(sent({ ...integer, minimum: 0.5, exclusiveMaximum: 7 })).toEqual({
      ...integer,
      minimum: 1,
      maximum: 6,
    });
    expect(sent({ ...integer, exclusiveMinimum: -0.5, minimum: -3 })).toEqual({
      ...integer,
      minimum: 0,
    });
  });

  test("definitions whose names would be one rule are kept apart, and from the grammar's own", () => {
    const names = ["a b", "a_b", "a-b", "string", "value", "a/b~c"];
    const definitions = names.map(
      (name, index) => [name, { type: "string", enum: [`${index}`] }] as const,
    );
    const properties = names.map((name, index) => {
      const pointer = encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
      return [`p${index}`, { $ref: `#/$defs/${pointer}` }] as const;
    });
    const schema = object(Object.fromEntries(properties), {
      $defs: Object.fromEntries(definitions),
    });
    const { $defs } = translateSchema(schema, "grammar").schema as { $defs: JsonSchema };
    const rules = Object.keys($defs).map((name) => name.replaceAll(/[^a-zA-Z0-9-]+/g, "-"));
    expect(new Set(rules).size).toBe(names.length);
    expect(rules).not.toContain("string");
    const answer = Object.fromEntries(names.map((_, index) => [`p${index}`, `${index}`]));
    for (const mode of MODES) expect(judgeSent(schema, mode, [answer]).violations).toEqual([]);
  });

  test("definitions are no rule that a property leads to, as llama.cpp names rules", () => {
    const schema = object(
      {
        item: { type: "array", items: { $ref: "#/$defs/Order" } },
        order: { $ref: "#/$defs/Order_line" },
        line: { $ref: "#/$defs/line" },
        "sub.total": { $ref: "#/$defs/total" },
        last: { $ref: "#/$defs/item" },
      },
      {
        $defs: {
          Order: object({ line: { type: "string", minLength: 1 } }),
          Order_line: object({ text }),
          line: object({ number: integer }),
          total: object({ sum: integer }),
          item: object({ name: text }),
        },
      },
    );
    const whole = translateSchema(schema, "grammar").schema;
    const definitions = Object.entries(whole["$defs"] as Record<string, JsonSchema>);
    const rules = propertyRules(whole, "");
    for (const [name, definition] of definitions)
      for (const start of [name, `ref-defs-${name}`])
        rules.push(...propertyRules(definition, start));
    const folded = rules.map((rule) => rule.replaceAll(/[^a-zA-Z0-9-]+/g, "-").toLowerCase());
    const names = definitions.map(([name]) => name.toLowerCase());
    expect(names).toHaveLength(5);
    for (const name of names) {
      expect(folded).not.toContain(name);
      expect(folded).not.toContain(`ref-defs-${name}`);
    }
  });

  test("what is required is named, so that it can be written", () => {
    const schema = { type: "object", properties: { a: text }, required: ["a", "b"] };
    const { properties } = translateSchema(schema, "grammar").schema;
    expect(properties).toEqual({ a: text, b: {} });
  });
});

test("propertyNames is not sent to OpenAI, which refuses it even as guidance", () => {
  const map = { type: "object", propertyNames: text, additionalProperties: integer };
  const { schema, strict } = translateSchema(object({ m: map, propertyNames: text }), "strict");
  expect(strict).toBe(false);
  expect(schema["properties"]).toEqual({
    m: { type: "object", additionalProperties: integer },
    propertyNames: text,
  });
});

/** What llama.cpp calls the rules of all that stands below a schema. */
function propertyRules(schema: unknown, name: string): string[] {
  if (!isObject(schema)) return [];
  const parts = { ...(isObject(schema["properties"]) ? schema["properties"] : {}) };
  if (schema["items"] !== undefined) parts["item"] ??= schema["items"];
  return Object.entries(parts).flatMap(([part, held]) => {
    const rule = name === "" ? part : `${name}-${part}`;
    return [rule, `${rule}-kv`, `${rule}-rest`, ...propertyRules(held, rule)];
  });
}
