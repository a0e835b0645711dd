import { describe, expect, test } from "bun:test";
import { createAnswerReader } from "../../src/answer/reader.ts";
import { readAnswer } from "../../src/answer/read.ts";
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
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () =>
      expect(milliseconds(() => readAnswer(text, contract, { repair: "full" }))).toBeLessThan(
        LIMIT_MS,
      ),
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
