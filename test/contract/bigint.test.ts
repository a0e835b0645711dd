import { describe, expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { schemaFits } from "../../src/contract/fits.ts";
import { translateSchema } from "../../src/model/schema/translate.ts";
import { writeJson } from "../../src/core/json.ts";

const ONE = 4821776305519028347n;
const NEXT = ONE + 1n;

function accepts(schema: JsonSchema, value: unknown): boolean {
  const compiled = compileContract(schema, { atOnce: true });
  if (!compiled.ok) throw new Error(compiled.faults[0].reason);
  return compiled.contract.check(value).ok;
}

function reason(schema: JsonSchema, value: unknown): string {
  const compiled = compileContract(schema, { atOnce: true });
  const check = compiled.ok ? compiled.contract.check(value) : null;
  return check === null || check.ok ? "" : check.issues[0].reason;
}

describe("a whole number beyond 2^53", () => {
  const cases: readonly (readonly [JsonSchema, boolean])[] = [
    [{ type: "integer" }, true],
    [{ type: "number" }, true],
    [{ type: ["string", "integer"] }, true],
    [{ type: "string" }, false],
    [{}, true],
    [{ const: ONE }, true],
    [{ const: NEXT }, false],
    [{ enum: [1, NEXT, ONE] }, true],
    [{ enum: [1, NEXT, "a"] }, false],
    [{ enum: [Number(ONE)] }, false],
    [{ minimum: ONE }, true],
    [{ minimum: NEXT }, false],
    [{ maximum: ONE }, true],
    [{ maximum: 5 }, false],
    [{ minimum: 5 }, true],
    [{ exclusiveMinimum: ONE }, false],
    [{ exclusiveMaximum: NEXT }, true],
    [{ type: "integer", multipleOf: 7 }, ONE % 7n === 0n],
    [{ multipleOf: 0.5 }, true],
    [{ multipleOf: ONE }, true],
    [{ multipleOf: NEXT }, false],
    [{ not: { type: "integer" } }, false],
    [{ not: { minimum: 5 } }, false],
    [{ not: { const: ONE } }, false],
    [{ not: { const: NEXT } }, true],
    [{ oneOf: [{ type: "integer" }, { type: "number" }] }, false],
    [{ anyOf: [{ type: "string" }, { type: "integer", minimum: 5 }] }, true],
    [{ if: { type: "integer" }, then: false }, false],
    [{ if: { type: "string" }, then: false, else: { type: "integer" } }, true],
  ];
  for (const [schema, wanted] of cases) {
    test(`${wanted ? "meets" : "breaks"} ${writeJson(schema)}`, () => {
      expect(accepts(schema, ONE)).toBe(wanted);
      expect(accepts({ type: "object", properties: { n: schema } }, { n: ONE })).toBe(wanted);
      expect(accepts({ items: schema, maxContains: 1, contains: schema }, [ONE])).toBe(wanted);
    });
  }

  test("is a double where it is the same number", () => {
    expect(accepts({ const: 1e20 }, 100000000000000000000n)).toBe(true);
    expect(accepts({ not: { const: 1e20 } }, 100000000000000000000n)).toBe(false);
    expect(accepts({ uniqueItems: true }, [1e20, 100000000000000000000n])).toBe(false);
  });

  test("counts once among items that are all different", () => {
    expect(accepts({ uniqueItems: true }, [ONE, NEXT])).toBe(true);
    expect(accepts({ uniqueItems: true }, [ONE, NEXT, ONE])).toBe(false);
    const many = Array.from({ length: 40 }, (_, index) => ({ id: ONE + BigInt(index) }));
    expect(accepts({ uniqueItems: true }, many)).toBe(true);
    expect(accepts({ uniqueItems: true }, [...many, { id: ONE }])).toBe(false);
  });

  test("bounds doubles exactly", () => {
    expect(accepts({ type: "number", minimum: ONE }, 1e19)).toBe(true);
    expect(accepts({ type: "number", minimum: ONE }, 1e18)).toBe(false);
    expect(accepts({ type: "integer", exclusiveMaximum: 2n ** 60n }, 2 ** 60)).toBe(false);
  });

  test("is told with its digits", () => {
    expect(reason({ type: "string" }, ONE)).toContain("the number 4821776305519028347");
    expect(reason({ const: NEXT }, ONE)).toBe(
      "is 4821776305519028347, but 4821776305519028348 is wanted",
    );
    expect(reason({ enum: [[1]] }, { a: [ONE] })).toContain("object");
  });
});

test("schemas with different constants beyond 2^53 are not equal", () => {
  expect(schemaFits({ const: ONE }, { const: ONE }).verdict).toBe("fits");
  expect(schemaFits({ const: ONE }, { const: NEXT }).verdict).not.toBe("fits");
});

test("what is sent has the digits", () => {
  const properties = { n: { type: "integer", enum: [ONE, NEXT] } };
  const schema = { type: "object", properties, required: ["n"], additionalProperties: false };
  for (const mode of ["strict", "anthropic", "gemini", "grammar", "tool"] as const)
    expect(writeJson(translateSchema(schema, mode).schema)).toContain(`[${ONE},${NEXT}]`);
});
