import { expect, test } from "bun:test";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { lintSchema } from "../../src/contract/lint.ts";

function lint(schema: JsonSchema): string[] {
  return lintSchema(schema).map(({ schemaPath, reason }) => `/${schemaPath.join("/")} ${reason}`);
}

test.each<[JsonSchema, string]>([
  [{ requierd: ["a"] }, '/requierd is unknown, so it has no effect. Did you mean "required"?'],
  [{ "<<": {} }, "/<< is no keyword of JSON Schema; what YAML merges stands without quotes"],
  [
    { properties: { a: { nullable: true } } },
    '/properties/a/nullable is no keyword of JSON Schema; use "type": ["string", "null"] or the like',
  ],
  [
    { dependencies: {} },
    '/dependencies is unknown to draft 2020-12, so it has no effect; use "dependentRequired" or "dependentSchemas"',
  ],
  [
    { $schema: "http://json-schema.org/draft-07/schema#", prefixItems: [{}] },
    "/prefixItems is unknown to draft 7, so it has no effect",
  ],
  [
    { $schema: "https://example.org/mine" },
    '/$schema names "https://example.org/mine", which is no known draft; it is read as 2020-12',
  ],
  [
    { properties: { titel: {} }, required: ["title"], additionalProperties: false },
    '/required/0 names "title", which "properties" lacks and "additionalProperties" forbids: never met',
  ],
  [
    { properties: { names: {} }, required: ["name"] },
    '/required/0 names "name", which "properties" lacks. Did you mean "names"?',
  ],
  [{ format: "emial" }, '/format is "emial", a format that is not checked'],
  [{ minimum: 5, maximum: 1 }, '/minimum is 5 while "maximum" is 1: never met'],
  [{ exclusiveMinimum: 1, maximum: 1 }, '/exclusiveMinimum is 1 while "maximum" is 1: never met'],
  [{ type: "string", minimum: 3 }, '/minimum has no effect, for the type is "string"'],
  [{ type: "integer", enum: [1, "x"] }, '/enum/1 is "x", which the type "integer" rules out'],
  [{ type: "string", const: 1 }, '/const is 1, which the type "string" rules out'],
  [{ enum: [{ a: 1 }, { a: 1 }] }, '/enum/1 is {"a":1}, which the list has already'],
  [{ enum: [] }, "/enum is empty: never met"],
  [{ else: {} }, '/else has no effect without "if"'],
  [{ minContains: 1 }, '/minContains has no effect without "contains"'],
  [{ pattern: "a\\-b" }, "/pattern has escapes that escape nothing; it is read as a-b"],
  [
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      $ref: "#/definitions/a",
      type: "object",
      definitions: { a: {} },
    },
    '/type has no effect beside "$ref" before 2019-09; put both into an "allOf"',
  ],
])("lintSchema() warns of %j", (schema, warning) => {
  expect(lint(schema).join("\n")).toContain(warning);
});

test("lintSchema() has nothing against a sound schema", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A note",
    type: "object",
    properties: {
      text: { type: "string", minLength: 1, maxLength: 1, pattern: "^\\S" },
      at: { type: ["string", "null"], format: "date-time" },
      kind: { enum: ["a", null] },
      "x-tags": { type: "array", items: { $ref: "#/$defs/tag" }, minItems: 0, maxItems: 9 },
    },
    patternProperties: { "^x-": {} },
    required: ["text", "x-other"],
    additionalProperties: false,
    $defs: { tag: { type: "string", description: "A word", "x-unit": "word" } },
  };
  expect(lint(schema)).toEqual([]);
});
