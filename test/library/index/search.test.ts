import { expect, test } from "bun:test";
import { writeJson } from "../../../src/core/json.ts";
import { generatedPrograms, programText, writePrograms } from "./generated-programs.ts";
import { count, createLibrary } from "./library.ts";
import { TASKS } from "./tasks.ts";

test("search finds the right one of 500 programs in other words, under 2,000 tokens in all", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms());
  const index = library.index();
  await index.refresh();
  const top = await count(writeJson(await index.categories()));
  const missed: string[] = [];
  for (const [task, program] of TASKS) {
    const page = await index.search(task);
    const opened = [page, await index.show(program)].map((each) => count(writeJson(each)));
    const [search = 0, shown = 0] = await Promise.all(opened);
    expect(top + search + shown).toBeLessThan(2000);
    if (!page.programs.some(({ name }) => name === program)) missed.push(task);
  }
  expect(TASKS).toHaveLength(60);
  expect(top).toBeLessThan(600);
  expect(missed.length).toBeLessThanOrEqual(TASKS.length * 0.1);
});

test("search takes any text for words", async () => {
  await using library = await createLibrary();
  library.write(
    "a.rllm",
    programText("invoice_total", "Adds up an invoice.", "sum: { type: number }"),
  );
  const index = library.index();
  await index.refresh();
  const texts = [
    '"',
    "'",
    "a AND",
    "NEAR(",
    "*",
    "invoice*",
    "-invoice",
    "name:invoice",
    "(",
    "^",
    "\0",
  ];
  for (const text of [...texts, "", "🎉", "x".repeat(100_000)]) {
    const { programs } = await index.search(text);
    expect(programs.map(({ name }) => name)).toEqual(
      text.includes("invoice") ? ["invoice_total"] : [],
    );
  }
});
