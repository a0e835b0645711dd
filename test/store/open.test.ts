import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { openStore } from "../../src/store/open.ts";
import { attempt, folder, neverWarn, run } from "./samples.ts";

const everything = { path: null, model: null };

test("openStore() gives back what was recorded, newest last", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const late = run({
    started: 3,
    path: "/b.rllm",
    parent: "p",
    ok: false,
    error: "RLLM_013",
    outputOk: false,
  });
  const early = run({
    started: 1,
    attempts: [
      attempt({ error: "RLLM_017", promptTokens: null, completionTokens: null, usd: null }),
      attempt({ edits: ["fence", "comma"] }),
    ],
  });
  const middle = run({
    started: 2,
    model: "other/m",
    inputOk: false,
    outputOk: null,
    attempts: [],
  });
  const writer = await openStore({ path, warn: neverWarn });
  for (const each of [late, early, middle]) writer.record(each);
  writer.close();

  const store = await openStore({ path, warn: neverWarn });
  expect(store.runs(everything)).toEqual([early, middle, late]);
  expect(store.runs({ ...everything, limit: 2 })).toEqual([middle, late]);
  expect(store.runs({ path: "/programs/a.rllm", model: null })).toEqual([early, middle]);
  expect(store.runs({ path: "/programs/a.rllm", model: null, limit: 1 })).toEqual([middle]);
  expect(store.runs({ path: "/programs/a.rllm", model: "local/test" })).toEqual([early]);
  expect(store.runs({ path: "/never.rllm", model: null })).toEqual([]);
  expect(store.programs()).toEqual(["/b.rllm", "/programs/a.rllm"]);
  store.close();
});

test("openStore() touches no file until the first record, and reading makes none", async () => {
  using place = folder();
  const path = place.file("deep/er/stats.db");
  const store = await openStore({ path, warn: neverWarn });
  expect(store.runs(everything)).toEqual([]);
  expect(store.programs()).toEqual([]);
  expect(existsSync(place.file("deep"))).toBe(false);
  store.record(run());
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  expect(statSync(place.file("deep/er")).mode & 0o777).toBe(0o700);
  expect(statSync(place.file("deep")).mode & 0o777).toBe(0o700);
  store.close();
});

test("record() counts a run once however often it is recorded", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  const once = run();
  store.record(once);
  store.record(once);
  store.record(run());
  expect(store.runs(everything)).toHaveLength(2);
  store.close();
});

test("record() stores no field it does not know", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const store = await openStore({ path, warn: neverWarn });
  const call = { ...attempt(), prompt: "planted-secret", answer: "planted-secret" };
  const carrying = { ...run(), input: "planted-secret", attempts: [call] };
  store.record(carrying);
  store.close();
  expect(readFileSync(path).includes("planted-secret")).toBe(false);
});

test("record() keeps NUL bytes and turns lone surrogates into replacement characters", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  store.record(
    run({ path: "/a\0b.rllm", name: "n\0\n\u{1F600}", attempts: [attempt({ edits: ["\0x"] })] }),
  );
  store.record(run({ path: "/c\uD800.rllm", name: "\uDFFF" }));
  const [first] = store.runs({ path: "/a\0b.rllm", model: null });
  expect(first?.name).toBe("n\0\n\u{1F600}");
  expect(first?.attempts[0]?.edits).toEqual(["\0x"]);
  expect(store.runs({ path: "/c\uD800.rllm", model: null })[0]?.name).toBe("\uFFFD");
  expect(store.programs()).toEqual(["/a\0b.rllm", "/c\uFFFD.rllm"]);
  store.close();
});

test("record() goes on after a run that can't be stored", async () => {
  using place = folder();
  const warnings: string[] = [];
  const store = await openStore({
    path: place.file("stats.db"),
    warn: (message) => warnings.push(message),
  });
  store.record(run({ ms: Number.NaN }));
  store.record(run());
  expect(warnings).toHaveLength(1);
  expect(store.runs(everything)).toHaveLength(1);
  store.close();
});

test("record() does nothing after close()", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  store.record(run());
  store.close();
  store.close();
  store.record(run());
  expect(store.runs(everything)).toHaveLength(1);
  store.close();
});

test("a garbage file is kept, warned about once, and can't be read", async () => {
  using place = folder();
  const path = place.file("stats.db");
  writeFileSync(path, "this is no database, but it is somebody's file\n".repeat(100));
  const before = readFileSync(path);
  const warnings: string[] = [];
  const store = await openStore({ path, warn: (message) => warnings.push(message) });
  store.record(run());
  store.record(run());
  expect(warnings).toEqual([
    `Cannot record this run in "${path}": the file is not a SQLite database; programs run, but are missing from stats`,
  ]);
  expect(() => store.runs(everything)).toThrow(
    `Cannot read the statistics in "${path}": the file is not a SQLite database`,
  );
  store.close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a file with a damaged page never fails a run", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const writer = await openStore({ path, warn: neverWarn });
  for (let index = 0; index < 200; index++) writer.record(run({ started: index }));
  writer.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 4096);
  writeFileSync(path, bytes);
  const warnings: string[] = [];
  const store = await openStore({ path, warn: (message) => warnings.push(message) });
  store.record(run());
  store.record(run());
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("the file is damaged");
  expect(() => store.runs(everything)).toThrow("the file is damaged");
  store.close();
});

test("a folder in the place of the file is warned about once", async () => {
  using place = folder();
  mkdirSync(place.file("stats.db"));
  const warnings: string[] = [];
  const store = await openStore({
    path: place.file("stats.db"),
    warn: (message) => warnings.push(message),
  });
  store.record(run());
  store.record(run());
  expect(warnings).toHaveLength(1);
  store.close();
});

test("a file in the place of the folder is warned about once", async () => {
  using place = folder();
  writeFileSync(place.file("data"), "");
  const warnings: string[] = [];
  const store = await openStore({
    path: place.file("data/stats.db"),
    warn: (message) => warnings.push(message),
  });
  store.record(run());
  store.record(run());
  expect(warnings).toHaveLength(1);
  store.close();
});

test("another program's SQLite file is left alone", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const other = new Database(path);
  other.run("CREATE TABLE diary (text TEXT)");
  other.close();
  const before = readFileSync(path);
  const warnings: string[] = [];
  const store = await openStore({ path, warn: (message) => warnings.push(message) });
  store.record(run());
  store.close();
  expect(warnings[0]).toContain("it is a SQLite file of another program");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a locked file costs one wait, then runs go on and are recorded again when it is free", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const warnings: string[] = [];
  const store = await openStore({ path, warn: (message) => warnings.push(message) });
  store.record(run());
  const other = new Database(path);
  other.run("BEGIN IMMEDIATE");
  const start = performance.now();
  store.record(run());
  const firstWait = performance.now() - start;
  for (let index = 0; index < 100; index++) store.record(run());
  expect(performance.now() - start - firstWait).toBeLessThan(1000);
  expect(firstWait).toBeGreaterThan(1000);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("another process holds it locked");
  other.run("COMMIT");
  other.close();
  store.record(run());
  expect(store.runs(everything)).toHaveLength(2);
  store.close();
}, 15_000);
