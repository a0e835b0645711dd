import { describe, expect, test } from "bun:test";
import type { ModullmError } from "../../src/core/error.ts";
import { modelGuess } from "../../src/program/model-name.ts";
import { programOf } from "../../src/program/parse.ts";
import { unseenInput } from "../../src/program/template-check.ts";

interface Written {
  readonly front?: string;
  readonly llm?: string;
  readonly body?: string;
}

function text({ front = "", llm = "{ model: a/m }", body = "Hi {{input.text}}" }: Written): string {
  return `---
name: base
description: d
version: 0.1.0
author: a
max_context_window: 1000
input_schema: { type: object, properties: { text: { type: string } } }
output_schema: { type: object }
llm: ${llm}
llm_params: {}
${front}
---
${body}
`;
}

function errorOf(written: Written): ModullmError {
  try {
    programOf(text(written));
  } catch (thrown) {
    return thrown as ModullmError;
  }
  throw new Error("it was parsed");
}

describe("parseProgram() warns of what nothing depends on", () => {
  test.each([
    ["tags: [2024, x]", { tags: ["2024", "x"] }],
    ["tags: x", { tags: [] }],
    ["tags: [{ a: 1 }]", { tags: [] }],
    ["metadata: x", { metadata: {} }],
    ["recommended_models: x", { recommendedModels: [] }],
    ["recommended_models: [m]", { recommendedModels: ["m"] }],
    ["recovery_prompt: 5", { recovery: { text: "5" } }],
  ])("%s", (front, program) => {
    const parsed = programOf(text({ front }));
    expect(parsed).toMatchObject(program);
    expect(parsed.warnings).toHaveLength(1);
    expect(parsed.warnings[0]).toMatchObject({ place: { line: 11 } });
  });
});

test.each([
  ["gpt-4o-mini", "openai/gpt-4o-mini"],
  ["claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"],
  ["gemini-2.0-flash", "gemini/gemini-2.0-flash"],
  ["llama3.1:8b", "ollama/llama3.1:8b"],
])("a model %s without its provider is asked to be %s", (name, meant) => {
  expect(errorOf({ llm: `{ model: "${name}" }` }).message).toEndWith(` Did you mean "${meant}"?`);
  expect(modelGuess("nothing-known")).toBe("");
});

test.each([
  ["x", "string"],
  ["[1]", "array"],
  ["null", "null"],
])("a with that is %s is RLLM_008 with its type", (written, type) => {
  const front = `uses: [{ name: b, path: ./b.rllm, with: ${written} }]`;
  const error = errorOf({ front });
  expect(error).toMatchObject({ code: "RLLM_008", details: { actual_type: type } });
  expect(error.details["entry"]).toMatchObject({ name: "b" });
});

describe("parseProgram() warns of text that was meant to be a path", () => {
  test.each([
    ["{{ input.text }", 1],
    ["{ input.text }}", 1],
    ["{input.text}", 1],
    ["{{input.my-text}}", 1],
    ["{{input.items[0]}}", 1],
    ["{{input.text | upper}}", 1],
    ["{{input.text}}", 0],
    ['{"input": 1} {{"a": 1}}', 0],
    ["{{input.<field>}} { inputs }", 0],
    ["{{{input.text}}}", 0],
  ])("%s", (body, count) => {
    const { warnings } = programOf(text({ body: `Hi\n${body}` }));
    expect(warnings.map(({ message }) => message)).toHaveLength(count);
    if (count > 0) {
      expect(warnings[0]?.message).toContain("is no path, and stands there as it is");
      expect(warnings[0]?.place).toMatchObject({ line: 14, column: 1 });
    }
  });
});

test("unseenInput() tells of a prompt that shows nothing of its input", () => {
  const unseen = (written: Written) => unseenInput(programOf(text(written)));
  expect(unseen({ body: "Hi" })).toContain("write {{input.text}} where it belongs");
  expect(unseen({ body: "Hi {{input}}" })).toBeNull();
  expect(unseen({ body: "Hi", front: 'system: "{{input.text}}"' })).toBeNull();
  expect(unseen({ body: "```rllm-python pre\nresult = {'x': 1}\n```\nHi {{x}}" })).toBeNull();
});
