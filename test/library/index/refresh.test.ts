import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { writeJson } from "../../../src/core/json.ts";
import type { ProgramIndex } from "../../../src/library/program-index.ts";
import { MemoryPrograms } from "../../../src/store/memory-programs.ts";
import type { ProgramArea } from "../../../src/store/programs.ts";
import { generatedPrograms, programText, writePrograms } from "./generated-programs.ts";
import { createLibrary, type Library, refusal } from "./library.ts";

const GIVES = "out: { type: string }";

async function names(index: ProgramIndex): Promise<readonly string[]> {
  const { programs } = await index.list({ limit: 100 });
  return programs.map(({ name }) => name);
}

/** Files that have only just been written are read every time: they get a time to be old by. */
async function settle(library: Library): Promise<void> {
  await Bun.sleep(30);
  await library.index().refresh();
}

const KINDS = [
  { kept: "SQLite", memory: false },
  { kept: "memory", memory: true },
];

describe.each(KINDS)("refresh() with an index in $kept", (kind) => {
  test("reads what is new or changed, and nothing else", async () => {
    await using library = await createLibrary(kind);
    const index = library.index();
    library.write("a.rllm", programText("a", "Counts words.", GIVES));
    library.write("deep/b.rllm", programText("b", "Counts lines.", GIVES));
    await settle(library);
    expect(await index.refresh()).toMatchObject({ programs: 2, read: 0, removed: 0, broken: 0 });

    library.write("a.rllm", programText("a", "Counts pages.", GIVES));
    renameSync(join(library.folder, "deep/b.rllm"), join(library.folder, "deep/c.rllm"));
    expect(await index.refresh()).toMatchObject({ programs: 2, read: 2, removed: 1 });
    expect((await index.show("a")).description).toBe("Counts pages.");
    expect((await index.show("b")).library_name).toBe("deep/c");

    await settle(library);
    utimesSync(join(library.folder, "a.rllm"), new Date(0), new Date(0));
    expect(await index.refresh()).toMatchObject({ read: 1, removed: 0 });
    rmSync(join(library.folder, "deep"), { recursive: true });
    expect(await index.refresh()).toMatchObject({ programs: 1, removed: 1 });
    expect(await names(index)).toEqual(["a"]);
    expect(await index.refresh({ force: true })).toMatchObject({ read: 1 });
  });

  test("sees a change that leaves size and time as they were", async () => {
    await using library = await createLibrary(kind);
    const [file, time] = [join(library.folder, "a.rllm"), new Date(1_700_000_000_000)];
    library.write("a.rllm", programText("a", "Counts words.", GIVES));
    utimesSync(file, time, time);
    await settle(library);
    library.write("a.rllm", programText("a", "Counts lines.", GIVES));
    utimesSync(file, time, time);
    const index = library.index();
    await index.refresh();
    expect((await index.show("a")).description).toBe("Counts lines.");
  });

  test("reads a program again when a schema that it takes from another file changes", async () => {
    await using library = await createLibrary(kind);
    const text = programText("a", "Takes an order.", "order: { $ref: ./order.json }");
    library.write("a.rllm", text);
    library.write("order.json", '{"type": "object", "properties": {"total": {"type": "number"}}}');
    await settle(library);
    const index = library.index();
    const before = (await index.show("a")).content_hash;
    expect(await index.refresh()).toMatchObject({ read: 0 });
    library.write("order.json", '{"type": "object", "properties": {"sum": {"type": "number"}}}');
    expect(await index.refresh()).toMatchObject({ read: 1 });
    expect((await index.show("a")).content_hash).not.toBe(before);
    rmSync(join(library.folder, "order.json"));
    expect(await index.refresh()).toMatchObject({ read: 1, broken: 1 });
  });

  test("lists what holds no program with its fault, and goes on", async () => {
    await using library = await createLibrary(kind);
    library.write("good.rllm", programText("good", "Counts words.", GIVES));
    library.write("empty.rllm", "");
    library.write("binary.rllm", "\0\u0001\u0002");
    library.write("latin.rllm", "");
    writeFileSync(join(library.folder, "latin.rllm"), Buffer.from([0x2d, 0xff, 0xfe]));
    library.write("prose.rllm", "There is no frontmatter here.");
    library.write("huge.rllm", "x".repeat(17 * 2 ** 20));
    library.write("deep/yaml.rllm", "---\nname: [\n---\n");
    symlinkSync("nowhere", join(library.folder, "dangling.rllm"));
    symlinkSync(".", join(library.folder, "loop"));
    symlinkSync("loop.rllm", join(library.folder, "loop.rllm"));
    mkdirSync(join(library.folder, "folder.rllm"));
    Bun.spawnSync(["mkfifo", join(library.folder, "pipe.rllm")]);
    library.write(".hidden/a.rllm", programText("hidden", "Counts.", GIVES));
    library.write("node_modules/a.rllm", programText("package", "Counts.", GIVES));
    const index = library.index();
    expect(await index.refresh()).toMatchObject({ programs: 10, broken: 9, unreadable: [] });
    const { programs } = await index.list({ limit: 100 });
    const faults = programs.map(({ name, fault }) => [name, fault?.code ?? null]);
    expect(faults.filter(([, code]) => code !== "RLLM_001")).toEqual([["good", null]]);
    expect((await index.categories()).programs).toBe(1);
    expect((await index.search("yaml prose good")).programs.map(({ name }) => name)).toEqual([
      "good",
    ]);
    expect((await index.show("prose")).fault).toMatchObject({ code: "RLLM_001" });
  });

  test("gives the same bytes in whatever order files came", async () => {
    const programs = generatedPrograms(60);
    const seen: string[] = [];
    for (const order of [programs, programs.toReversed(), [...programs.slice(30), ...programs]]) {
      await using library = await createLibrary(kind);
      const index = library.index();
      for (const part of [order.slice(0, 20), order.slice(20)]) {
        writePrograms(library.folder, part);
        await index.refresh();
      }
      const pages = [await index.tree(), await index.search("summarize"), await index.categories()];
      const { programs: lines } = await index.list({ limit: 100 });
      seen.push(writeJson([pages.slice(0, 1), pages.slice(2), lines.map(({ name }) => name)]));
      seen.push(writeJson((await index.search("summarize")).programs));
    }
    expect(new Set(seen).size).toBe(2);
  });

  test("moves no program when one comes or goes", async () => {
    await using library = await createLibrary(kind);
    const programs = generatedPrograms(80);
    writePrograms(library.folder, programs.slice(0, 79));
    const index = library.index();
    await index.refresh();
    const before = await index.decisions();
    writePrograms(library.folder, programs.slice(79));
    await index.refresh();
    const [added] = programs.slice(79);
    const after = await index.decisions();
    expect(after.filter(({ name }) => name !== added?.name)).toEqual([...before]);
    rmSync(join(library.folder, added?.file ?? ""));
    await index.refresh();
    expect(await index.decisions()).toEqual([...before]);
  });
});

