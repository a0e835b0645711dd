import { expect, test } from "bun:test";
import type { Block } from "../../src/program/program.ts";
import { passedOn } from "../../src/program/passed-on.ts";

const PASSED: readonly (readonly [Block["language"], string])[] = [
  ["python", 'result = {"rows": context["uses"]["mails"]}'],
  ["python", "result = {'rows': context['uses']['mails']}  # all of them"],
  ["python", 'mails = context["uses"]["mails"]  # a list\nresult["rows"] = mails'],
  [
    "python",
    'uses = context["uses"]\nresult = {\n    "n": len(uses["mails"]),\n    "rows": uses["mails"],\n}',
  ],
  ["python", 'result = {"rows": [mail for mail in context["uses"]["mails"]]}'],
  ["python", 'result.update(rows=context["uses"]["mails"])'],
  ["python", 'result = dict(rows=list(context["uses"]["mails"]))'],
  ["js", "result = { rows: context.uses.mails };"],
  ["js", "const rows = context.uses.mails;\nresult = { rows };"],
  ["js", "const { uses } = context;\nresult.rows = uses.mails;"],
  ["js", "const { mails } = context.uses;\nresult = { n: mails.length, rows: mails };"],
  ["js", "Object.assign(result, { rows: [...context.uses.mails] })"],
];

test.each(PASSED)("passedOn() sees an output passed on: %s %s", (language, code) => {
  expect(passedOn([block(language, code)])).toEqual([{ key: "rows", entry: "mails" }]);
});

const CHANGED: typeof PASSED = [
  ["python", 'result = {"rows": [mail for mail in context["uses"]["mails"] if mail]}'],
  ["python", 'result = {"all": {"rows": context["uses"]["mails"]}}'],
  ["python", 'result = {"rows": context["uses"]["mails"] or []}'],
  ["python", 'result = {"rows": context["uses"]["mails"]}\nresult["rows"] = []'],
  ["python", 'result = {"rows": context["uses"]["mails"]}\nresult["rows"].remove(None)'],
  ["python", 'if context["input"]["x"]:\n    result = {"rows": context["uses"]["mails"]}'],
  [
    "python",
    'for mail in context["uses"]["mails"]:\n    mail["x"] = 1\nresult = {"rows": context["uses"]["mails"]}',
  ],
  ["js", "result = { rows: context.uses.mails\n  .filter(Boolean) };"],
  ["js", "if (context.input.x) {\n  result = { rows: context.uses.mails };\n}"],
  ["js", "let mails = context.uses.mails;\nmails = mails.filter(Boolean);\nresult = { mails };"],
  ["js", "result = { n: count(context.uses.mails) };"],
];

test.each(CHANGED)("passedOn() leaves out what may be changed: %s %s", (language, code) => {
  expect(passedOn([block(language, code)])).toEqual([]);
});

test("passedOn() leaves out what a pre block may replace", () => {
  const pre = { ...block("js", "result = { uses: {} };"), when: "pre" } as const;
  expect(passedOn([pre, block("js", "result = { rows: context.uses.mails };")])).toEqual([]);
});

function block(language: Block["language"], code: string): Block {
  return { language, when: "post", code, name: null, reads: null, gives: null, line: 1 };
}
