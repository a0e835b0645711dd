import type { Retention, RunFilter, RunRecord } from "../runs.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "./driver.ts";
import { removeEvents, rootsWith, removeEventsBefore } from "./events.ts";
import { INSERT_RUN, runOf, valuesOf } from "./row.ts";
import { countRuns, uncountRuns } from "./summaries.ts";

/** Where the next page begins: behind the last run of the one before. */
export interface Cursor {
  readonly started: number;
  readonly number: number;
}

export interface Page {
  readonly runs: readonly RunRecord[];
  /** Null at the end. */
  readonly next: Cursor | null;
  /** Rows that could not be read whole. */
  readonly damaged: number;
}

export function insertRuns(database: SqlDatabase, runs: readonly RunRecord[]): void {
  const insert = database.prepare(INSERT_RUN);
  const tag = database.prepare("INSERT INTO tag (name, value, started, run) VALUES (?, ?, ?, ?)");
  const added = runs.filter((run) => {
    const { changes, lastInsertRowid } = insert.run(...valuesOf(run));
    if (Number(changes) === 0) return false;
    for (const [name, value] of Object.entries(run.tags))
      tag.run(name, value, Math.round(run.started), Number(lastInsertRowid));
    return true;
  });
  countRuns(database, added);
}

export function pageOfRuns(
  database: SqlDatabase,
  filter: RunFilter,
  after: Cursor | null,
  limit: number,
): Page {
  const { from, where, values } = conditions(database, filter);
  const [time, number] =
    from === "run" ? ["run.started", "run.number"] : ["tag.started", "tag.run"];
  const place = after === null ? "" : `AND (${time}, ${number}) < (?, ?)`;
  const order = `ORDER BY ${time} DESC, ${number} DESC LIMIT ?`;
  const rows = database
    .prepare(`SELECT run.* FROM ${from} WHERE ${where} ${place} ${order}`)
    .all(...values, ...(after === null ? [] : [after.started, after.number]), limit);
  let damaged = 0;
  const runs = rows.map((row) => runOf(row, () => damaged++));
  const last = rows.at(-1);
  const next =
    last === undefined || rows.length < limit
      ? null
      : { started: Number(last["started"]), number: Number(last["number"]) };
  return { runs, next, damaged };
}

export function findRuns(database: SqlDatabase, id: string): readonly RunRecord[] {
  const rows = database
    .prepare("SELECT * FROM run WHERE id >= ? AND id < ? ORDER BY id LIMIT 100")
    .all(id, `${id}\u{10ffff}`);
  return rows.map(readable).toSorted((a, b) => b.started - a.started);
}

/** The run's outermost parent and all that stands below that. */
export function treeOf(database: SqlDatabase, id: string): readonly RunRecord[] {
  const rows = database
    .prepare(
      `WITH RECURSIVE above (id, parent) AS (
         SELECT id, parent FROM run WHERE id = ?
         UNION SELECT run.id, run.parent FROM above JOIN run ON run.id = above.parent),
       tree (id) AS (
         SELECT id FROM above WHERE parent IS NULL OR parent NOT IN (SELECT id FROM above)
         UNION SELECT run.id FROM tree JOIN run ON run.parent = tree.id)
       SELECT run.* FROM tree JOIN run USING (id) ORDER BY run.started, run.number`,
    )
    .all(id);
  return rows.map(readable);
}

/** Removes up to `limit` runs that meet the filter with all below them; how many runs went. */
export function removeRuns(database: SqlDatabase, filter: RunFilter, limit: number): number {
  const { from, where, values } = conditions(database, filter);
  const rows = database
    .prepare(
      `WITH RECURSIVE gone (number, id) AS (
         SELECT * FROM (
           SELECT run.number, run.id FROM ${from} WHERE ${where} ORDER BY run.started LIMIT ?)
         UNION SELECT run.number, run.id FROM gone JOIN run ON run.parent = gone.id)
       SELECT run.* FROM gone JOIN run USING (number)`,
    )
    .all(...values, limit);
  const remove = database.prepare("DELETE FROM run WHERE number = ?");
  const untag = database.prepare(
    "DELETE FROM tag WHERE name = ? AND value = ? AND started = ? AND run = ?",
  );
  const runs = rows.map(readable);
  for (const [index, run] of runs.entries()) {
    const number = Number(rows[index]?.["number"]);
    for (const [name, value] of Object.entries(run.tags))
      untag.run(name, value, run.started, number);
    remove.run(number);
    removeEvents(database, run.id);
  }
  uncountRuns(database, runs);
  return runs.length;
}

