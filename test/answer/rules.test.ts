import { describe, expect, test } from "bun:test";
import { ruleOf, RULES, type RuleName } from "../../src/answer/rules.ts";
import { readCases, type CaseFile } from "./cases.ts";
import { faultsOf } from "./hold.ts";

const rules = readCases("rules");
const kinds = readCases("kinds");

test("each rule has one file in test/answer/rules, each file there a rule", () => {
  expect(rules.map((file) => file.name)).toEqual(Object.keys(RULES).toSorted());
});

describe("a rule's file gives the level and cost of the rule", () => {
  for (const file of rules) {
    test(file.name, () => {
      const { level, cost } = ruleOf(file.name as RuleName);
      expect({ level: file.level, cost: file.cost }).toEqual({ level, cost });
      expect(file.for).toEndWith(".");
      expect(file.refuses?.length).toBeGreaterThan(0);
    });
  }
});

for (const file of rules) describe(`readAnswer() by rule ${file.name}`, () => runCases(file));
for (const file of kinds) describe(`readAnswer() on ${file.name}`, () => runCases(file));

function runCases(file: CaseFile): void {
  for (const list of ["reads", "beside", "refuses"] as const) {
    for (const one of file[list] ?? []) {
      const name = `${list}: ${JSON.stringify(one.text).slice(0, 100)}`;
      const run = (): void => expect(faultsOf(one, list, file)).toEqual([]);
      // What still fails is listed by `bun test`, and is no success.
      if (one.fails === undefined) test(name, run);
      else test.todo(`${name}: ${one.fails}`, run);
    }
  }
}
