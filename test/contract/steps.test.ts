import { describe, expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../../src/contract/contract.ts";
import { makeFolder, modullm } from "../cli/command-line.ts";

/**
 * Alternatives that lead to the next two ways, so that a check without a memory takes 2^n steps.
 */
function diamonds(levels: number, keyword: string): JsonSchema {
  const levelled = Array.from({ length: levels }, (_, level) => {
    const next = { $ref: `#/$defs/a${level + 1}` };
    return [`a${level}`, { [keyword]: [next, next] }] as const;
  });
  const $defs = {
    ...Object.fromEntries(levelled),
    [`a${levels}`]: { type: "integer", minimum: 5 },
  };
  return {
    type: "object",
    $defs,
    properties: { v: { $ref: "#/$defs/a0" }, text: { type: "string" } },
  };
}

function contractOf(schema: JsonSchema): Contract {
  const compiled = compileContract(schema, { atOnce: true });
  if (!compiled.ok) throw new Error(compiled.faults[0].reason);
  return compiled.contract;
}

describe("an equal subschema is held against an equal place once", () => {
  test.each(["anyOf", "oneOf", "allOf"])("in 60 levels of %s", (keyword) => {
    const contract = contractOf(diamonds(60, keyword));
    expect(contract.check({ v: 1 }).ok).toBe(false);
    expect(contract.check({ v: 7 }).ok).toBe(keyword !== "oneOf");
  });

  test("where alternatives share a property of a tree", () => {
    const branch = { type: "object", properties: { next: { $ref: "#/$defs/node" } } };
    const node = { anyOf: [{ ...branch, required: ["x"] }, branch] };
    const contract = contractOf({ $ref: "#/$defs/node", $defs: { node } });
    let deep: unknown = 5;
    for (let level = 0; level < 60; level++) deep = { next: deep };
    expect(contract.check(deep).ok).toBe(false);
  });

  test("where the target of a reference depends on the way there", () => {
    const both = { anyOf: [{ $dynamicRef: "#node" }, { $dynamicRef: "#node" }] };
    const node = {
      $dynamicAnchor: "node",
      type: "object",
      properties: { next: both },
      additionalProperties: false,
    };
    let deep: unknown = { odd: 1 };
    for (let level = 0; level < 40; level++) deep = { next: deep };
    expect(contractOf(node).check(deep).ok).toBe(false);
  });

  test("but where evaluation is tracked, what each way evaluated still counts", () => {
    const schema = { ...diamonds(20, "anyOf"), unevaluatedProperties: false };
    expect(contractOf(schema).check({ v: 7 }).ok).toBe(true);
    expect(contractOf(schema).check({ v: 7, w: 1 }).ok).toBe(false);
  });
});

test("a large value is checked though it comes to a shared schema very often", () => {
  const item = {
    type: "object",
    properties: { a: { $ref: "#/$defs/n" }, b: { $ref: "#/$defs/n" } },
  };
  const schema = { type: "array", items: item, $defs: { n: { type: "integer" } } };
  const items = Array.from({ length: 100_000 }, () => ({ a: 1, b: 2 }));
  expect(contractOf(schema).check(items).ok).toBe(true);
});

test("a check that takes too many steps says so", () => {
  // Every item is held against every alternative, and the compiler leaves it to the evaluator.
  const alternatives = Array.from({ length: 3000 }, (_, index) => ({ const: index }));
  const schema = { items: { not: { anyOf: alternatives } }, unevaluatedItems: { type: "null" } };
  const check = contractOf(schema).check(Array.from({ length: 2000 }, () => -1));
  expect(check.ok ? "" : check.issues[0].reason).toStartWith("takes too many steps to be checked");
}, 180_000);

describe("the command line ends with such schemas", () => {
  const open: JsonSchema = { type: "object", properties: { text: { type: "string" } } };
  const program = (input: JsonSchema, output: JsonSchema, prompt: string): string =>
    [
      "---",
      "name: p",
      "description: A trial.",
      "version: 0.1.0",
      "author: t",
      "max_context_window: 100000",
      `input_schema: ${JSON.stringify(input)}`,
      `output_schema: ${JSON.stringify(output)}`,
      "llm: { model: builtin/baseline }",
      "llm_params: {}",
      "---",
      prompt,
    ].join("\n");

  test.each([
    ["anyOf", [], { code: "RLLM_004" }],
    ["oneOf", [], { code: "RLLM_004" }],
    ["anyOf", ["--budget", "ms=1000"], { code: "RLLM_004" }],
  ])("as the input's, with %s and %p", async (keyword, more, error) => {
    const folder = makeFolder({ "p.rllm": program(diamonds(26, keyword), open, "Hi {{input.v}}") });
    const args = ["run", "p.rllm", "--dry-run", "--input", '{"v":1}', ...more];
    const ended = await modullm(args, { folder });
    expect(ended.exit).not.toBe(0);
    expect(ended.stdout).toContain(error.code);
  });

  test.each(["anyOf", "oneOf"])("as the output's, with %s", async (keyword) => {
    const output = { ...diamonds(30, keyword), required: ["v"] };
    const folder = makeFolder({ "p.rllm": program(open, output, "Hi {{input.text}}") });
    const ended = await modullm(["run", "p.rllm", "--input", '{"text":"x"}'], { folder });
    expect(ended.exit).not.toBe(0);
    expect(ended.stdout).toContain("RLLM_013");
  });

  test("with a pattern that backtracks", async () => {
    const input = { type: "object", properties: { text: { type: "string", pattern: "^(a+)+$" } } };
    const folder = makeFolder({ "p.rllm": program(input, open, "Hi {{input.text}}") });
    const text = JSON.stringify({ text: `${"a".repeat(5000)}!` });
    const ended = await modullm(["run", "p.rllm", "--dry-run", "--input", text], { folder });
    expect(ended.stdout).toContain("RLLM_004");
  });

  test("with one that could take exponential time in any matcher: it is refused", async () => {
    const input = { type: "object", properties: { text: { pattern: "^(a+)+\\1$" } } };
    const folder = makeFolder({ "p.rllm": program(input, open, "Hi {{input.text}}") });
    const ended = await modullm(["validate", "p.rllm"], { folder });
    expect(ended.exit).not.toBe(0);
    expect(ended.stdout).toContain("could take exponential time");
  });
});
