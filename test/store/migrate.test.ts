import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { closeSync, openSync, readFileSync } from "node:fs";
import { ModullmError } from "../../src/core/error.ts";
import { MIGRATIONS } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/open.ts";
import { folder, neverWarn, run } from "./samples.ts";

const everything = { path: null, model: null };

test("migrate() makes the schema that is pinned here", async () => {
  using place = folder();
  const path = place.file("stats.db");
  const store = await openStore({ path, warn: neverWarn });
  store.record(run());
  store.close();
  const database = new Database(path, { readonly: true });
  expect(database.query("PRAGMA user_version").get()).toEqual({ user_version: 2 });
  expect(database.query("PRAGMA application_id").get()).toEqual({ application_id: 0x4d_4c_4c_4d });
  expect(database.query("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  const columnsOf = (table: string) =>
    database
      .query('SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(?)')
      .values(table);
  const columns = columnsOf("run");
  expect(columnsOf("answer")).toEqual([
    ["key", "TEXT", 1, 1],
    ["path", "TEXT", 1, 0],
    ["model", "TEXT", 1, 0],
    ["value", "TEXT", 1, 0],
    ["kept", "INTEGER", 1, 0],
    ["hits", "INTEGER", 1, 0],
  ]);
  database.close();
  expect(columns).toEqual([
    ["path", "TEXT", 1, 1],
    ["started", "INTEGER", 1, 2],
    ["id", "TEXT", 1, 3],
    ["parent", "TEXT", 0, 0],
    ["name", "TEXT", 1, 0],
    ["version", "TEXT", 1, 0],
    ["model", "TEXT", 1, 0],
    ["ms", "REAL", 1, 0],
    ["ok", "INTEGER", 1, 0],
    ["error", "TEXT", 0, 0],
    ["input_ok", "INTEGER", 1, 0],
    ["output_ok", "INTEGER", 0, 0],
    ["attempts", "TEXT", 1, 0],
  ]);
});

test("migrate() starts from an empty file that a killed process left", async () => {
  using place = folder();
  closeSync(openSync(place.file("stats.db"), "w"));
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  expect(store.runs(everything)).toEqual([]);
  store.record(run());
  expect(store.runs(everything)).toHaveLength(1);
  store.close();
});

test("migrate() leaves a newer version's file alone: writes are skipped, reads refuse", async () => {
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
  store.record(run());
  store.record(run());
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(
    `a newer version of this program wrote it (format ${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length})`,
  );
  const thrown = thrownBy(() => store.runs(everything));
  expect(thrown).toBeInstanceOf(ModullmError);
  expect(thrown).toMatchObject({ code: "RLLM_018", details: { path } });
  expect(thrownBy(() => store.programs())).toMatchObject({ code: "RLLM_018" });
  store.close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
