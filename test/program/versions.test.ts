import { describe, expect, test } from "bun:test";
import { byVersion, parseRange, plainVersion } from "../../src/program/versions.ts";

const VERSIONS = [
  "0.0.1",
  "0.0.2",
  "0.1.0",
  "0.1.9",
  "0.2.0",
  "1.0.0",
  "1.2.0",
  "1.2.7",
  "1.3.0",
  "1.10.0",
  "2.0.0",
];

describe("parseRange() takes of the versions", () => {
  test.each<[range: string, held: string]>([
    ["^1.2", "1.2.0 1.2.7 1.3.0 1.10.0"],
    ["^1.2.5", "1.2.7 1.3.0 1.10.0"],
    ["^1", "1.0.0 1.2.0 1.2.7 1.3.0 1.10.0"],
    ["^0.1", "0.1.0 0.1.9"],
    ["^0.0.1", "0.0.1"],
    ["^0.0", "0.0.1 0.0.2"],
    ["^0", "0.0.1 0.0.2 0.1.0 0.1.9 0.2.0"],
    ["~1.2", "1.2.0 1.2.7"],
    ["~1.2.3", "1.2.7"],
    ["~1", "1.0.0 1.2.0 1.2.7 1.3.0 1.10.0"],
    [">=1.3", "1.3.0 1.10.0 2.0.0"],
    [">1.2", "1.3.0 1.10.0 2.0.0"],
    [">1.2.0", "1.2.7 1.3.0 1.10.0 2.0.0"],
    ["<0.1", "0.0.1 0.0.2"],
    ["<=0.1", "0.0.1 0.0.2 0.1.0 0.1.9"],
    [">= 1.2  <1.3", "1.2.0 1.2.7"],
    ["^1.2 <1.3 >=1.2.1", "1.2.7"],
    ["1.2", "1.2.0 1.2.7"],
    ["1.2.x", "1.2.0 1.2.7"],
    ["1", "1.0.0 1.2.0 1.2.7 1.3.0 1.10.0"],
    ["=1.2.7", "1.2.7"],
    ["1.2.7", "1.2.7"],
    ["*", VERSIONS.join(" ")],
    [">2 <1", ""],
  ])("%p: %p", (range, held) => {
    expect(VERSIONS.filter((version) => parseRange(range)?.holds(version)).join(" ")).toBe(held);
  });
});

test.each([
  "",
  "latest",
  "^",
  "1.2.3.4",
  "1.2 || 2",
  "1.2 - 1.4",
  ">*",
  "^v1",
  "x.1",
  "1.x.3",
  "1,2",
  "-1",
])("parseRange() refuses %p", (range) => {
  expect(parseRange(range)).toBeNull();
});

test("parseRange() takes a pre-release only where it is named as a whole", () => {
  const beta = "1.2.0-beta.1";
  expect(
    ["^1.2", ">=1", "*", "1.2.0", "1.2.0-beta.2"].filter((range) => parseRange(range)?.holds(beta)),
  ).toEqual([]);
  expect(
    ["1.2.0-beta.1", "=1.2.0-beta.1"].filter((range) => parseRange(range)?.holds(beta)),
  ).toHaveLength(2);
});

test("parseRange() holds for no version that is none", () => {
  expect(
    ["latest", "", "2024-05-01", "1.2.3.4"].filter((version) => parseRange("*")?.holds(version)),
  ).toEqual([]);
});

test("plainVersion() fills up what is short and leaves builds away", () => {
  expect(["1", "1.2", "1.2.3", "1.2.3+b.5", "1.2.3-rc.1", "v1", ""].map(plainVersion)).toEqual([
    "1.0.0",
    "1.2.0",
    "1.2.3",
    "1.2.3",
    null,
    null,
    null,
  ]);
});

test("byVersion() puts the newest first, numbers by their value", () => {
  expect(["1.9.0", "1.10.0", "0.50.0"].toSorted(byVersion)).toEqual(["1.10.0", "1.9.0", "0.50.0"]);
});
