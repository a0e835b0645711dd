import type { ChatRecord, ChatTurn } from "../chats.ts";
import type { AnswerQuestion, KeptAnswer } from "../answers.ts";
import type { EventRows } from "../events.ts";
import type { RunRecord } from "../runs.ts";
import { insertChats, insertTurns } from "./chats.ts";
import { countHits, insertAnswers } from "./answers.ts";
import type { SqlDatabase } from "./driver.ts";
import { insertEvents } from "./events.ts";
import { failureOf } from "./failure.ts";
import { rollback } from "./migrate.ts";
import { insertRuns } from "./runs.ts";

/** One row to write. Writing it again changes nothing, but for a hit, which counts once more. */
export type Write =
  | { readonly area: "runs"; readonly row: RunRecord }
  | { readonly area: "events"; readonly row: EventRows }
  | { readonly area: "answers"; readonly row: KeptAnswer }
  | { readonly area: "hits"; readonly row: AnswerQuestion }
  | { readonly area: "chats"; readonly row: ChatRecord }
  | { readonly area: "turns"; readonly row: ChatTurn };

export function inTransaction<T>(database: SqlDatabase, action: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = action();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollback(database);
    throw error;
  }
}

export function applyWrites(database: SqlDatabase, writes: readonly Write[]): void {
  const of = <Area extends Write["area"]>(area: Area) =>
    writes
      .filter((write): write is Extract<Write, { area: Area }> => write.area === area)
      .map(({ row }) => row as Extract<Write, { area: Area }>["row"]);
  insertRuns(database, of("runs"));
  insertEvents(database, of("events"));
  insertAnswers(database, of("answers"));
  countHits(database, of("hits"));
  insertChats(database, of("chats"));
  insertTurns(database, of("turns"));
}

/**
 * Writes what can be written: a damaged page or a row that can't be stored takes none of the others
 * with it.
 * @returns what is left, with why
 * @throws where nothing can be written, as when the file is locked or the disk is full
 */
export function writeAll(
  database: SqlDatabase,
  writes: readonly Write[],
): readonly { readonly write: Write; readonly error: unknown }[] {
  try {
    inTransaction(database, () => applyWrites(database, writes));
    return [];
  } catch (error) {
    const [only] = writes;
    const { kind } = failureOf(error);
    if (only === undefined || kind === "busy" || kind === "file") throw error;
    if (writes.length === 1) return [{ write: only, error }];
    const half = Math.ceil(writes.length / 2);
    return [
      ...writeAll(database, writes.slice(0, half)),
      ...writeAll(database, writes.slice(half)),
    ];
  }
}