test("refresh() follows a folder that is a link, and moves", async () => {
  await using library = await createLibrary();
  library.write("old/a.rllm", programText("a", "Counts words.", GIVES));
  const [old, moved, link] = ["old", "moved", "link"].map((name) => join(library.folder, name));
  symlinkSync(old ?? "", link ?? "");
  await Bun.sleep(30);
  const index = library.index({ folders: [link ?? ""] });
  await index.refresh();
  expect((await index.show("a")).path).toBe(`${old}/a.rllm`);
  renameSync(old ?? "", moved ?? "");
  rmSync(link ?? "");
  symlinkSync(moved ?? "", link ?? "");
  expect(await index.refresh()).toMatchObject({ programs: 1, read: 1 });
  expect((await index.show("a")).path).toBe(`${moved}/a.rllm`);
});

// The superuser may read everything.
const isRoot = process.getuid?.() === 0;

test.skipIf(isRoot)("refresh() says which folder can't be read, and goes on", async () => {
  await using library = await createLibrary();
  library.write("a.rllm", programText("a", "Counts words.", GIVES));
  library.write("closed/b.rllm", programText("b", "Counts words.", GIVES));
  const closed = join(library.folder, "closed");
  chmodSync(closed, 0);
  const found = await library.index().refresh();
  chmodSync(closed, 0o700);
  expect(found).toMatchObject({ programs: 1, unreadable: [{ path: `${closed}/` }] });
});

