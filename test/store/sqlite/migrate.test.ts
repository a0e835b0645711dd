import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { closeSync, openSync, readFileSync } from "node:fs";
import { ModullmError } from "../../../src/core/error.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/migrate.ts";
import { openStore } from "../../../src/store/open.ts";
import { attempt, folder, neverWarn, run, runsOf } from "../samples.ts";

test("migrate() makes the schema that is pinned here", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const store = await openStore({ path, warn: neverWarn });
  store.runs.append(run());
  await store.close();
  const database = new Database(path, { readonly: true });
  expect(database.query("PRAGMA user_version").get()).toEqual({ user_version: 5 });
  expect(database.query("PRAGMA application_id").get()).toEqual({ application_id: 0x4d_4c_4c_4d });
  expect(database.query("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  const columnsOf = (table: string) =>
    database
      .query('SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(?)')
      .values(table);
  const columns = columnsOf("run");
  const answer = columnsOf("answer");
  const tables = ["tag", "summary", "trace", "chat", "turn", "takeover", "program"];
  const tablesOfPrograms = ["program_folder", "category", "program_vector"];
  const others = [...tables, ...tablesOfPrograms].map((table) => [
    table,
    columnsOf(table).map(([name]) => name),
  ]);
  database.close();
  expect(answer).toEqual([
    ["tenant", "TEXT", 1, 1],
    ["key", "TEXT", 1, 2],
    ["path", "TEXT", 1, 0],
    ["model", "TEXT", 1, 0],
    ["value", "TEXT", 1, 0],
    ["kept", "INTEGER", 1, 0],
    ["hits", "INTEGER", 1, 0],
  ]);
  expect(columns).toEqual([
    ["number", "INTEGER", 0, 1],
    ["path", "TEXT", 1, 0],
    ["started", "INTEGER", 1, 0],
    ["id", "TEXT", 1, 0],
    ["parent", "TEXT", 0, 0],
    ["name", "TEXT", 1, 0],
    ["version", "TEXT", 1, 0],
    ["model", "TEXT", 1, 0],
    ["ms", "REAL", 1, 0],
    ["ok", "INTEGER", 1, 0],
    ["error", "TEXT", 0, 0],
    ["input_ok", "INTEGER", 1, 0],
    ["output_ok", "INTEGER", 0, 0],
    ["usd", "REAL", 0, 0],
    ["tags", "TEXT", 1, 0],
    ["attempts", "TEXT", 1, 0],
  ]);
  expect(Object.fromEntries(others)).toEqual({
    tag: ["name", "value", "started", "run"],
    summary: ["path", "model", "counts"],
    trace: ["number", "root", "part", "at", "lines"],
    program: ["id", "folder", "file", "stamp", "also", "hash", "broken", "facts", "entry"],
    program_folder: ["folder", "changes", "digest", "also", "programs", "broken"],
    chat: ["id", "tenant", "name", "updated", "body"],
    turn: ["number", "id", "chat", "asked", "updated", "body"],
    category: ["hash", "domain", "task", "origin"],
    program_vector: ["model", "hash", "vector"],
    takeover: ["path", "at", "runs"],
  });
});

test("migrate() takes every row of a file of version 2 along, and counts it", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const database = new Database(path);
  for (const { sql } of MIGRATIONS.slice(0, 2)) database.run(sql);
  database.run("PRAGMA user_version = 2");
  const insert = database.query(
    "INSERT INTO run (path, started, id, parent, name, version, model, ms, ok, error, input_ok, output_ok, attempts) VALUES (?, ?, ?, ?, 'a', '1.0.0', 'local/test', ?, 1, NULL, 1, 1, ?)",
  );
  const calls = [
    [attempt()],
    [attempt(), attempt({ usd: null })],
    [attempt({ usd: null, promptTokens: null, completionTokens: null }), attempt({ usd: 0.5 })],
    [],
  ];
  database.transaction(() => {
    for (let index = 0; index < 5000; index++)
      insert.run(
        `/p${index % 3}.rllm`,
        index,
        `id-${index}`,
        index % 2 ? `id-${index - 1}` : null,
        index,
        JSON.stringify(calls[index % 4]),
      );
    insert.run("/p0.rllm", 9000, "damaged", null, 1, '[{"model":');
    database.run("INSERT INTO answer VALUES ('k', '/p0.rllm', 'm', '{\"out\":1}', 7, 3)");
  })();
  database.close();
  const store = await openStore({ path, warn: (message) => expect(message).toContain("Damaged") });
  const runs = await runsOf(store);
  expect(runs).toHaveLength(5001);
  expect(runs[2]).toEqual(
    run({
      id: "id-2",
      path: "/p2.rllm",
      started: 2,
      ms: 2,
      attempts: calls[2] ?? [],
    }),
  );
  expect(runs.at(-1)).toMatchObject({ id: "damaged", attempts: [] });
  expect(await runsOf(store, { usdAtLeast: 0.4 })).toHaveLength(1250);
  expect(await runsOf(store, { usdAtMost: 0.01 })).toHaveLength(1250);
  expect(await store.runs.tree("id-1")).toHaveLength(2);
  const summaries = await store.runs.summaries({ path: null, model: null });
  expect(summaries.map((row) => [row.path, row.runs])).toEqual([
    ["/p0.rllm", 1668],
    ["/p1.rllm", 1667],
    ["/p2.rllm", 1666],
  ]);
  expect(await store.answers.find({ key: "k", tenant: "", since: 0 })).toEqual({ out: 1 });
  await store.close();
});

