import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createAnswerReader } from "../../src/answer/reader.ts";
import { readAnswer } from "../../src/answer/read.ts";
import { readToolCalls } from "../../src/answer/tool-calls.ts";
import { contractOf } from "./contracts.ts";
import { hostileCalls, hostileTexts } from "./hostile.ts";

/** `bun bench/answers.ts` reads ten times as much. */
const SIZE = 1_000_000;
const contract = contractOf({
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
});

/**
 * Far above what linear time takes, at most a second, far below what quadratic would. Of the
 * processor's time: other processes take nothing of that.
 */
const LIMIT_MS = 20_000;

setDefaultTimeout(600_000);

function milliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

describe("readAnswer() takes linear time on a million", () => {
  for (const [name, text] of Object.entries(hostileTexts(SIZE))) {
    test(name, () =>
      expect(milliseconds(() => readAnswer(text, contract, { repair: "full" }))).toBeLessThan(
        LIMIT_MS,
      ),
    );
  }
});

describe("readToolCalls() takes linear time on a million", () => {
  for (const [name, text] of Object.entries(hostileCalls(SIZE))) {
    test(name, () =>
      expect(milliseconds(() => readToolCalls(text, { tools: ["f"] }))).toBeLessThan(LIMIT_MS),
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
