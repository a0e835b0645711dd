import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseTemplate, renderTemplate } from "../../src/program/template.ts";

const cases = parse(readFileSync(join(import.meta.dir, "template.yaml"), "utf8")) as {
  template: string;
  values: Record<string, unknown>;
  out: string;
}[];

for (const { template, values, out } of cases) {
  test(`renderTemplate() ${JSON.stringify(template)} gives ${JSON.stringify(out)}`, () => {
    expect(renderTemplate(parseTemplate(template), values)).toBe(out);
  });
}
