import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLES, errorsPage } from "../../scripts/docs-errors.ts";
import { CODES, type CodeEntry } from "../../src/core/codes.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");

test("docs/errors.md is what scripts/docs-errors.ts writes", () => {
  expect(page).toBe(errorsPage());
});

test("docs/errors.md has a place for every doc_ref", () => {
  for (const code of Object.keys(CODES))
    expect(page).toContain(`<a id="${code}"></a>\n## ${code}: `);
});

test("the examples of docs/errors.md use no detail that the table does not promise", () => {
  const table: Readonly<Record<string, CodeEntry>> = CODES;
  for (const [code, { facts }] of Object.entries(EXAMPLES)) {
    const unknown = Object.keys(facts.details ?? {}).filter(
      (name) => !table[code]?.details.includes(name),
    );
    expect({ code, unknown }).toEqual({ code, unknown: [] });
  }
});
