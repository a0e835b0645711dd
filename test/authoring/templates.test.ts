import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTemplate, TEMPLATE_NAMES, TEMPLATE_SUMMARIES } from "../../src/authoring/templates.ts";

const ROOT = join(import.meta.dir, "../..");
const FOLDER = join(ROOT, "examples/templates");

test.each(TEMPLATE_NAMES)("loadTemplate() reads %s as it stands in the examples", async (name) => {
  const template = await loadTemplate(name);
  expect(template.name).toBe(name);
  expect(template.summary).toBe(TEMPLATE_SUMMARIES[name]);
  expect(template.text).toBe(readFileSync(join(FOLDER, `${name}.rllm`), "utf8"));
  expect(template.input).toBe(readFileSync(join(FOLDER, `${name}.yaml`), "utf8"));
  for (const [file, text] of Object.entries(template.parts))
    expect(text).toBe(readFileSync(join(FOLDER, file), "utf8"));
});

test("a template carries every program it uses, and each file of the folder belongs to one", async () => {
  const templates = await Promise.all(TEMPLATE_NAMES.map(loadTemplate));
  for (const { text, parts } of templates) {
    const used = [...text.matchAll(/^ +(?:- )?(?:path|program): \.\/(\S+)$/gm)].map(
      ([, file]) => file,
    );
    expect(Object.keys(parts)).toEqual(used.map(String));
  }
  const carried = templates.flatMap(({ name, parts }) => [`${name}.rllm`, ...Object.keys(parts)]);
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".rllm"));
  expect(files.toSorted()).toEqual(carried.toSorted());
});
