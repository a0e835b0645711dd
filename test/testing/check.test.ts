import { describe, expect, test } from "bun:test";
import { readExpectations } from "../../src/program/expectation.ts";
import { unmetOf } from "../../src/testing/check.ts";
import type { Observed } from "../../src/testing/observed.ts";
import { wilson } from "../../src/testing/report.ts";
import { similarity } from "../../src/testing/similarity.ts";

const OBSERVED: Observed = {
  input: {},
  output: {
    text: "Pay the bill",
    count: 3,
    big: 12345678901234567890n,
    none: null,
    items: [{ name: "a", n: 1 }, { name: "b" }],
    "odd.key": true,
  },
  error: null,
  figures: {
    cost_usd: 0.002,
    latency_ms: 120,
    tokens: 40,
    calls: 2,
    turns: 1,
    tools: ["find", "find"],
    repairs: 0,
  },
};

async function holds(expected: unknown, observed = OBSERVED, textual = false): Promise<boolean> {
  const options = { textual, judge: async () => null };
  return (await unmetOf(readExpectations(expected), observed, options)).length === 0;
}

describe("an expectation", () => {
  test.each<[unknown, boolean]>([
    [{ text: "Pay the bill" }, true],
    [{ text: "pay the bill" }, false],
    [{ $: { contains: { count: 3 } } }, true],
    [{ $: { contains: { count: 4 } } }, false],
    [{ "$.count": 3 }, true],
    [{ "$.count": "3" }, false],

    [{ "$.none": null }, true],
    [{ "$.absent": null }, true],
    [{ '$["odd.key"]': true }, true],
    [{ "$.items[0].name": "a", "$.items.1.name": "b" }, true],
    [{ "$.items[2]": null }, true],
    [{ "$.items": { length: 2 } }, true],
    [{ "$.items": { length: { min: 3 } } }, false],
    [{ "$.items": { contains: { name: "a" } } }, true],
    [{ "$.items": { contains: [{ name: "a" }, { name: "b" }] } }, true],
    [{ "$.items": { contains: { name: "c" } } }, false],
    [{ "$.items[0]": { n: 1, name: "a" } }, true],
    [{ "$.text": { contains: "bill" } }, true],
    [{ "$.text": { contains: ["Pay", "bill"] } }, true],
    [{ "$.text": { matches: "^Pay" } }, true],
    [{ "$.count": { matches: "3" } }, false],
    [{ "$.count": { range: [1, 3] } }, true],
    [{ "$.count": { min: 4 } }, false],
    [{ "$.count": { max: 3, not: { equals: 2 } } }, true],
    [{ "$.text": { min: 1 } }, false],
    [{ "$.text": { length: 12 } }, true],
    [{ "$.text": { similar: "pay  the Bill!" } }, true],
    [{ "$.text": { similar: { to: "something else", min: 0.5 } } }, false],
    [{ "$.text": { one_of: ["x", "Pay the bill"] } }, true],
    [{ "$.count": { one_of: [1, 2] } }, false],
    [{ "$.text": { schema: { type: "string", maxLength: 3 } } }, false],
    [{ "$.text": { schema: { type: "string" } } }, true],
    [{ cost_usd: { max: 0.01 }, latency_ms: { max: 200 }, turns: 1, calls: { min: 2 } }, true],
    [{ cost_usd: { max: 0.001 } }, false],
    [{ tools: { contains: "find" }, repairs: 0 }, true],
    [{ tools: ["find"] }, false],
    [{ error: null }, true],
    [{ error: "RLLM_013" }, false],
  ])("%j: %j", async (expected, holdsTrue) => {
    expect(await holds(expected)).toBe(holdsTrue);
  });

  test("keeps the digits of whole numbers", async () => {
    expect(await holds({ "$.big": 12345678901234567890n })).toBe(true);
    expect(await holds({ "$.big": 12345678901234567891n })).toBe(false);
  });

  test("of a price that is not known does not hold", async () => {
    const figures = { ...OBSERVED.figures, cost_usd: null };
    expect(await holds({ cost_usd: { max: 1 } }, { ...OBSERVED, figures })).toBe(false);
  });

  test("from a table is a text", async () => {
    expect(await holds({ count: "3", none: "", "$.items": { length: 2 } }, OBSERVED, true)).toBe(
      true,
    );
    expect(await holds({ count: "4" }, OBSERVED, true)).toBe(false);
  });

  test.each([
    { "$.a[": 1 },
    { $a: 1 },
    { a: { min: "x" } },
    { a: { similar: 3 } },
    { a: { max: 1, nin: 2 } },
  ])("%j is none", (expected) => {
    expect(() => readExpectations(expected)).toThrow();
  });
});

test("texts are alike by the edits between them", () => {
  expect(similarity("", "")).toBe(1);
  expect(similarity("abcd", "abcx")).toBe(0.75);
  expect(similarity("Ü", "ü")).toBe(1);
});

test("Wilson's interval is what tables of it say", () => {
  const [low, high] = wilson(8, 10);
  expect([low.toFixed(3), high.toFixed(3)]).toEqual(["0.490", "0.943"]);
  expect(wilson(0, 5)[0]).toBe(0);
});