/** One step of pruning; how many runs went, 0 when there is nothing left to do. */
export function pruneRuns(
  database: SqlDatabase,
  { age, bytes }: Retention,
  now: number,
  limit: number,
): number {
  if (age !== null) {
    removeEventsBefore(database, now - age, limit);
    const gone = removeRuns(database, { before: now - age }, limit);
    if (gone > 0) return gone;
  }
  return bytes !== null && usedBytes(database) > bytes ? removeRuns(database, {}, limit) : 0;
}

/** Chats don't count: they stay until somebody forgets them, whatever is kept of runs. */
function usedBytes(database: SqlDatabase): number {
  const number = (pragma: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${pragma}`).all()[0] ?? {})[0] ?? 0);
  const [chats] = database
    .prepare(
      "SELECT sum(length(body) + length(words)) AS bytes FROM turn JOIN turn_words ON " +
        "turn_words.rowid = turn.number",
    )
    .all();
  const used = (number("page_count") - number("freelist_count")) * number("page_size");
  return used - Number(chats?.["bytes"] ?? 0);
}

interface Conditions {
  readonly from: string;
  readonly where: string;
  readonly values: readonly SqlValue[];
}

function conditions(database: SqlDatabase, filter: RunFilter): Conditions {
  const { ok, outermost, tags = {}, text } = filter;
  const plain: (readonly [string, SqlValue | undefined])[] = [
    ["run.id = ?", filter.id],
    ["run.path = ?", filter.path],
    ["run.model = ?", filter.model],
    ["run.usd >= ?", filter.usdAtLeast],
    ["run.usd <= ?", filter.usdAtMost],
    ["run.started >= ?", filter.since],
    ["run.started < ?", filter.before],
  ];
  const given = plain.filter(([, value]) => value !== undefined);
  const where = ["1", ...given.map(([condition]) => condition)];
  const values = given.map(([, value]) => value ?? null);
  if (ok !== undefined) where.push(ok ? "run.ok = 1" : "run.ok = 0");
  if (outermost === true) where.push("run.parent IS NULL");
  // What costs nothing is most of a history, and not in the index.
  if ((filter.usdAtLeast ?? 0) > 0) where.push("run.usd > 0");
  const [first, ...others] = Object.entries(tags);
  if (first !== undefined) {
    where.push("tag.run = run.number AND tag.name = ? AND tag.value = ?");
    values.push(...first);
  }
  for (const other of others) {
    where.push(
      "EXISTS (SELECT 1 FROM tag WHERE name = ? AND value = ? AND tag.started = run.started " +
        "AND tag.run = run.number)",
    );
    values.push(...other);
  }
  if (text !== undefined) {
    const { condition, values: found } = mentions(database, text);
    where.push(condition);
    values.push(...found);
  }
  return {
    from: first === undefined ? "run" : "tag CROSS JOIN run",
    where: where.join(" AND "),
    values,
  };
}

/** Programs whose path holds the text, and trees whose events hold its words: both are few. */
function mentions(
  database: SqlDatabase,
  text: string,
): { readonly condition: string; readonly values: readonly SqlValue[] } {
  const paths = database
    .prepare("SELECT DISTINCT path FROM summary WHERE instr(lower(path), lower(?)) > 0")
    .all(text)
    .map((row) => String(row["path"]));
  const roots = rootsWith(database, text);
  return {
    condition: `(run.path IN (${marks(paths)}) OR run.id IN (${marks(roots)}))`,
    values: [...paths, ...roots],
  };
}

function marks(values: readonly string[]): string {
  return values.map(() => "?").join(", ");
}

function readable(row: SqlRow): RunRecord {
  return runOf(row, () => {});
}
