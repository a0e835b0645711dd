import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { attempt, folder, neverWarn, run, runsOf } from "../samples.ts";

test("openStore() touches no file until the first row, and reading makes none", async () => {
  using place = folder();
  const path = place.file("deep/er/stats.db");
  const store = await openStore({ path, warn: neverWarn });
  expect(await runsOf(store)).toEqual([]);
  expect(existsSync(place.file("deep"))).toBe(false);
  store.runs.append(run());
  await store.flushed();
  for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const name of ["deep/er", "deep"])
    expect(statSync(place.file(name)).mode & 0o777).toBe(0o700);
  await store.close();
});

test("append() stores no field it does not know, in the file or beside it", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const call = { ...attempt(), prompt: "planted-secret", answer: "planted-secret" };
  const carrying = { ...run(), input: "planted-secret", attempts: [call] };
  const store = await openStore({ path, warn: neverWarn });
  store.runs.append(carrying);
  await store.flushed();
  await whileLocked(path, async () => {
    store.runs.append({ ...carrying, id: "two" });
    await store.close();
  });
  expect(pendingOf(path)).toHaveLength(1);
  for (const file of [path, ...pendingOf(path)])
    expect(readFileSync(file, "latin1")).not.toContain("planted-secret");
});

test("append() keeps NUL bytes and turns lone surrogates into replacement characters", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  store.runs.append(run({ path: "/c\uD800.rllm", name: "\uDFFF\0" }));
  expect(await runsOf(store, { path: "/c\uD800.rllm" })).toMatchObject([
    { path: "/c\uFFFD.rllm", name: "\uFFFD\0" },
  ]);
  await store.close();
});

test("a run that can't be stored is told of, and takes no other with it", async () => {
  using place = folder();
  const { store, warnings } = await warned(place.file("stats.db"));
  for (let index = 0; index < 20; index++)
    store.runs.append(run({ ms: index === 7 ? Number.NaN : index }));
  expect(store.flushed()).rejects.toMatchObject({ code: "RLLM_018" });
  await store.flushed().catch(() => null);
  expect(warnings).toHaveLength(1);
  expect(await runsOf(store)).toHaveLength(19);
  await store.close();
});

describe("a file that can't be used is kept, warned about once, and its rows wait beside it:", () => {
  const garbage = "this is no database, but it is somebody's file\n".repeat(100);
  const cases: readonly (readonly [string, string, (path: string) => void])[] = [
    ["garbage", "the file is not a SQLite database", (path) => writeFileSync(path, garbage)],
    ["a folder", "it is no regular file", (path) => mkdirSync(path)],
    ["a pipe", "it is no regular file", (path) => void spawnSync("mkfifo", [path])],
    [
      "another program's database",
      "it is a SQLite file of another program",
      (path) => {
        const other = new Database(path);
        other.run("CREATE TABLE diary (text TEXT)");
        other.close();
      },
    ],
  ];
  test.each(cases)("%s", async (_name, reason, make) => {
    using place = folder();
    const path = place.file("stats.db");
    make(path);
    const before = statSync(path).isFile() ? readFileSync(path) : null;
    const { store, warnings } = await warned(path);
    for (const id of ["one", "two"]) {
      store.runs.append(run({ id }));
      await store.flushed();
    }
    expect(warnings).toEqual([
      `Cannot record this run in "${path}": ${reason}; it waits in "${path}-pending" until that is mended`,
    ]);
    expect(runsOf(store)).rejects.toMatchObject({
      code: "RLLM_018",
      message: `Cannot read the statistics in "${path}": ${reason}`,
    });
    await store.close();
    if (before !== null) expect(readFileSync(path).equals(before)).toBe(true);
    renameSync(path, `${path}.away`);
    const mended = await openStore({ path, warn: neverWarn });
    expect(await runsOf(mended)).toHaveLength(2);
    await mended.close();
    expect(pendingOf(path)).toEqual([]);
  });
});

test("a pipe in the place of the log is no end of waiting either", async () => {
  using place = folder();
  const path = place.file("stats.db");
  await record(path, 1);
  spawnSync("mkfifo", [`${path}-wal`]);
  const { store } = await warned(path);
  expect(runsOf(store)).rejects.toMatchObject({ code: "RLLM_018" });
  await store.close();
});

test("damage anywhere is one warning a process, and no run is lost", async () => {
  for (const page of [1, 2, 3, 5, 8, 13, 20, 30]) {
    using place = folder();
    const path = place.file("stats.db");
    await record(path, 200);
    const bytes = readFileSync(path);
    if (bytes.length <= page * 4096) break;
    bytes.fill(0xff, page * 4096, (page + 1) * 4096);
    writeFileSync(path, bytes);
    const { store, warnings } = await warned(path);
    for (let index = 0; index < 50; index++) {
      store.runs.append(run({ id: `new-${index}` }));
      await store.flushed();
    }
    store.answers.keep({ key: "k", tenant: "", path: "/a", model: "m", value: 1, kept: 1 });
    await store.flushed();
    await store.close();
    expect(warnings.length).toBeLessThanOrEqual(1);
    expect(writtenOrWaiting(path)).toBe(50);
  }
});

