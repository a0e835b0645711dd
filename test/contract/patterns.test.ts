import { describe, expect, test } from "bun:test";
import { readPattern } from "../../src/contract/patterns.ts";
import { linearMatcher } from "../../src/contract/regex/linear.ts";
import { readRegex } from "../../src/contract/regex/syntax.ts";
import { dice, type Dice } from "./random-schema.ts";

function reading(source: string): Extract<ReturnType<typeof readPattern>, { ok: true }> {
  const read = readPattern(source);
  if (!read.ok) throw new Error(read.reason);
  return read;
}

describe("readPattern() forgives what has one meaning", () => {
  test.each([
    ["\\{\\{.+}}", "\\{\\{.+\\}\\}", "bracket"],
    ["}", "\\}", "bracket"],
    ["a]", "a\\]", "bracket"],
    ["^{{\\w+}}$", "^\\{\\{\\w+\\}\\}$", "bracket"],
    ["^[\\w\\-]+\\@x$", "^[\\w\\-]+@x$", "escape"],
    ["^\\@[{}]{2}}$", "^@[{}]{2}\\}$", "bracket"],
    ["\\p{L}\\u{41}}", "\\p{L}\\u{41}\\}", "bracket"],
  ])("%s is read as %s", (source, read, forgiven) => {
    expect(reading(source).regex.source).toBe(read);
    expect(reading(source).forgiven).toBe(forgiven as "escape" | "bracket");
  });

  test.each(["a{,3}", "(", "[a", "\\1(", "*"])("but not %s", (source) => {
    expect(readPattern(source).ok).toBe(false);
  });
});

describe("readPattern() matches in linear time what could backtrack", () => {
  test.each([
    "^(a+)+$",
    "^(a|aa)+$",
    "^(\\d+|\\d+x)+$",
    "(.*a){12}$",
    "\\s+$",
    "^(?:(a|b|ab)*)c$",
    "^([a-z]+)*(?=b)\\w+$",
    "(?<=a(b*)*)c",
    "^(?!.*(x+x+)+y)[^]*$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
  ])("%s", (source) => {
    const { longest, test: matches } = reading(source);
    expect(longest).toBeLessThan(100_000);
    const text = `${"a".repeat(20_000)}!`;
    expect(typeof matches(text)).toBe("boolean");
    expect(matches(`${" ".repeat(20_000)}!`)).toBe(source.startsWith("^(?!"));
  });

  test.each(["^[a-z]+$", "^\\d{4}-\\d{2}-\\d{2}$", "^(red|green|blue)$", "^.{0,500}$", "^x"])(
    "%s is left to the platform",
    (source) => expect(reading(source).longest).toBe(Infinity),
  );

  test("what only backtracking can do is refused where that is exponential", () => {
    expect(readPattern("^(a+)+\\1$")).toMatchObject({ ok: false, isRegex: true });
    expect(reading("^(['\"]).*\\1$").test('"x"')).toBe(true);
    const tag = reading("^\\s*<([A-Za-z]+).+?(\\/>|\\/\\1>)\\s*$");
    expect(tag.test(`<svg ${"a".repeat(80)}/>`)).toBe(true);
    expect(() => tag.test(`<svg ${"a".repeat(80_000)}/>`)).toThrow(RangeError);
  });
});

const ATOMS = [
  "a",
  "b",
  ".",
  "[ab]",
  "[^a]",
  "\\w",
  "\\D",
  "\\s",
  "\\p{L}",
  "\\P{L}",
  "é",
  "\\u{1F600}",
  "[\\W-]",
  "[\\d\\s_]",
  "^",
  "$",
  "\\b",
  "\\B",
  "(?=a)",
  "(?!b)",
  "(?<=a)",
  "(?<!b)",
  "\\x61",
  "\\u0062",
  "\\n",
];
const CHARACTERS = ["a", "b", "1", " ", "_", "é", "😀", "\n", "-", "\ud83d"];

function randomSource(roll: Dice, depth: number): string {
  const kind = depth === 0 ? 0 : roll(6);
  if (kind < 2) return ATOMS[roll(ATOMS.length)] ?? "";
  if (kind === 2) return `(?:${randomSource(roll, depth - 1)}|${randomSource(roll, depth - 1)})`;
  const part = `(${randomSource(roll, depth - 1)})`;
  if (kind === 3) return part + (["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"][roll(7)] ?? "");
  return randomSource(roll, depth - 1) + randomSource(roll, depth - 1);
}

test("the linear matcher agrees with the platform on random patterns and texts", () => {
  let matched = 0;
  let compared = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const roll = dice(seed);
    const source = randomSource(roll, 4);
    const regex = new RegExp(source, "u");
    const piece = readRegex(source);
    const linear = piece === null ? null : linearMatcher(piece);
    if (linear === null) throw new Error(`Seed ${seed}: ${source} is not read`);
    for (let turn = 0; turn < 8; turn++) {
      const length = roll(6);
      const text = Array.from({ length }, () => CHARACTERS[roll(CHARACTERS.length)]).join("");
      const expected = regex.test(text);
      if (linear.test(text) !== expected)
        throw new Error(`Seed ${seed}: ${source} on ${JSON.stringify(text)} is ${expected}`);
      compared++;
      if (expected) matched++;
    }
  }
  expect(matched / compared).toBeWithin(0.1, 0.9);
});
