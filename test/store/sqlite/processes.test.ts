import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../../src/store/open.ts";
import { folder, neverWarn, runsOf } from "../samples.ts";

test("sixty processes at once on a new file lose no run", async () => {
  using place = folder();
  const path = place.file("new/stats.db");
  const results = await Promise.all(Array.from({ length: 60 }, () => writer(path, 5).done));
  expect(results.map((result) => result.errors).join("")).toBe("");
  const acknowledged = results.flatMap((result) => result.ids);
  expect(acknowledged.length).toBeGreaterThanOrEqual(300);
  await expectSound(path, acknowledged);
}, 180_000);

test("twenty processes at once take an old file over once", async () => {
  using place = folder();
  const legacyPath = place.file("old.db");
  const old = new Database(legacyPath);
  old.run("CREATE TABLE runs (app_path TEXT, latency_ms REAL, success INTEGER)");
  for (let index = 0; index < 50; index++)
    old.run("INSERT INTO runs VALUES ('/old.rllm', ?, 1)", [index]);
  old.close();
  const path = place.file("stats.db");
  const results = await Promise.all(
    Array.from({ length: 20 }, () => writer(path, 1, "", legacyPath).done),
  );
  expect(results.map((result) => result.errors).join("")).toBe("");
  const store = await openStore({ path, warn: neverWarn });
  expect(await runsOf(store, { path: "/old.rllm" })).toHaveLength(50);
  expect(await runsOf(store)).toHaveLength(70);
  await store.close();
}, 180_000);

test("thirty kills at random moments lose no acknowledged run and harm nothing", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const acknowledged: string[] = [];
  for (let kill = 0; kill < 30; kill++) {
    // In every third the file is locked, and rows wait beside it.
    const other = kill % 3 === 2 && existsSync(path) ? new Database(path) : null;
    other?.run("BEGIN IMMEDIATE");
    const process = writer(path, 1_000_000, kill % 2 ? "stays" : "");
    await process.started;
    await Bun.sleep(Math.random() * 60);
    process.kill();
    const { ids, errors } = await process.done;
    other?.run("COMMIT");
    other?.close();
    expect(errors).toBe("");
    expect(ids.length).toBeGreaterThan(0);
    acknowledged.push(...ids);
  }
  await expectSound(path, acknowledged);
}, 180_000);

test("a process killed among others that write harms none of them", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const killed = writer(path, 1_000_000);
  await killed.started;
  const others = Array.from({ length: 4 }, () => writer(path, 500).done);
  await Bun.sleep(100);
  killed.kill();
  const results = [await killed.done, ...(await Promise.all(others))];
  expect(results.map((result) => result.errors).join("")).toBe("");
  await expectSound(
    path,
    results.flatMap((result) => result.ids),
  );
}, 180_000);

async function expectSound(path: string, acknowledged: readonly string[]): Promise<void> {
  const store = await openStore({ path, warn: neverWarn });
  const recorded = new Set((await runsOf(store)).map((each) => each.id));
  await store.close();
  expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);
  const database = new Database(path);
  expect(database.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
  database.close();
}

interface Writer {
  readonly started: Promise<void>;
  readonly done: Promise<{ ids: string[]; errors: string }>;
  kill(): void;
}

function writer(path: string, count: number, ...more: readonly string[]): Writer {
  const child = spawn(process.execPath, [
    join(import.meta.dir, "process/write.ts"),
    path,
    String(count),
    ...more,
  ]);
  let output = "";
  let errors = "";
  const started = new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const done = new Promise<{ ids: string[]; errors: string }>((resolve) => {
    child.on("close", () => resolve({ ids: output.split("\n").slice(0, -1), errors }));
  });
  return { started, done, kill: () => void child.kill("SIGKILL") };
}
