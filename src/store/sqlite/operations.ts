import type { Retention, RunFilter } from "../runs.ts";
import { answerStats, clearAnswers, findAnswer } from "./answers.ts";
import { listChats, removeChats, removeTurns, searchChats, turnsOfChat } from "./chats.ts";
import type { SqlDatabase } from "./driver.ts";
import { eventsAfter } from "./events.ts";
import {
  changePrograms,
  decideCategories,
  findWords,
  keepVectors,
  keptVectors,
  knownFiles,
  knownFolder,
  programEntry,
  programRows,
  settleFolder,
} from "./programs.ts";
import { findRuns, pageOfRuns, pruneRuns, removeRuns, treeOf } from "./runs.ts";
import { summaries } from "./summaries.ts";
import { inTransaction } from "./write.ts";

/** Everything that can be asked of the file, by name, so that another thread can ask it. */
export const OPERATIONS = {
  page: pageOfRuns,
  find: findRuns,
  tree: treeOf,
  summaries,
  events: eventsAfter,
  answer: findAnswer,
  answers: answerStats,
  chats: listChats,
  turns: turnsOfChat,
  searchChats,
  programFolder: knownFolder,
  programFiles: knownFiles,
  programRows,
  programEntry,
  programWords: findWords,
  vectors: keptVectors,
  changePrograms: kept(changePrograms),
  settleFolder: kept(settleFolder),
  decide: kept(decideCategories),
  keepVectors: kept(keepVectors),
  clear: (database: SqlDatabase, before: number): number =>
    forgetting(database, () => clearAnswers(database, before)),
  remove: (database: SqlDatabase, filter: RunFilter): number =>
    forgetting(database, () => removeRuns(database, filter, STEP)),
  prune: (database: SqlDatabase, retention: Retention): number =>
    forgetting(database, () => pruneRuns(database, retention, Date.now(), STEP)),
  removeTurns: (database: SqlDatabase, ids: readonly string[]): number =>
    forgetting(database, () => removeTurns(database, ids)),
  removeChats: (database: SqlDatabase, ids: readonly string[]): number =>
    forgetting(database, () => removeChats(database, ids)),
} as const;

export type Operations = typeof OPERATIONS;
export type Operation = keyof Operations;

/** Runs that one transaction removes: others write in between. */
const STEP = 500;

/** All of it or nothing. */
function kept<Values extends readonly unknown[], Result>(
  action: (database: SqlDatabase, ...values: Values) => Result,
): (database: SqlDatabase, ...values: Values) => Result {
  return (database, ...values) => inTransaction(database, () => action(database, ...values));
}

/** What is removed is overwritten, in the file and in its log. */
function forgetting<T>(database: SqlDatabase, action: () => T): T {
  database.exec("PRAGMA secure_delete = ON");
  try {
    return inTransaction(database, action);
  } finally {
    database.exec("PRAGMA secure_delete = OFF");
  }
}
