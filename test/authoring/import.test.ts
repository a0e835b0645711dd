import { describe, expect, test } from "bun:test";
import {
  type ForeignKind,
  importText,
  kindOf,
  programName,
} from "../../src/authoring/import/import.ts";
import { fromPicoschema } from "../../src/authoring/import/picoschema.ts";
import { convertText } from "../../src/authoring/import/text.ts";
import { programOf } from "../../src/program/parse.ts";

function imported(text: string, path: string, kind: ForeignKind | null = kindOf(path)) {
  if (kind === null) throw new Error("the name says nothing");
  const { text: program, lost } = importText(text, path, kind);
  return { program: programOf(program), lost };
}

describe("picoschema", () => {
  test.each<[unknown, unknown]>([
    ["string", { type: "string" }],
    ["any, what it is", { description: "what it is" }],
    ["number,a, b", { type: "number", description: "a, b" }],
    [
      { "a?": "string", b: "integer, how many" },
      {
        type: "object",
        properties: {
          a: { type: ["string", "null"] },
          b: { type: "integer", description: "how many" },
        },
        required: ["b"],
        additionalProperties: false,
      },
    ],
    [
      { "tags(array, all of them)": "string", "kind?(enum)": ["x", "y"] },
      {
        type: "object",
        properties: {
          tags: { type: "array", items: { type: "string" }, description: "all of them" },
          kind: { enum: ["x", "y", null] },
        },
        required: ["tags"],
        additionalProperties: false,
      },
    ],
    [
      { "of(object)": { type: "string" }, "(*)": "boolean" },
      {
        type: "object",
        properties: {
          of: {
            type: "object",
            properties: { type: { type: "string" } },
            required: ["type"],
            additionalProperties: false,
          },
        },
        required: ["of"],
        additionalProperties: { type: "boolean" },
      },
    ],
    [
      { type: "array", items: {} },
      { type: "array", items: {} },
    ],
    [{ properties: { a: {} } }, { type: "object", properties: { a: {} } }],
  ])("%j", (schema, wanted) => {
    expect(fromPicoschema(schema)).toEqual(wanted as never);
  });

  test("refuses what is no type", () => {
    expect(() => fromPicoschema({ a: "text" })).toThrow('"text" is no type');
  });
});

describe("templates", () => {
  test.each<[string, string, number]>([
    [
      "Hi {{name}}, {{ user.mail }} {{{raw}}}",
      "Hi {{input.name}}, {{input.user.mail}} {{input.raw}}",
      0,
    ],
    ["a {{~ b ~}} c {{! note }}{{!-- two --}}", "a{{input.b}}c ", 0],
    ["{{#if x}}yes{{else}}no{{/if}}", "yes", 1],
    ["{{#each items}}- {{this}}\n{{/each}}", "{{input.items}}", 1],
    ["{% if a %}{% for x in b.c %}{{ x }}{% endfor %}{% endif %}", "{{input.b.c}}", 2],
    ["{{ text | upper }}", "{{input.text}}", 1],
    ["{{json order}} {{> part}}{{@state.x}}", "{{input.order}} ", 2],
    ["{{input.kept}}", "{{input.kept}}", 0],
  ])("%s", (text, wanted, losses) => {
    const { text: converted, lost } = convertText(text);
    expect(converted).toBe(wanted);
    expect(lost.length).toBe(losses);
  });
});

