import { UnusableFile } from "./failure.ts";
import type { SqlDatabase } from "./driver.ts";
import answers from "./migrations/0002-answers.sql" with { type: "text" };
import chats from "./migrations/0004-chats.sql" with { type: "text" };
import library from "./migrations/0005-library.sql" with { type: "text" };
import history from "./migrations/0003-history.sql" with { type: "text" };
import runs from "./migrations/0001-runs.sql" with { type: "text" };
import { countAll } from "./summaries.ts";

interface Migration {
  readonly sql: string;
  /** What SQL can't say, in the same transaction. */
  readonly fill?: (database: SqlDatabase) => void;
}

/** In order; the file's `user_version` is how many of them it has. A released one never changes. */
export const MIGRATIONS: readonly Migration[] = [
  { sql: runs },
  { sql: answers },
  { sql: history, fill: countAll },
  { sql: chats },
  { sql: library },
];

/**
 * Brings the file to this version, each step in a transaction of its own. Any number of processes
 * may do this at once: the version is read again under the write lock.
 * @throws {UnusableFile} for a file of a newer version, or another program's
 */
export function migrate(database: SqlDatabase): void {
  let version = checkedVersion(database);
  while (version < MIGRATIONS.length) version = step(database);
}

/** @throws {UnusableFile} */
export function checkedVersion(database: SqlDatabase): number {
  const version = numberOf(database, "PRAGMA user_version");
  if (version > MIGRATIONS.length) {
    throw new UnusableFile(
      `a newer version of this program wrote it (format ${version}, this one knows ` +
        `${MIGRATIONS.length})`,
    );
  }
  if (version > 0 || numberOf(database, "SELECT count(*) FROM sqlite_master") === 0) return version;
  // Tables without a version: another program's, unless another process has made them since the
  // version was read.
  const now = numberOf(database, "PRAGMA user_version");
  if (now === 0) throw new UnusableFile("it is a SQLite file of another program");
  return now;
}

function step(database: SqlDatabase): number {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = checkedVersion(database);
    const migration = MIGRATIONS[version];
    if (migration) {
      database.exec(`${migration.sql}\nPRAGMA user_version = ${version + 1};`);
      migration.fill?.(database);
    }
    database.exec("COMMIT");
    return migration ? version + 1 : version;
  } catch (error) {
    rollback(database);
    throw error;
  }
}

/** SQLite may have rolled back by itself (a full disk); then there is nothing left to undo. */
export function rollback(database: SqlDatabase): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // No transaction is active: what failed is thrown by the caller.
  }
}

function numberOf(database: SqlDatabase, sql: string): number {
  const [row] = database.prepare(sql).all();
  return Number(Object.values(row ?? {})[0] ?? 0);
}
