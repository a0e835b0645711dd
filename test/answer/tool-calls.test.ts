import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { JsonObject } from "../../src/core/json.ts";
import { ruleOf, RULES, type RuleName } from "../../src/answer/rules.ts";
import { readToolCalls } from "../../src/answer/tool-calls.ts";

/** The tools that are offered to every case. */
const TOOLS = ["find_order", "weather", "write-file", "now"];

/** A file of `calls/`: one dialect. */
interface CallFile {
  readonly for: string;
  readonly reads: readonly {
    readonly text: string;
    /** Each call is its name and its arguments. */
    readonly calls: readonly (readonly [string, JsonObject])[];
    /** @default "" */
    readonly rest?: string;
    /** The rules of its edits, beside those of the calls themselves. @default [] */
    readonly repairs?: readonly string[];
    readonly unread?: readonly string[];
  }[];
  /** Nothing is a call there, and the text stays as it is. */
  readonly leaves: readonly {
    readonly text: string;
    /** Why what looks like calls is none. @default [] */
    readonly unread?: readonly string[];
  }[];
}

const FOLDER = join(import.meta.dir, "calls");

for (const file of readdirSync(FOLDER)) {
  const cases = parse(readFileSync(join(FOLDER, file), "utf8")) as CallFile;
  describe(`readToolCalls() on ${file.replace(/\.yaml$/, "")}`, () => {
    for (const one of cases.reads) {
      test(`reads ${JSON.stringify(one.text).slice(0, 100)}`, () => {
        const { calls, rest, edits, unread } = readToolCalls(one.text, { tools: TOOLS });
        expect(calls.map((call) => [call.name, call.arguments])).toEqual(
          one.calls.map(([name, given]) => [name, given]),
        );
        expect(rest).toBe(one.rest ?? "");
        const rules = edits.map(({ rule }) => rule);
        const own = ["tool-call", "call-parameters"];
        expect(rules.filter((rule) => own.includes(rule))).toHaveLength(calls.length);
        const repairs = new Set(rules.filter((rule) => !own.includes(rule)));
        expect([...repairs]).toEqual([...(one.repairs ?? [])]);
        expect(unread.map(({ reason, name }) => `${reason} ${name}`)).toEqual([
          ...(one.unread ?? []),
        ]);
      });
    }
    for (const one of cases.leaves) {
      test(`leaves ${JSON.stringify(one.text).slice(0, 100)}`, () => {
        const { calls, rest, edits, unread } = readToolCalls(one.text, { tools: TOOLS });
        expect({ calls, rest, edits }).toEqual({ calls: [], rest: one.text, edits: [] });
        expect(unread.map(({ reason, name }) => `${reason} ${name}`)).toEqual([
          ...(one.unread ?? []),
        ]);
      });
    }
  });
}

test("readToolCalls() repairs by rules of safe only", () => {
  for (const file of readdirSync(FOLDER)) {
    const cases = parse(readFileSync(join(FOLDER, file), "utf8")) as CallFile;
    for (const { text } of cases.reads) {
      for (const { rule } of readToolCalls(text, { tools: TOOLS }).edits) {
        expect(Object.hasOwn(RULES, rule)).toBe(true);
        expect(ruleOf(rule as RuleName).level).toBe("safe");
      }
    }
  }
});

test("readToolCalls() without tools leaves every text as it is", () => {
  const text = '<tool_call>{"name": "weather", "arguments": {}}</tool_call>';
  expect(readToolCalls(text, { tools: [] })).toMatchObject({ calls: [], rest: text, edits: [] });
});

test("the path of an edit begins with the index of its call", () => {
  const text =
    '<tool_call>{"name": "now"}</tool_call>\n<tool_call>{"name": "weather", "arguments": {"city": "Oslo",}}</tool_call>';
  expect(readToolCalls(text, { tools: TOOLS }).edits).toMatchObject([
    { rule: "tool-call", path: [0], after: "now", position: 0 },
    { rule: "tool-call", path: [1], after: "weather", position: 39 },
    { rule: "trailing-comma", path: [1, "arguments"] },
  ]);
});

test("readToolCalls() keeps the digits of whole numbers", () => {
  const text =
    '<tool_call>{"name": "find_order", "arguments": {"id": 9007199254740993}}</tool_call>';
  expect(readToolCalls(text, { tools: TOOLS }).calls).toEqual([
    { name: "find_order", arguments: { id: 9007199254740993n } },
  ]);
});
