import { expect, test } from "bun:test";
import { ModullmError } from "../../../src/core/error.ts";
import { writeJson } from "../../../src/core/json.ts";
import { generatedPrograms, programText, writePrograms } from "./generated-programs.ts";
import { count, createLibrary } from "./library.ts";
import { paraphrased } from "./paraphrases.ts";
import { TASKS } from "./tasks.ts";
import { unevenPrograms, unevenTasks } from "./uneven-programs.ts";

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

test("search finds programs by two hundred paraphrases of what they do", async () => {
  await using library = await createLibrary({ memory: true });
  const programs = generatedPrograms();
  writePrograms(library.folder, programs);
  const index = library.index();
  await index.refresh();
  const tasks = paraphrased(programs);
  expect(tasks).toHaveLength(200);
  const missed: string[] = [];
  for (const [task, program] of tasks)
    if (!(await index.search(task)).programs.some(({ name }) => name === program))
      missed.push(task);
  expect(missed.length).toBeLessThanOrEqual(tasks.length * 0.1);
});

test("search finds uneven programs of 25 domains by whole sentences of people who want them", async () => {
  await using library = await createLibrary({ memory: true });
  const programs = unevenPrograms();
  writePrograms(library.folder, programs);
  const index = library.index();
  await index.refresh();
  const tasks = unevenTasks();
  expect([new Set(programs.map(({ name }) => name)).size, tasks.length]).toEqual([500, 120]);
  const missed: string[] = [];
  for (const [task, program] of tasks)
    if (!(await index.search(task)).programs.some(({ name }) => name === program))
      missed.push(task);
  expect(missed.length).toBeLessThanOrEqual(tasks.length * 0.1);
});

test("search leaves out words that are in every sentence", async () => {
  await using library = await createLibrary();
  const gives = "rows: { type: array }";
  library.write("a.rllm", programText("winner", "Tells who has won a match.", gives));
  library.write("b.rllm", programText("refund", "Writes about money that comes back.", gives));
  const index = library.index();
  await index.refresh();
  const { programs } = await index.search("they won't tell somebody that they’ll refund it");
  expect(programs.map(({ name }) => name)).toEqual(["refund"]);
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
  const words = Array.from({ length: 1000 }, (_, number) => `word${number} `).join("");
  for (const text of [...texts, "", "🎉", "x".repeat(100_000), words]) {
    const { programs } = await index.search(text);
    expect(programs.map(({ name }) => name)).toEqual(
      text.includes("invoice") ? ["invoice_total"] : [],
    );
  }
});

test("search compares meanings too where an embedder is configured, and asks for a vector once", async () => {
  await using library = await createLibrary();
  const gives = "out: { type: string }";
  library.write("a.rllm", programText("weather_report", "Tells how warm it will be.", gives));
  library.write("b.rllm", programText("poem", "Writes verses.", gives));
  const asked: string[] = [];
  // Two directions: what is about the weather, and what is not.
  const embedder = {
    model: "test/two-directions",
    embed: async (texts: readonly string[]) => {
      asked.push(...texts);
      return texts.map((text) => (/warm|umbrella/.test(text) ? [1, 0] : [0.1, 1]));
    },
  };
  const index = library.index({ embedder });
  await index.refresh();
  const { by, programs } = await index.search("do I take an umbrella");
  expect(by).toBe("words and meaning");
  expect(programs[0]?.name).toBe("weather_report");
  expect((await index.search("umbrella")).programs[0]?.name).toBe("weather_report");
  expect(asked).toHaveLength(4);

  library.write("b.rllm", programText("poem", "Writes short verses.", gives));
  await index.refresh();
  await index.search("umbrella");
  expect(asked).toHaveLength(6);
  expect((await library.index().search("verses")).by).toBe("words");
});

test("search says so where the embedder fails, and goes by words", async () => {
  await using library = await createLibrary();
  library.write("a.rllm", programText("poem", "Writes verses.", "out: { type: string }"));
  const embed = () => Promise.reject(new ModullmError("RLLM_017", "The server is not there"));
  const index = library.index({ embedder: { model: "test/none", embed } });
  await index.refresh();
  const page = await index.search("verses");
  expect(page).toMatchObject({ by: "words", instead: "The server is not there" });
  expect(page.programs.map(({ name }) => name)).toEqual(["poem"]);
});

test("search knows words of every script, and names in any spelling", async () => {
  await using library = await createLibrary();
  const gives = "totalAmount: { type: number }";
  library.write("a.rllm", programText("jp", "請求書から合計金額を抽出します。", gives));
  library.write("b.rllm", programText("ko", "고객 불만을 요약합니다.", gives));
  library.write("c.rllm", programText("fr", "Résume un texte en français.", gives));
  library.write(
    "d.rllm",
    programText("parseHTMLTable", "Läuft über Zeilen.", "rows: { type: array }"),
  );
  const index = library.index();
  await index.refresh();
  const first = async (query: string) => (await index.search(query)).programs[0]?.name;
  expect(await first("請求書")).toBe("jp");
  expect(await first("불만")).toBe("ko");
  expect(await first("francais")).toBe("fr");
  expect(await first("html table")).toBe("parseHTMLTable");
  expect(await first("lauft")).toBe("parseHTMLTable");
  const found = (await index.search("total_amount")).programs.map(({ name }) => name);
  expect(found.toSorted()).toEqual(["fr", "jp", "ko"]);
});
