import { expect, setDefaultTimeout, test } from "bun:test";
import { isBeginning, runStreams } from "./generator/stream.ts";

setDefaultTimeout(180_000);

const COUNT = 800;

test("createAnswerReader() gives for pieces what the whole gives, and no value that the whole contradicts", () => {
  expect(runStreams(COUNT, 11)).toEqual([]);
});

test("a value is no beginning of one that says something else", () => {
  expect(isBeginning({ a: "x", b: [1] }, { a: "xy", b: [1, 2] })).toBe(true);
  expect(isBeginning({ a: "x" }, { a: "yx" })).toBe(false);
  expect(isBeginning([1, 2], [1])).toBe(false);
  expect(isBeginning({ a: 3 }, { a: 12 })).toBe(false);
});