test("a damaged answer counts as none, and is replaced", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const { store, warnings } = await warned(path);
  const answer = {
    key: "k",
    tenant: "",
    path: "/a.rllm",
    model: "m/x",
    value: { out: 1 },
    kept: 5,
  };
  store.answers.keep(answer);
  await store.flushed();
  const other = new Database(path);
  other.run("UPDATE answer SET value = '{'");
  other.close();
  const question = { key: "k", tenant: "", since: 0 };
  expect(await store.answers.find(question)).toBeUndefined();
  expect(warnings).toHaveLength(1);
  store.answers.keep(answer);
  store.runs.append(run());
  await store.flushed();
  expect(await store.answers.find(question)).toEqual({ out: 1 });
  expect(await runsOf(store)).toHaveLength(1);
  await store.close();
});

test("damaged counts are counted anew from the rows", async () => {
  for (const damage of ["{", "null", "[]", '{"runs":"many"}']) {
    using place = folder();
    const path = place.file("stats.db");
    await record(path, 30);
    const database = new Database(path);
    database.run("UPDATE summary SET counts = ?", [damage]);
    database.close();
    const store = await openStore({ path, warn: neverWarn });
    const read = () => store.runs.summaries({ path: null, model: null });
    expect(await read()).toMatchObject([{ runs: 30 }]);
    store.runs.append(run());
    expect(await read()).toMatchObject([{ runs: 31 }]);
    await store.close();
  }
});

test.each([false, true])("a locked file holds nobody up, and loses nothing (%p)", async (stays) => {
  using place = folder();
  const path = place.file("stats.db");
  await record(path, 1);
  const store = await openStore({ path, warn: neverWarn, stays });
  await whileLocked(path, async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    for (let index = 0; index < 10; index++) {
      store.runs.append(run());
      await store.flushed();
    }
    clearInterval(turning);
    if (stays) expect(turns).toBeGreaterThan(10);
    expect(pendingOf(path).length).toBeGreaterThan(0);
  });
  store.runs.append(run());
  expect(await runsOf(store)).toHaveLength(12);
  expect(pendingOf(path)).toEqual([]);
  await store.close();
});

test("what waits is taken in once, whatever happens in between", async () => {
  using place = folder();
  const path = place.file("stats.db");
  await record(path, 1);
  await whileLocked(path, () => record(path, 5));
  const [file = ""] = pendingOf(path);
  const waiting = readFileSync(file);
  const first = await openStore({ path, warn: neverWarn });
  expect(await runsOf(first)).toHaveLength(6);
  await first.close();
  // As after a kill between the rows and the removal of their file.
  writeFileSync(file, waiting);
  const second = await openStore({ path, warn: neverWarn });
  expect(await runsOf(second)).toHaveLength(6);
  expect(await second.runs.summaries({ path: null, model: null })).toMatchObject([{ runs: 6 }]);
  await second.close();
});

test("a damaged file among those that wait is set aside with a warning", async () => {
  using place = folder();
  const path = place.file("stats.db");
  await record(path, 1);
  mkdirSync(`${path}-pending`);
  writeFileSync(`${path}-pending/1.jsonl`, '{"area":"runs","ro');
  const { store, warnings } = await warned(path);
  expect(await runsOf(store)).toHaveLength(1);
  expect(warnings).toHaveLength(1);
  expect(readdirSync(`${path}-pending`)).toEqual(["1.jsonl.damaged"]);
  await store.close();
});

test("retention prunes a little with what is written, and comes to its end", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const store = await openStore({ path, warn: neverWarn });
  for (let index = 0; index < 250; index++) store.runs.append(run({ started: index }));
  await store.close();
  for (const left of [151, 52, 3, 4]) {
    const retention = { age: 3_600_000, bytes: null };
    const next = await openStore({ path, warn: neverWarn, retention });
    next.runs.append(run({ started: Date.now() }));
    await next.close();
    const database = new Database(path, { readonly: true });
    const [[count] = []] = database.query("SELECT count(*) FROM run").values();
    database.close();
    expect(count).toBe(left);
  }
});

async function warned(path: string): Promise<{ store: Store; warnings: string[] }> {
  const warnings: string[] = [];
  const store = await openStore({ path, warn: (message) => warnings.push(message) });
  return { store, warnings };
}

async function record(path: string, count: number): Promise<void> {
  const store = await openStore({ path, warn: neverWarn });
  for (let index = 0; index < count; index++) store.runs.append(run());
  await store.close();
}

async function whileLocked(path: string, action: () => Promise<void>): Promise<void> {
  const other = new Database(path);
  other.run("BEGIN IMMEDIATE");
  await action();
  other.run("COMMIT");
  other.close();
}

function pendingOf(path: string): readonly string[] {
  const folderPath = `${path}-pending`;
  return existsSync(folderPath)
    ? readdirSync(folderPath)
        .filter((name) => name.endsWith(".jsonl"))
        .map((name) => `${folderPath}/${name}`)
    : [];
}

/** Runs named `new-…`, in the rows that can still be read or in the files beside. */
function writtenOrWaiting(path: string): number {
  const ids = new Set<string>();
  for (const file of pendingOf(path))
    for (const [, id] of readFileSync(file, "utf8").matchAll(/"id":"(new-\d+)"/g))
      ids.add(id ?? "");
  for (const which of ["run INDEXED BY run_id", "run NOT INDEXED"]) {
    const database = new Database(path);
    try {
      const rows = database.query(`SELECT id FROM ${which} WHERE id LIKE 'new-%'`);
      for (const { id } of rows.iterate() as Iterable<{ id: string }>) ids.add(id);
    } catch {
      // The damaged page; what is read up to it counts.
    }
    database.close();
  }
  return ids.size;
}