test("migrate() says so where it takes long", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const database = new Database(path);
  for (const { sql } of MIGRATIONS.slice(0, 2)) database.run(sql);
  database.run("PRAGMA user_version = 2");
  database.run("INSERT INTO answer VALUES ('k', '/a', 'm', hex(randomblob(20000000)), 7, 3)");
  database.close();
  const warnings: string[] = [];
  for (let time = 0; time < 2; time++) {
    const store = await openStore({ path, warn: (message) => warnings.push(message) });
    store.runs.append(run());
    await store.close();
  }
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("up to date, once: 38 MiB");
});

test("migrate() starts from an empty file that a killed process left", async () => {
  using place = folder();
  closeSync(openSync(place.file("stats.db"), "w"));
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  expect(await runsOf(store)).toEqual([]);
  store.runs.append(run());
  expect(await runsOf(store)).toHaveLength(1);
  await store.close();
});

test("migrate() leaves a newer version's file alone: rows wait, reads refuse", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const database = new Database(path);
  database.run(
    `CREATE TABLE run (everything TEXT); PRAGMA user_version = ${MIGRATIONS.length + 1}`,
  );
  database.close();
  const before = readFileSync(path);
  const warnings: string[] = [];
  const store = await openStore({ path, warn: (message) => warnings.push(message) });
  store.runs.append(run());
  await store.flushed();
  store.runs.append(run());
  await store.flushed();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(
    `a newer version of this program wrote it (format ${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length})`,
  );
  expect(runsOf(store)).rejects.toBeInstanceOf(ModullmError);
  expect(runsOf(store)).rejects.toMatchObject({ code: "RLLM_018", details: { path } });
  await store.close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("migrate() says that a large file takes its time, and what of", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const database = new Database(path);
  for (const { sql } of MIGRATIONS.slice(0, 2)) database.run(sql);
  database.run("INSERT INTO answer VALUES ('k', '/a.rllm', 'm', ?, 1, 0)", [
    "x".repeat(34 * 2 ** 20),
  ]);
  database.run("PRAGMA user_version = 2");
  database.close();
  const warnings: string[] = [];
  for (let time = 0; time < 2; time++) {
    const store = await openStore({ path, warn: (message) => warnings.push(message) });
    store.runs.append(run());
    await store.close();
  }
  expect(warnings).toEqual([
    `Bringing "${path}" up to date, once: 34 MiB, some seconds for each hundred`,
  ]);
});