test("refresh() at one time, by many, reads each file and ends with all of them", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(300));
  const one = library.index();
  const indexes = [one, one, one, library.index(), library.index()];
  const found = await Promise.all(indexes.map((index) => index.refresh()));
  expect(found.map(({ programs }) => programs)).toEqual([300, 300, 300, 300, 300]);
  expect((await one.tree()).programs).toBe(300);
});

test("refresh() that is aborted keeps what it has read", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(450));
  const abort = new AbortController();
  const area: ProgramArea = {
    ...library.area,
    change: async (folder, change) => {
      abort.abort();
      return await library.area.change(folder, change);
    },
  };
  await Bun.sleep(30);
  const stopped = library.index({ area }).refresh({ signal: abort.signal });
  expect(await refusal(stopped)).toMatchObject({ code: "RLLM_022" });
  expect(await library.index().refresh()).toMatchObject({ programs: 450, read: 250 });
});

test("an index in memory and one in SQLite say the same", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(100));
  const [stored, held] = [library.index(), library.index({ area: new MemoryPrograms() })];
  for (const index of [stored, held]) await index.refresh();
  const tell = async (index: ProgramIndex): Promise<string> =>
    writeJson([
      await index.tree(),
      (await index.search("condense a bill")).programs,
      await index.show("extract_invoice"),
    ]);
  expect(await tell(held)).toBe(await tell(stored));
});

test("a scan that is killed at any moment is ended by the next", async () => {
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(400));
  const script = join(import.meta.dir, "scan-process.ts");
  for (const wait of [0, 40, 80, 160, 320]) {
    const child = Bun.spawn(["bun", script, library.folder, library.database], {
      stdout: "pipe",
    });
    const reader = child.stdout.getReader();
    await reader.read();
    await Bun.sleep(wait);
    child.kill("SIGKILL");
    await child.exited;
  }
  const index = library.index();
  expect(await index.refresh()).toMatchObject({ programs: 400, broken: 0 });
  expect((await index.tree()).programs).toBe(400);
}, 60_000);

test("two processes that scan while files come and go end with the same", async () => {
  await using library = await createLibrary();
  const programs = generatedPrograms(200);
  writePrograms(library.folder, programs.slice(0, 150));
  const script = join(import.meta.dir, "scan-process.ts");
  const start = () =>
    Bun.spawn(["bun", script, library.folder, library.database, "5"], { stdout: "pipe" });
  const children = [start(), start()];
  for (const { file } of programs.slice(0, 50)) rmSync(join(library.folder, file));
  writePrograms(library.folder, programs.slice(150));
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0]);
  const index = library.index();
  await index.refresh();
  const held = library.index({ area: new MemoryPrograms() });
  await held.refresh();
  expect(writeJson(await index.tree())).toBe(writeJson(await held.tree()));
  expect((await index.tree()).programs).toBe(150);
}, 60_000);

test("thousands of programs are each in one category", async () => {
  const count = Math.round(2000 * Number(process.env["SCALE"] ?? 1));
  await using library = await createLibrary();
  writePrograms(library.folder, generatedPrograms(count));
  const index = library.index();
  expect(await index.refresh()).toMatchObject({ programs: count, broken: 0 });
  const { programs, categories } = await index.categories();
  expect(programs).toBe(count);
  expect(categories.reduce((sum, node) => sum + node.programs, 0)).toBe(count);
}, 120_000);
