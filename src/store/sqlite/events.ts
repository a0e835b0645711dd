import { isObject } from "../../core/json.ts";
import type { EventRows } from "../events.ts";
import type { SqlDatabase } from "./driver.ts";
import { wordQuery } from "./words.ts";

export function insertEvents(database: SqlDatabase, rows: readonly EventRows[]): void {
  const insert = database.prepare(
    "INSERT INTO trace (root, part, at, lines) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const words = database.prepare("INSERT INTO trace_words (rowid, words) VALUES (?, ?)");
  for (const { root, part, at, lines } of rows) {
    const text = lines.join("\n");
    const { changes, lastInsertRowid } = insert.run(root, part, Math.round(at), text);
    if (Number(changes) > 0) words.run(Number(lastInsertRowid), wordsOf(text));
  }
}

/** Some rows of a tree behind that part. */
export function eventsAfter(
  database: SqlDatabase,
  root: string,
  part: number,
): readonly EventRows[] {
  return database
    .prepare("SELECT * FROM trace WHERE root = ? AND part > ? ORDER BY part LIMIT 50")
    .all(root, part)
    .map((row) => ({
      root,
      part: Number(row["part"]),
      at: Number(row["at"]),
      lines: String(row["lines"]).split("\n"),
    }));
}

export function removeEvents(database: SqlDatabase, root: string): void {
  remove(database, "root = ? LIMIT ?", [root, Number.MAX_SAFE_INTEGER]);
}

/** Events whose runs never ended go by their own time. */
export function removeEventsBefore(database: SqlDatabase, before: number, limit: number): void {
  remove(database, "at < ? ORDER BY at LIMIT ?", [Math.round(before), limit]);
}

/**
 * The trees whose events hold all words of the text, the last one perhaps only begun; 1,000 at
 * most.
 */
export function rootsWith(database: SqlDatabase, text: string): readonly string[] {
  const query = wordQuery(text);
  if (query === null) return [];
  return database
    .prepare(
      `SELECT DISTINCT root FROM trace WHERE number IN
         (SELECT rowid FROM trace_words WHERE trace_words MATCH ? ORDER BY rowid DESC LIMIT 1000)`,
    )
    .all(query)
    .map((row) => String(row["root"]));
}

function remove(database: SqlDatabase, which: string, values: readonly (string | number)[]): void {
  const rows = database.prepare(`SELECT number, lines FROM trace WHERE ${which}`).all(...values);
  const forget = database.prepare(
    "INSERT INTO trace_words (trace_words, rowid, words) VALUES ('delete', ?, ?)",
  );
  const drop = database.prepare("DELETE FROM trace WHERE number = ?");
  for (const row of rows) {
    const number = Number(row["number"]);
    forget.run(number, wordsOf(String(row["lines"])));
    drop.run(number);
  }
}

/** Fields that every event has, or that name things a search would always find. */
const STRUCTURE = new Set(["type", "run", "parent", "root", "stage", "kind", "level", "language"]);

/** What can be searched for: the texts within the events. The same lines give the same words. */
function wordsOf(lines: string): string {
  const words: string[] = [];
  for (const line of lines.split("\n")) {
    try {
      collect(JSON.parse(line), words);
    } catch {
      // A damaged line has no words.
    }
  }
  return words.join(" ");
}

function collect(value: unknown, words: string[]): void {
  if (typeof value === "string") words.push(value);
  else if (Array.isArray(value)) for (const element of value) collect(element, words);
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value))
      if (!STRUCTURE.has(key)) collect(inner, words);
}
