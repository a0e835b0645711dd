import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { RULES } from "../../src/answer/rules.ts";

test("docs/answers.md lists every rule with its level and cost", () => {
  const docs = readFileSync(new URL("../../docs/answers.md", import.meta.url), "utf8");
  const listed = [
    ...docs.matchAll(/^\| `([a-z-]+)` \| (safe|full)(, loses)? \| ([\d.]+) \|/gm),
  ].map(([, name, level, loses, cost]) => [
    name,
    { level, cost: Number(cost), ...(loses ? { loses: true } : {}) },
  ]);
  expect(Object.fromEntries(listed)).toEqual(RULES);
});
