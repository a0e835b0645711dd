import type { RunRecord, SummaryFilter, SummaryRow } from "../runs.ts";
import type { RunSummary } from "../run-summary.ts";
import { differenceOf, readSummary, summarize, sumOf } from "../summary.ts";
import type { SqlDatabase } from "./driver.ts";
import { runOf } from "./row.ts";

/** Adds runs that have just been inserted to the counts of their programs. */
export function countRuns(database: SqlDatabase, runs: readonly RunRecord[]): void {
  for (const [{ path, model }, own] of byPair(runs)) {
    const known = readCounts(database, path, model);
    const counts = known === "damaged" ? recount(database, path, model) : sum(known, own);
    writeCounts(database, path, model, counts);
  }
}

/** Takes runs that have just been deleted out of the counts of their programs. */
export function uncountRuns(database: SqlDatabase, runs: readonly RunRecord[]): void {
  for (const [{ path, model }, own] of byPair(runs)) {
    const known = readCounts(database, path, model);
    const left = known === null || known === "damaged" ? null : differenceOf(known, summarize(own));
    writeCounts(database, path, model, left ?? recount(database, path, model));
  }
}

export function summaries(
  database: SqlDatabase,
  { path, model }: SummaryFilter,
): readonly SummaryRow[] {
  const where = [
    "path <> ''",
    ...(path === null ? [] : ["path = ?"]),
    ...(model === null ? [] : ["model = ?"]),
  ].join(" AND ");
  const values = [path, model].filter((value) => value !== null);
  const rows = database
    .prepare(`SELECT path, model, counts FROM summary WHERE ${where} ORDER BY path, model`)
    .all(...values);
  return rows.map((row) => {
    const pair = { path: String(row["path"]), model: String(row["model"]) };
    const counts = readSummary(String(row["counts"])) ?? recount(database, pair.path, pair.model);
    return { ...pair, ...counts };
  });
}

/** Counts every run anew, a page at a time. */
export function countAll(database: SqlDatabase): void {
  const page = database.prepare(
    `SELECT ${COUNTED} FROM run WHERE number > ? ORDER BY number LIMIT ?`,
  );
  for (let last = 0; ;) {
    const rows = page.all(last, PAGE);
    if (rows.length === 0) return;
    last = Number(rows.at(-1)?.["number"]);
    countRuns(
      database,
      rows.map((row) => runOf(row, () => {})),
    );
  }
}

/** What counts of a row: reading the rest of it would take as long again. */
const COUNTED = "number, path, model, ms, ok, error, input_ok, output_ok, '{}' AS tags, attempts";

/** Rows in memory at a time. */
const PAGE = 2000;

function sum(known: RunSummary | null, runs: readonly RunRecord[]): RunSummary {
  return sumOf(known ?? summarize([]), summarize(runs));
}

/** What is in the rows, where the counts are damaged or say less than is wanted. */
function recount(database: SqlDatabase, path: string, model: string): RunSummary {
  const page = database.prepare(
    `SELECT ${COUNTED} FROM run WHERE path = ? AND model = ? AND number > ? ORDER BY number ` +
      "LIMIT ?",
  );
  let total = summarize([]);
  for (let last = 0; ;) {
    const rows = page.all(path, model, last, PAGE);
    if (rows.length === 0) return total;
    last = Number(rows.at(-1)?.["number"]);
    total = sum(
      total,
      rows.map((row) => runOf(row, () => {})),
    );
  }
}

function readCounts(
  database: SqlDatabase,
  path: string,
  model: string,
): RunSummary | "damaged" | null {
  const [row] = database
    .prepare("SELECT counts FROM summary WHERE path = ? AND model = ?")
    .all(path, model);
  return row === undefined ? null : (readSummary(String(row["counts"])) ?? "damaged");
}

function writeCounts(database: SqlDatabase, path: string, model: string, counts: RunSummary): void {
  if (counts.runs === 0)
    database.prepare("DELETE FROM summary WHERE path = ? AND model = ?").run(path, model);
  else
    database
      .prepare("INSERT OR REPLACE INTO summary (path, model, counts) VALUES (?, ?, ?)")
      .run(path, model, JSON.stringify(counts));
}

function byPair(
  runs: readonly RunRecord[],
): Iterable<[{ readonly path: string; readonly model: string }, RunRecord[]]> {
  const pairs = new Map<string, [{ path: string; model: string }, RunRecord[]]>();
  for (const run of runs) {
    const key = JSON.stringify([run.path, run.model]);
    const known = pairs.get(key);
    if (known) known[1].push(run);
    else pairs.set(key, [{ path: run.path, model: run.model }, [run]]);
  }
  return pairs.values();
}
