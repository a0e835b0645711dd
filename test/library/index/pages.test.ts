import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "../../../src/core/json.ts";
import type { ProgramRecord } from "../../../src/library/program-index.ts";
import { visibleTo } from "../../../src/programs.ts";
import { LOCAL_USER } from "../../../src/core/principal.ts";
import { createPolicy } from "../../../src/policy/policy.ts";
import { generatedPrograms, programText, writePrograms } from "./generated-programs.ts";
import { count, createLibrary, refusal } from "./library.ts";

const GIVES = "out: { type: string }";

interface Page {
  readonly programs: readonly { readonly name: string }[];
  readonly next_cursor: string | null;
}

/** The names of all pages, with something done between each two. */
async function walk(
  pageAt: (cursor: string | null) => Promise<Page>,
  between: (turn: number) => Promise<unknown> = async () => {},
): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  for (let turn = 0; turn === 0 || cursor !== null; turn++) {
    const page: Page = await pageAt(cursor);
    names.push(...page.programs.map(({ name }) => name));
    cursor = page.next_cursor;
    await between(turn);
  }
  return names;
}

test("pages give every program that is there all the time exactly once, whatever comes and goes", async () => {
  await using library = await createLibrary();
  const programs = generatedPrograms(240);
  const [there, gone, new1] = [
    programs.slice(0, 120),
    programs.slice(120, 160),
    programs.slice(160),
  ];
  for (const way of ["list", "search", "category"] as const) {
    rmSync(library.folder, { recursive: true });
    writePrograms(library.folder, [...there, ...gone]);
    const index = library.index();
    await index.refresh();
    const names = await walk(
      async (cursor) => {
        if (way === "list") return await index.list({ cursor, limit: 7 });
        if (way === "search")
          return await index.search("text a the one of contract", { cursor, limit: 7 });
        return await index.programs("legal", { cursor, limit: 3 });
      },
      async (turn) => {
        const added = new1.slice(turn * 8, turn * 8 + 8);
        writePrograms(library.folder, added);
        for (const { file } of gone.slice(turn * 4, turn * 4 + 4))
          rmSync(join(library.folder, file), { force: true });
        await index.refresh();
      },
    );
    expect(new Set(names).size).toBe(names.length);
    const all =
      way === "category"
        ? (await index.decisions()).filter(({ category }) => category.domain === "legal")
        : await index.decisions();
    const stayed = new Set(there.map(({ name }) => name));
    const wanted = all.map(({ name }) => name).filter((name) => stayed.has(name));
    expect(names).toEqual(expect.arrayContaining(wanted));
  }
});

test("a cursor that is none is refused, and so is a page of nothing", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(20));
  const index = library.index();
  await index.refresh();
  const refused = { code: "RLLM_016" };
  expect(await refusal(index.list({ cursor: "s:1" }))).toMatchObject(refused);
  expect(await refusal(index.search("a", { cursor: "n:a" }))).toMatchObject(refused);
  expect(await refusal(index.search("a", { cursor: "s:1..2" }))).toMatchObject(refused);
  for (const limit of [0, 101, 1.5]) {
    expect(await refusal(index.list({ limit }))).toMatchObject(refused);
    expect(await refusal(index.search("a", { limit }))).toMatchObject(refused);
  }
  expect(await refusal(index.programs("nowhere"))).toMatchObject({ code: "RLLM_008" });
});

test("every category says what opening it costs, to the token", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(200));
  const index = library.index();
  await index.refresh();
  const { categories } = await index.categories();
  expect(categories.length).toBeGreaterThan(10);
  for (const { category, programs, tokens } of categories) {
    const page = await index.programs(category);
    expect(await count(writeJson(page))).toBe(tokens);
    expect(page.total).toBe(programs);
    for (const below of page.categories)
      expect(await count(writeJson(await index.programs(below.category)))).toBe(below.tokens);
  }
});

