import { parseJson, writeJson } from "../../core/json.ts";
import type { AnswerQuestion, AnswerStats, KeptAnswer } from "../answers.ts";
import type { SqlDatabase } from "./driver.ts";

/** The value kept, undefined where there is none; `damaged` where what is kept can't be read. */
export function findAnswer(
  database: SqlDatabase,
  { key, tenant, since }: AnswerQuestion,
): { readonly value: unknown; readonly damaged: boolean } {
  const [row] = database
    .prepare("SELECT value FROM answer WHERE tenant = ? AND key = ? AND kept >= ?")
    .all(tenant, key, Math.round(since));
  if (row === undefined) return { value: undefined, damaged: false };
  try {
    return { value: parseJson(String(row["value"])), damaged: false };
  } catch {
    return { value: undefined, damaged: true };
  }
}

export function insertAnswers(database: SqlDatabase, answers: readonly KeptAnswer[]): void {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO answer (tenant, key, path, model, value, kept) VALUES (?, ?, ?, " +
      "?, ?, ?)",
  );
  for (const { tenant, key, path, model, value, kept } of answers)
    insert.run(tenant, key, path, model, writeJson(value), Math.round(kept));
}

export function countHits(database: SqlDatabase, hits: readonly AnswerQuestion[]): void {
  const count = database.prepare("UPDATE answer SET hits = hits + 1 WHERE tenant = ? AND key = ?");
  for (const { tenant, key } of hits) count.run(tenant, key);
}

export function answerStats(database: SqlDatabase): AnswerStats {
  const rows = database
    .prepare(
      "SELECT path, count(*) AS answers, sum(hits) AS hits, sum(length(value)) AS bytes FROM " +
        "answer GROUP BY path ORDER BY path",
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
  return database.prepare("DELETE FROM answer WHERE kept < ? RETURNING 1").all(Math.round(before))
    .length;
}
