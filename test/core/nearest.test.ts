import { expect, test } from "bun:test";
import { didYouMean, nearest } from "../../src/core/nearest.ts";
import { patience } from "../patience.ts";

const KEYS = ["temperature", "top_p", "max_tokens", "stop"];

test.each<[string, string | null]>([
  ["temprature", "temperature"],
  ["TEMPERATURE", "temperature"],
  ["max_token", "max_tokens"],
  ["topp", "top_p"],
  ["stop", "stop"],
  ["seed", null],
  ["", null],
])("nearest() takes %p for %p", (word, candidate) => {
  expect(nearest(word, KEYS)).toBe(candidate);
});

test("nearest() is quick on words that are long", () => {
  const start = performance.now();
  expect(nearest("x".repeat(100_000), KEYS)).toBeNull();
  expect(performance.now() - start).toBeLessThan(patience(200));
});

test("didYouMean() gives a sentence or nothing", () => {
  expect(didYouMean("stopp", KEYS)).toBe(' Did you mean "stop"?');
  expect(didYouMean("zzz", KEYS)).toBe("");
});