describe("import", () => {
  test("of a .prompt file", () => {
    const text = `---
model: googleai/gemini-2.5-flash
config: {temperature: 0.2, maxOutputTokens: 50, safety: high}
input: {schema: {name: string, "age?": integer}}
output: {format: json, schema: {greeting: string}}
---
{{role "system"}}
Be kind.
{{role "user"}}
Greet {{name}}.
`;
    const { program, lost } = imported(text, "a/greeting.prompt");
    expect(program).toMatchObject({
      name: "greeting",
      model: "google/gemini-2.5-flash",
      params: { temperature: 0.2, max_tokens: 50 },
    });
    expect(program.input.schema["required"]).toEqual(["name"]);
    expect(program.output.schema["required"]).toEqual(["greeting"]);
    expect(program.system?.text).toBe("Be kind.");
    expect(program.prompt?.text).toStartWith("Greet {{input.name}}.");
    expect(lost).toEqual(['the parameter "safety"']);
  });

  test("of a .prompty file, of both forms", () => {
    const older = `---
name: Basic
description: Answers
authors: [ann, bob]
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-4o, azure_endpoint: "https://x"}
  parameters: {max_tokens: 100}
sample: {question: "Why?", count: 2}
---
system:
You help.

user:
{{question}} {{count}}
`;
    const { program, lost } = imported(older, "basic.prompty");
    expect(program).toMatchObject({ name: "Basic", author: "ann, bob", model: "azure/gpt-4o" });
    expect(program.input.schema["properties"]).toEqual({
      question: { type: "string" },
      count: { type: "number" },
    });
    expect(program.tests.map(({ input }) => input)).toEqual([{ question: "Why?", count: 2 }]);
    expect(lost[0]).toContain("connection");
    const newer = `---
name: basic
model: {id: gpt-4o, provider: openai, options: {temperature: 0}}
inputs: {who: {kind: string, default: Jane}, n: {kind: integer}}
outputs: {answer: {kind: string}}
---
Ask {{who}}.
`;
    const second = imported(newer, "new.prompty").program;
    expect(second.model).toBe("openai/gpt-4o");
    expect(second.input.schema["required"]).toEqual(["n"]);
    expect(second.output.schema["required"]).toEqual(["answer"]);
  });

  test("of a .prompt.yml file", () => {
    const text = `name: Summary
model: openai/gpt-4o-mini
modelParameters: {temperature: 0.5}
messages:
  - {role: system, content: You summarise.}
  - {role: user, content: "Text: {{input}}"}
testData: [{input: A text., expected: Short.}]
evaluators: [{name: x, string: {startsWith: S}}]
jsonSchema: '{"name": "s", "schema": {"type": "object", "properties": {"short": {"type": "string"}}}}'
responseFormat: json_schema
`;
    const { program, lost } = imported(text, "s.prompt.yml");
    expect(program.prompt?.text).toStartWith("Text: {{input.input}}");
    expect(program.output.schema["properties"]).toEqual({ short: { type: "string" } });
    expect(program.tests.length).toBe(1);
    expect(lost.length).toBe(2);
  });

  test("of a template of llm", () => {
    const text = "system: Costs in $$\nprompt: 'Steam: $input for ${who}'\nmodel: gpt-4o\n";
    const { program } = imported(text, "steam.yaml");
    expect(program).toMatchObject({ name: "steam", model: "openai/gpt-4o" });
    expect(program.system?.text).toBe("Costs in $");
    expect(program.prompt?.text).toStartWith("Steam: {{input.input}} for {{input.who}}");
    const { program: bare } = imported("prompt: Say it\n", "b.yaml");
    expect(bare.prompt?.text).toStartWith("Say it\n\n{{input.input}}");
  });

  test("of a pattern of fabric", () => {
    const path = "patterns/extract_wisdom/system.md";
    expect(programName(path)).toBe("extract_wisdom");
    const { program } = imported("# IDENTITY\nYou extract.\n", path);
    expect(program.system?.text).toBe("# IDENTITY\nYou extract.");
    expect(program.prompt?.text).toStartWith("{{input.input}}");
  });

  test("says what is no object, and what has no model", () => {
    const { program, lost } = imported("---\noutput: {schema: string}\n---\nHi", "x.prompt");
    expect(program.output.schema["properties"]).toEqual({ value: { type: "string" } });
    expect(program.model).toBe("builtin/baseline");
    expect(lost.length).toBe(2);
  });

  test("refuses a front that is no mapping", () => {
    expect(() => imported("---\n- a\n---\nHi", "x.prompt")).toThrow("it is no mapping");
  });
});
