import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { readFileSync, writeFileSync } from "node:fs";
import { openStore } from "../../../src/store/open.ts";
import { folder, neverWarn, run, runsOf } from "../samples.ts";

test("takeOver() copies the runs of a recognised table once, and leaves the old file", async () => {
  using place = folder();
  const [path, legacyPath] = [place.file("stats.db"), place.file("old.db")];
  makeLegacy(
    legacyPath,
    "CREATE TABLE executions (id INTEGER, app_path TEXT, model TEXT, latency_ms REAL, prompt_tokens INTEGER, completion_tokens INTEGER, success INTEGER, error_code TEXT, created_at TEXT)",
    [
      [1, "/old/a.rllm", "local/test", 120.5, 10, 6, 1, null, "2025-01-02 03:04:05"],
      [2, "/old/a.rllm", "local/test", 99, 11, null, 0, "RLLM_013", "2025-01-02T03:04:06+00:00"],
      [3, "relative.rllm", "local/test", 99, 11, 2, 1, null, "2025-01-02 03:04:06"],
    ],
  );
  const before = readFileSync(legacyPath);
  const store = await openStore({ path, legacyPath, warn: neverWarn });
  const [first, second, ...more] = await runsOf(store);
  expect(first).toMatchObject({
    path: "/old/a.rllm",
    name: "a",
    started: Date.UTC(2025, 0, 2, 3, 4, 5),
    ms: 120.5,
    ok: true,
    inputOk: true,
    outputOk: true,
    attempts: [{ model: "local/test", promptTokens: 10, completionTokens: 6, usd: null }],
  });
  expect(second).toMatchObject({
    ok: false,
    error: "RLLM_013",
    outputOk: false,
    started: Date.UTC(2025, 0, 2, 3, 4, 6),
  });
  expect(more).toEqual([]);
  store.runs.append(run());
  await store.close();
  const again = await openStore({ path, legacyPath, warn: neverWarn });
  expect(await runsOf(again)).toHaveLength(3);
  await again.close();
  expect(readFileSync(legacyPath).equals(before)).toBe(true);
});

test("takeOver() reads other names, epoch seconds, and the schema columns", async () => {
  using place = folder();
  const legacyPath = place.file("old.db");
  makeLegacy(
    legacyPath,
    'CREATE TABLE "odd ""name" (path TEXT, model_name TEXT, duration_ms INTEGER, input_tokens INTEGER, output_tokens INTEGER, input_valid INTEGER, output_valid INTEGER, error TEXT, ok INTEGER, timestamp REAL)',
    [["/old/b.rllm", "m/x", 5, 1, 2, 1, 0, "user text that must not be copied", 0, 1_735_787_045]],
    '"odd ""name"',
  );
  const store = await openStore({ path: place.file("stats.db"), legacyPath, warn: neverWarn });
  store.runs.append(run());
  expect(await runsOf(store, { path: "/old/b.rllm", model: "m/x" })).toMatchObject([
    { started: 1_735_787_045_000, ok: false, inputOk: true, outputOk: false, error: "unknown" },
  ]);
  await store.close();
});

test("takeOver() leaves a file it does not recognise, and says so once ever", async () => {
  using place = folder();
  const [path, legacyPath] = [place.file("stats.db"), place.file("old.db")];
  makeLegacy(legacyPath, "CREATE TABLE notes (path TEXT, body TEXT)", [["/a", "b"]], "notes");
  const warnings: string[] = [];
  for (let time = 0; time < 2; time++) {
    const store = await openStore({ path, legacyPath, warn: (message) => warnings.push(message) });
    store.runs.append(run());
    await store.close();
  }
  expect(warnings).toEqual([
    `Cannot take over the old statistics in "${legacyPath}": no table of runs is recognised in it; it is left as it is`,
  ]);
});

test("takeOver() never fails a run when the old file is garbage", async () => {
  using place = folder();
  const legacyPath = place.file("old.db");
  writeFileSync(legacyPath, "garbage".repeat(1000));
  const warnings: string[] = [];
  const store = await openStore({
    path: place.file("stats.db"),
    legacyPath,
    warn: (message) => warnings.push(message),
  });
  store.runs.append(run());
  expect(await runsOf(store)).toHaveLength(1);
  expect(warnings).toEqual([
    `Cannot take over the old statistics in "${legacyPath}": the file is not a SQLite database`,
  ]);
  await store.close();
});

test("runs() takes the old file over when nothing was recorded yet", async () => {
  using place = folder();
  const legacyPath = place.file("old.db");
  makeLegacy(
    legacyPath,
    "CREATE TABLE runs (app_path TEXT, latency_ms REAL, success INTEGER)",
    [["/a.rllm", 1, 1]],
    "runs",
  );
  const store = await openStore({ path: place.file("stats.db"), legacyPath, warn: neverWarn });
  expect(await runsOf(store)).toMatchObject([{ path: "/a.rllm" }]);
  await store.close();
});

test("takeOver() says that a large file takes its time, and what of", async () => {
  using place = folder();
  const legacyPath = place.file("old.db");
  const schema = "CREATE TABLE runs (app_path TEXT, latency_ms REAL, success INTEGER, note TEXT)";
  makeLegacy(legacyPath, schema, [["/a.rllm", 1, 1, "x".repeat(5 * 2 ** 20)]], "runs");
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const store = await openStore({ path: place.file("stats.db"), legacyPath, warn });
  expect(await runsOf(store)).toHaveLength(1);
  await store.close();
  expect(warnings).toEqual([
    `Taking over the old statistics in "${legacyPath}", once: 5 MiB, some seconds for each ten`,
  ]);
});

function makeLegacy(
  path: string,
  schema: string,
  rows: readonly (readonly (string | number | null)[])[],
  table = "executions",
): void {
  const database = new Database(path);
  database.run(schema);
  for (const row of rows) {
    database.query(`INSERT INTO ${table} VALUES (${row.map(() => "?").join(", ")})`).run(...row);
  }
  database.close();
}
