import { describe, expect, test } from "bun:test";
import { sketchSchema } from "../../src/contract/sketch.ts";

describe("sketchSchema()", () => {
  test("writes types, limits and descriptions", () => {
    const schema = {
      type: "object",
      properties: {
        n: { type: "integer", minimum: 1, description: "How many" },
        kind: { enum: ["a", "b"], "x-aliases": { b: "bee" } },
        list: { type: "array", items: { type: ["string", "null"] }, maxItems: 3 },
        when: { type: "string", format: "date" },
        "two words": { const: true },
        rest: { type: "object", additionalProperties: { type: "number" } },
      },
      required: ["n", "kind"],
    };
    expect(sketchSchema(schema)).toBe(
      [
        "{",
        "  n: integer // How many; at least 1",
        '  kind: "a" | "bee"',
        "  list?: (string | null)[] // at most 3 items",
        "  when?: string // format date",
        '  "two words"?: true',
        "  rest?: {",
        "    [key]: number",
        "  }",
        "}",
      ].join("\n"),
    );
  });

  test("names a definition that is used by itself", () => {
    const schema = {
      $ref: "#/$defs/Node",
      $defs: {
        Node: {
          type: "object",
          properties: { next: { $ref: "#/$defs/Node" } },
          additionalProperties: false,
        },
      },
    };
    expect(sketchSchema(schema)).toBe("Node\nwhere\nNode = {\n  next?: Node\n}");
  });

  test("puts a definition that is used once where it is used", () => {
    const schema = {
      type: "array",
      items: { $ref: "#/$defs/Point" },
      $defs: { Point: { type: "object", properties: { x: { type: "number" } }, required: ["x"] } },
    };
    expect(sketchSchema(schema)).toBe("{\n  x: number\n}[]");
  });

  test("shows what kind of file a string stands for", () => {
    const picture = { type: "string", contentMediaType: "image/*", description: "A photo" };
    expect(sketchSchema({ type: "object", properties: { picture } })).toBe(
      "{\n  picture?: string // A photo; image/*\n}",
    );
  });

  test("shows the alias a model should write", () => {
    const schema = {
      type: "object",
      properties: { key: { type: "string", "x-alias": "nom" } },
      required: ["key"],
    };
    expect(sketchSchema(schema)).toBe("{\n  nom: string\n}");
  });

  test("takes less than a quarter of the characters of the schema laid out", () => {
    const item = {
      type: "object",
      properties: {
        name: { type: "string" },
        price: { type: "number" },
        tags: { type: "array", items: { type: "string" } },
      },
      required: ["name"],
    };
    const schema = {
      type: "object",
      properties: { items: { type: "array", items: item }, total: { type: "number" } },
      required: ["items"],
    };
    expect(sketchSchema(schema).length).toBeLessThan(JSON.stringify(schema, null, 2).length / 4);
  });
});
