import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { compileContract } from "../../../src/contract/compile.ts";
import type { JsonSchema } from "../../../src/contract/contract.ts";
import { isObject } from "../../../src/core/json.ts";
import { translateSchema } from "../../../src/model/schema/translate.ts";
import type { Translation } from "../../../src/model/schema/translation.ts";
import { corpus } from "./corpus.ts";
import { ANTHROPIC, broken, GEMINI, LLAMACPP, OPENAI } from "./rules.ts";
import type { Rules } from "./rules.ts";

const CASES = corpus();
const GOLDEN = `${import.meta.dir}/weakened.txt`;

/**
 * `held`: whether the server holds the model to the result; else it is guidance, and the rules of
 * enforcement don't apply.
 */
const DIALECTS = [
  { mode: "strict", rules: OPENAI, held: ({ strict }: Translation) => strict },
  { mode: "anthropic", rules: ANTHROPIC, held: ({ strict }: Translation) => strict },
  { mode: "gemini", rules: GEMINI, held: () => true },
  { mode: "grammar", rules: LLAMACPP, held: () => true },
] as const satisfies readonly {
  mode: string;
  rules: Rules;
  held: (translation: Translation) => boolean;
}[];

/** What keeps a value from meeting a schema; empty when nothing does. */
function issues(schema: JsonSchema, value: unknown): readonly string[] {
  const compiled = compileContract(schema);
  if (!compiled.ok) return compiled.faults.map(({ reason }) => `the schema: ${reason}`);
  const check = compiled.contract.check(value);
  return check.ok ? [] : check.issues.map(({ path, reason }) => `${path.join(".")}: ${reason}`);
}

/** As llama.cpp reads it: an object has no other properties unless it says so. */
function closed(node: JsonSchema): JsonSchema {
  const entries = Object.entries(node).map(([key, value]) => [key, closedIn(value)]);
  const result: Record<string, unknown> = Object.fromEntries(entries);
  if (isObject(node["properties"])) result["additionalProperties"] ??= false;
  return result;
}

function closedIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedIn);
  return isObject(value) ? closed(value) : value;
}

test("the corpus holds sixty contracts, each with a name of its own", () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
});

for (const { name, schema, good, bad } of CASES) {
  describe(`the contract "${name}"`, () => {
    test("decides by itself", () => {
      expect([issues(schema, good), issues(schema, bad).length > 0]).toEqual([[], true]);
    });
    for (const { mode, rules, held } of DIALECTS) {
      test(`is taken by the server as ${mode}, which leaves its good value possible`, () => {
        const translation = translateSchema(schema, mode);
        if (!held(translation)) {
          expect(translation.weakened.length).toBeGreaterThan(0);
          return;
        }
        expect(broken(translation.schema, rules)).toEqual([]);
        expect(
          issues(mode === "grammar" ? closed(translation.schema) : translation.schema, good),
        ).toEqual([]);
      });
    }
    test("is taken as a tool's input, or not sent", () => {
      const { schema: input, strict } = translateSchema(schema, "tool");
      if (!strict) return;
      expect([input["type"], input["anyOf"], input["oneOf"], input["allOf"]]).toEqual([
        "object",
        undefined,
        undefined,
        undefined,
      ]);
      expect(issues(input, good)).toEqual([]);
    });
    test("is not changed by being compiled", () => {
      const before = structuredClone(schema);
      for (const { mode } of DIALECTS) translateSchema(schema, mode);
      expect(schema).toEqual(before);
    });
  });
}

test("what is weakened is what was weakened before (UPDATE_GOLDEN=1 writes it anew)", () => {
  const lines = CASES.flatMap(({ name, schema }) =>
    DIALECTS.map(({ mode, held }) => {
      const translation = translateSchema(schema, mode);
      const places = translation.weakened.map(
        ({ pointer, keyword }) => `${keyword}@${pointer === "" ? "/" : pointer}`,
      );
      const what = held(translation) ? "held" : "guidance";
      return `${name} | ${mode} | ${what} | ${places.length === 0 ? "nothing lost" : places.join(" ")}`;
    }),
  );
  const text = `${lines.join("\n")}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});
