import type { SqlDatabase } from "./driver.ts";
import { parseJson, writeJson } from "../core/json.ts";

/** An answer to keep. */
export interface KeptAnswer {
  /** A digest of all that the answer depends on. */
  readonly key: string;
  /** The program that asked. */
  readonly path: string;
  readonly model: string;
  /** JSON. */
  readonly value: unknown;
  /** Milliseconds since the epoch. */
  readonly kept: number;
}

/** What is kept, by program. */
export interface AnswerStats {
  readonly answers: number;
  readonly hits: number;
  readonly bytes: number;
  readonly programs: readonly {
    readonly path: string;
    readonly answers: number;
    readonly hits: number;
  }[];
}

/** The value kept under the key since `since`, undefined where there is none; a hit is counted. */
export function findAnswer(database: SqlDatabase, key: string, since: number): unknown {
  const [row] = database
    .prepare("SELECT value FROM answer WHERE key = ? AND kept >= ?")
    .all(key, Math.round(since));
  if (!row) return undefined;
  database.prepare("UPDATE answer SET hits = hits + 1 WHERE key = ?").run(key);
  return parseJson(String(row["value"]));
}

export function keepAnswer(
  database: SqlDatabase,
  { key, path, model, value, kept }: KeptAnswer,
): void {
  database
    .prepare("INSERT OR REPLACE INTO answer (key, path, model, value, kept) VALUES (?, ?, ?, ?, ?)")
    .run(key, path, model, writeJson(value), Math.round(kept));
}

export function answerStats(database: SqlDatabase): AnswerStats {
  const rows = database
    .prepare(
      "SELECT path, count(*) AS answers, sum(hits) AS hits, sum(length(value)) AS bytes FROM answer GROUP BY path ORDER BY path",
    )
    .all();
  const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name]), 0);
  const programs = rows.map((row) => ({
    path: String(row["path"]),
    answers: Number(row["answers"]),
    hits: Number(row["hits"]),
  }));
  return { answers: sum("answers"), hits: sum("hits"), bytes: sum("bytes"), programs };
}

/** Removes what was kept before `before`; how many there were. */
export function clearAnswers(database: SqlDatabase, before: number): number {
  const [row] = database
    .prepare("SELECT count(*) AS answers FROM answer WHERE kept < ?")
    .all(Math.round(before));
  database.prepare("DELETE FROM answer WHERE kept < ?").run(Math.round(before));
  return Number(row?.["answers"] ?? 0);
}