test("what a principal may not run is nowhere", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(100));
  const index = library.index();
  await index.refresh();
  const grants = [{ action: "run", resource: "extract_*" } as const];
  const policy = createPolicy({ trustedPython: false, require: null });
  const sees = visibleTo({ ...LOCAL_USER, grants }, policy);
  const { programs } = await index.list({ sees, limit: 100 });
  expect(programs.length).toBeGreaterThan(0);
  expect(programs.every(({ name }) => name.startsWith("extract_"))).toBe(true);
  expect((await index.tree({ sees })).programs).toBe(programs.length);
  const hits = await walk((cursor) => index.search("summarize text", { sees, cursor }));
  expect(hits.every((name) => name.startsWith("extract_"))).toBe(true);
  const hidden = index.show("summarize_expense_report", { sees });
  expect(await refusal(hidden)).toMatchObject({ code: "RLLM_008" });
});

test("programs are called what their files say, and by their path where that means several", async () => {
  await using library = await createLibrary();
  library.write("one/a.rllm", programText("same", "Counts words.", GIVES));
  library.write("two/a.rllm", programText("same", "Counts lines.", GIVES));
  const newest = programText("facts", "Finds facts, new.", GIVES);
  library.write("facts.rllm", newest.replace("version: 1.0.0", "version: 2.0.0"));
  library.write("facts@1.0.0.rllm", programText("facts", "Finds facts, old.", GIVES));
  library.write("broken.rllm", "---\n");
  const index = library.index();
  await index.refresh();
  const { programs } = await index.list();
  expect(programs.map(({ name }) => name)).toEqual(["broken", "facts", "one/a", "two/a"]);
  expect(await refusal(index.show("same"))).toMatchObject({
    code: "RLLM_008",
    details: { near: ["one/a", "two/a"] },
  });
  expect((await index.show("two/a")).description).toBe("Counts lines.");
  expect((await index.show("facts")).description).toBe("Finds facts, new.");
  expect((await index.show("facts@1.0.0")).path).toEndWith("facts@1.0.0.rllm");
  expect((await index.show("facts")).versions).toEqual(["2.0.0", "1.0.0"]);
  expect(await refusal(index.show("facts@^3"))).toMatchObject({ code: "RLLM_008" });
});

test("a program that is hidden does not show in the name of another", async () => {
  await using library = await createLibrary();
  library.write("one/a.rllm", programText("same", "Counts words.", GIVES));
  library.write("two/a.rllm", programText("same", "Counts lines.", GIVES));
  const index = library.index();
  await index.refresh();
  const sees = ({ path }: { readonly path: string }) => path.includes("/two/");
  const { programs } = await index.list({ sees });
  expect(programs.map(({ name }) => name)).toEqual(["same"]);
  expect((await index.show("same", { sees })).description).toBe("Counts lines.");
});

test("a name that two folders have is that of the first folder", async () => {
  await using library = await createLibrary();
  const [first, second] = ["first", "second"].map((name) => join(library.folder, name));
  library.write("first/a.rllm", programText("a", "The first.", GIVES));
  library.write("second/a.rllm", programText("a", "The second.", GIVES));
  const index = library.index({ folders: [first ?? "", second ?? ""] });
  await index.refresh();
  const { programs } = await index.list();
  expect(programs.map(({ summary }) => summary)).toEqual(["The first"]);
  expect((await index.show("a")).description).toBe("The first.");
});

test("filters are held together", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(100));
  const record = (path: string, latency: ProgramRecord["latency"]) =>
    [path, { runs: 1, success_pct: 100, latency_p50: 1, latency, cost_avg: null }] as const;
  const slow = join(library.folder, "finance/extract_invoice.rllm");
  const index = library.index({ records: new Map([record(slow, "slow")]) });
  await index.refresh();
  const only = async (filter: object): Promise<readonly string[]> =>
    (await index.list({ filter, limit: 100 })).programs.map(({ name }) => name);
  expect(await only({ latency: "slow" })).toEqual(["extract_invoice"]);
  expect(await only({ latency: "slow", task: "extract", domain: "finance" })).toHaveLength(1);
  expect(await only({ latency: "slow", task: "translate" })).toEqual([]);
  expect(await only({ latency: "unknown" })).toHaveLength(99);
  const [first] = (await index.decisions()).filter(({ category }) => category.domain === "finance");
  await index.decide(first?.name ?? "", { domain: "other/money", task: "plan", from: "review" });
  expect(await only({ domain: "other" })).toEqual([first?.name ?? ""]);
  expect(await only({ domain: "oth" })).toEqual([]);
  expect(await only({ complexity: "agentic" })).toEqual([]);
  expect(await only({ shape: "text-to-label" })).toHaveLength(10);
});
