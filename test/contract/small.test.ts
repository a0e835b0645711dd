import { expect, test } from "bun:test";
import { isSmall } from "../../src/contract/small.ts";

test.each([
  [1, true],
  ["x".repeat(100_000), true],
  [null, true],
  [{ a: [{ b: 1 }, null] }, true],
  [Array.from({ length: 150 }, () => 1), true],
  [Array.from({ length: 1000 }, () => 1), false],
  [Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => ({}))), false],
  [Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, 1])), false],
])("isSmall() looks at a value and what is in it, %#", (value, expected) => {
  expect(isSmall(value)).toBe(expected);
});
