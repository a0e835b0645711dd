import { describe, expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import { fieldValue, objectFromText, pairsToInput, textToInput } from "../../src/program/input.ts";
import { patience } from "../patience.ts";

function contractOf(schema: Record<string, unknown>) {
  const compiled = compileContract(schema);
  if (!compiled.ok) throw new Error(compiled.faults[0].reason);
  return compiled.contract;
}

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
  return null;
}

const contract = contractOf({
  type: "object",
  properties: {
    n: { type: "integer" },
    x: { type: "number" },
    yes: { type: "boolean" },
    text: { type: "string" },
    list: { type: "array", items: { type: "integer" } },
    maybe: { type: ["null", "integer"] },
    either: { anyOf: [{ type: "integer" }, { type: "string" }] },
    level: { enum: [1, 2, "high"] },
  },
  additionalProperties: false,
});

describe("fieldValue()", () => {
  test.each<[string, string, unknown]>([
    ["n", "5", 5],
    ["n", "5.5", "5.5"],
    ["n", "05", "05"],
    ["n", "", ""],
    ["x", "1e3", 1000],
    ["x", "0.12345678901234567890123", "0.12345678901234567890123"],
    ["x", "1e999", "1e999"],
    ["n", "9007199254740993", 9007199254740993n],
    ["yes", "true", true],
    ["yes", "yes", "yes"],
    ["text", "5", "5"],
    ["text", "{}", "{}"],
    ["list", "[1, 2]", [1, 2]],
    ["maybe", "null", null],
    ["either", "5", "5"],
    ["level", "2", 2],
    ["level", "high", "high"],
  ])("field %s given %p is %p", (key, text, value) => {
    expect(fieldValue(contract, key, text)).toEqual(value as never);
  });
});

describe("pairsToInput()", () => {
  test("keeps = in values and lets the last one win", () => {
    expect(pairsToInput(contract, ["text=a=b", "n=1", "n=2"])).toEqual({ text: "a=b", n: 2 });
  });
  test("refuses what is no pair", () => {
    expect(codeOf(() => pairsToInput(contract, ["text"]))).toBe("RLLM_016");
    expect(codeOf(() => pairsToInput(contract, ["__proto__=x"]))).toBe("RLLM_016");
  });
});

describe("textToInput()", () => {
  test("takes the one string property, or the one that is required", () => {
    expect(
      textToInput(
        contractOf({
          type: "object",
          properties: { a: { type: "string" }, n: { type: "integer" } },
        }),
        "x",
      ),
    ).toEqual({ a: "x" });
    const two = { type: "object", properties: { a: { type: "string" }, b: { type: "string" } } };
    expect(textToInput(contractOf({ ...two, required: ["b"] }), "x")).toEqual({ b: "x" });
    expect(codeOf(() => textToInput(contractOf(two), "x"))).toBe("RLLM_016");
    expect(codeOf(() => textToInput(contractOf({ type: "object" }), "x"))).toBe("RLLM_016");
  });
});

describe("objectFromText()", () => {
  test("reads JSON, YAML by request, and YAML flow where either may come", () => {
    expect(objectFromText('{"a": 1}', "--input", "json")).toEqual({ a: 1 });
    expect(objectFromText("a: 1", "in.yaml", "yaml")).toEqual({ a: 1 });
    expect(objectFromText("{a: 1}", "--input", "either")).toEqual({ a: 1 });
  });
  test.each(["[1]", "null", "5", '"x"', "{a", ""])("refuses %j", (text) => {
    expect(codeOf(() => objectFromText(text, "--input", "json"))).toBe("RLLM_016");
  });
  test("refuses hostile YAML quickly", () => {
    const laughs = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefgh"
        .split("")
        .map(
          (name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[index]}`).join(",")}]`,
        ),
    ].join("\n");
    const start = performance.now();
    expect(codeOf(() => objectFromText(laughs, "in.yaml", "yaml"))).toBe("RLLM_016");
    expect(codeOf(() => objectFromText("[".repeat(100_000), "in.yaml", "yaml"))).toBe("RLLM_016");
    expect(performance.now() - start).toBeLessThan(patience(3000));
  });
});

describe("objectFromText() says where", () => {
  test.each([
    ['{\n  "a": tru\n}', '"tru" stands where a value is due (line 2, column 8)'],
    [
      '{"a": 1}\n{"a": 2}\n',
      "something stands behind the first value, and one object is wanted (line 2",
    ],
    ['{"n": 1e400}', "the number 1e400 is too large for a number; give it as text (line 1"],
  ])("%j", (text, reason) => {
    const read = () => objectFromText(text, "in.json", "json");
    expect(codeOf(read)).toBe("RLLM_016");
    expect(read).toThrow(reason);
  });
});
