import { describe, expect, test } from "bun:test";
import { createAnswerReader } from "../../src/answer/reader.ts";
import { readAnswer } from "../../src/answer/read.ts";
import { readToolCalls } from "../../src/answer/tool-calls.ts";
import { contractOf } from "./contracts.ts";

const MILLION = 1_000_000;
const contract = contractOf({
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
});

/** Far above what linear time takes on a slow machine, far below what quadratic would. */
const LIMIT_MS = 5_000;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

describe("readAnswer() takes linear time on a million", () => {
  const texts: Readonly<Record<string, string>> = {
    "opening brackets": "[".repeat(MILLION),
    "opening braces": "{".repeat(MILLION),
    "closing brackets": "]".repeat(MILLION),
    quotes: '"'.repeat(MILLION),
    "quotes in an object": `{"a":"${'"'.repeat(MILLION)}`,
    backslashes: "\\".repeat(MILLION),
    "escaped quotes": '\\"'.repeat(MILLION / 2),
    backticks: "`".repeat(MILLION),
    fences: "```json\n".repeat(MILLION / 8),
    "strings without an end": '{"a":"b,'.repeat(MILLION / 8),
    "comments without an end": '{"a"/*'.repeat(MILLION / 6),
    commas: `[${",".repeat(MILLION)}`,
    "small lists": "[] ".repeat(MILLION / 3),
    tags: "<a>".repeat(MILLION / 3),
    "reasoning tags": "<think>\n".repeat(MILLION / 8),
    "lines of keys": "a: b\n".repeat(MILLION / 5),
    tables: "| a | b |\n|---|---|\n| 1 | 2 |\n\n".repeat(MILLION / 31),
    "one table": `| a |\n|---|\n${"| {1} |\n".repeat(MILLION / 8)}`,
    "rows of cells": `a,b\n${'1,"2\n'.repeat(MILLION / 5)}`,
    "rows between brackets": `a,b\n${"[1],{2}\n".repeat(MILLION / 8)}`,
    YAML: `a:\n${"  - b: [\n".repeat(MILLION / 9)}`,
    "YAML that nests": Array.from({ length: 1_400 }, (_, depth) => `${" ".repeat(depth)}a:`).join(
      "\n",
    ),
    "heads of TOON": "a[2]{b,c}:\n".repeat(MILLION / 11),
    "parameters without an end": `<invoke name="a">${"<parameter=a>\n".repeat(MILLION / 14)}`,
    "keys of arguments": "<arg_key>a</arg_key><arg_value>1\n".repeat(MILLION / 34),
    channels: "<|channel|>final<|message|>{".repeat(MILLION / 28),
    "heads of channels": "<|channel|>analysis ".repeat(MILLION / 20),
    "the word of a channel": "analysis assistantfinal".repeat(MILLION / 23),
    "keys beside an answer": `{"a": "b"}\n${'"c": 1 {} '.repeat(MILLION / 10)}`,
    boxes: "\\boxed{1} ".repeat(MILLION / 10),
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () =>
      expect(milliseconds(() => readAnswer(text, contract, { repair: "full" }))).toBeLessThan(
        LIMIT_MS,
      ),
    );
  }
});

describe("readToolCalls() takes linear time on a million", () => {
  const tools = ["f"];
  const texts: Readonly<Record<string, string>> = {
    "opening tags": "<tool_call>\n".repeat(MILLION / 12),
    "calls without an end": '<tool_call>{"name": "f", "arguments": {"a": "'.repeat(MILLION / 44),
    "calls that are cut": '<tool_call>\n{"name": "f"\n'.repeat(MILLION / 26),
    "one call with much": `<tool_call>{"name": "f", "arguments": {"a": "${"x".repeat(MILLION)}"}}`,
    "marks in strings": '[TOOL_CALLS]{"name": "f", "arguments": {"a": "'.repeat(MILLION / 46),
    "names of functions": "<function=f>\n".repeat(MILLION / 13),
    "parameters without an end": `<function=f>${"<parameter=a>\n".repeat(MILLION / 14)}`,
    calls: "<function=f>\n<parameter=a>1</parameter>\n</function>\n".repeat(MILLION / 52),
    "one line of calls": "[TOOL_CALLS]f[ARGS]{}".repeat(MILLION / 21),
    "Python's calls": `<|python_tag|>[${"f(a=[[1]]), ".repeat(MILLION / 12)}`,
    "Python's arguments": "<|python_tag|>f(a='".repeat(MILLION / 19),
    "heads of messages": "<|channel|>commentary to=f<|message|>{".repeat(MILLION / 38),
    "openers of fences": "```\n~~~\n".repeat(MILLION / 8),
    "lines that end in nothing": "`\n".repeat(MILLION / 2),
    "lists and closers": `[${'{"name": "f"}, </tool_call>'.repeat(MILLION / 27)}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () =>
      expect(milliseconds(() => readToolCalls(text, { tools }))).toBeLessThan(LIMIT_MS),
    );
  }
});

test("createAnswerReader() takes linear time overall", () => {
  const text = `{"a": "${"lorem ipsum ".repeat(20_000)}"}`;
  const reader = createAnswerReader(contract);
  const time = milliseconds(() => {
    for (let at = 0; at < text.length; at += 4) reader.push(text.slice(at, at + 4));
    expect(reader.end().ok).toBe(true);
  });
  expect(time).toBeLessThan(LIMIT_MS);
});
