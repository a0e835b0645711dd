import { expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { schemaFits } from "../../src/contract/fits.ts";

test("compileContract() takes a list of twenty thousand constants", () => {
  const words = Array.from({ length: 20_000 }, (_, index) => `value ${index}`);
  for (const list of [words, [...words, null, 7], [...words, { a: 1 }]]) {
    const compiled = compileContract({ type: "object", properties: { c: { enum: list } } });
    if (!compiled.ok) throw new Error(compiled.faults[0].reason);
    expect(compiled.contract.check({ c: "value 19999" }).ok).toBe(true);
    const check = compiled.contract.check({ c: "value" });
    expect(check.ok ? "" : check.issues[0].reason).toContain("or one of ");
  }
});

test("compileContract() takes as many alternatives and properties", () => {
  const alternatives = Array.from({ length: 10_000 }, (_, index) => ({ const: index }));
  const properties = alternatives.map((schema, index) => [`p${index}`, schema] as const);
  const schema: JsonSchema = {
    type: "object",
    properties: { ...Object.fromEntries(properties), v: { anyOf: alternatives } },
  };
  const compiled = compileContract(schema);
  if (!compiled.ok) throw new Error(compiled.faults[0].reason);
  expect(compiled.contract.check({ v: 9999, p5: 5 }).ok).toBe(true);
  expect(compiled.contract.check({ v: 10_000 }).ok).toBe(false);
}, 180_000);

test("schemaFits() says at once that a large schema fits an equal one", () => {
  const part = (index: number): JsonSchema => ({
    type: "object",
    description: `Part ${index}, which is described at some length: ${"word ".repeat(20)}`,
    properties: { a: { type: "string", pattern: `^a${index}$` }, b: { type: "integer" } },
    oneOf: [{ required: ["a"] }, { required: ["b"] }],
  });
  const made = (): JsonSchema => ({
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 4000 }, (_, n) => [`p${n}`, part(n)])),
  });
  expect(schemaFits(made(), made())).toEqual({ verdict: "fits" });
}, 180_000);
