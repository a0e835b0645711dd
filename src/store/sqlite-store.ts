import { existsSync } from "node:fs";
import { ModullmError } from "../core/error.ts";
import { connectToRead, connectToWrite, PATIENCE_MS, setPatience } from "./connect.ts";
import { failureOf, isBusy, UnusableFile } from "./failure.ts";
import {
  type AnswerStats,
  answerStats,
  clearAnswers,
  findAnswer,
  keepAnswer,
  type KeptAnswer,
} from "./answers.ts";
import { INSERT_RUN, runOf, valuesOf } from "./row.ts";
import { takeOver } from "./legacy.ts";
import type { SqlDatabase, SqlDriver, SqlStatement } from "./driver.ts";
import type { RunFilter, RunRecord, RunStore } from "./store.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly legacyPath: string | null;
  readonly driver: SqlDriver;
  readonly warn: (message: string) => void;
}

/**
 * Opens nothing until it is used. `record` warns once and goes on when it can't write: a passing
 * failure (a lock, a full disk) costs that run only, any other ends recording for this process.
 * Reading what can't be read is an error: no numbers are better than wrong ones.
 */
export class SqliteStore implements RunStore {
  readonly #options: SqliteStoreOptions;
  #database: SqlDatabase | null = null;
  #insert: SqlStatement | null = null;
  #given: "ready" | "up" | "closed" = "ready";
  #patience = PATIENCE_MS;
  #warned = false;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
  }

  record(run: RunRecord): void {
    if (this.#given !== "ready") return;
    try {
      this.#insert ??= this.#writable().prepare(INSERT_RUN);
      this.#insert.run(...valuesOf(run));
      if (this.#patience !== PATIENCE_MS) this.#wait(PATIENCE_MS);
    } catch (error) {
      this.#missed(error);
    }
  }

  runs(filter: RunFilter): readonly RunRecord[] {
    const { path, model, limit } = filter;
    const where = [
      ...(path === null ? [] : ["path = ?"]),
      ...(model === null ? [] : ["model = ?"]),
    ].join(" AND ");
    // A whole history is sorted here: SQLite takes four times as long to sort rows this wide.
    const order = limit === undefined ? "" : "ORDER BY started DESC, id DESC LIMIT ?";
    const values = [path, model, limit ?? null].filter((value) => value !== null);
    return this.#read((database) => {
      const rows = database
        .prepare(`SELECT * FROM run ${where === "" ? "" : `WHERE ${where}`} ${order}`)
        .all(...values);
      return rows.map(runOf).toSorted(byTime);
    });
  }

  programs(): readonly string[] {
    return this.#read((database) => {
      const rows = database.prepare("SELECT DISTINCT path FROM run WHERE path <> ''").all();
      return rows.map((row) => String(row["path"])).toSorted();
    });
  }

  findAnswer(key: string, now: number, maxAge: number): unknown {
    if (this.#given !== "ready") return undefined;
    try {
      return findAnswer(this.#writable(), key, now - maxAge);
    } catch (error) {
      this.#missed(error);
      return undefined;
    }
  }

  keepAnswer(answer: KeptAnswer): void {
    if (this.#given !== "ready") return;
    try {
      keepAnswer(this.#writable(), answer);
    } catch (error) {
      this.#missed(error);
    }
  }

  answerStats(): AnswerStats {
    return (
      this.#read((database) => [answerStats(database)])[0] ?? {
        answers: 0,
        hits: 0,
        bytes: 0,
        programs: [],
      }
    );
  }

  clearAnswers(before: number): number {
    return this.#read((database) => [clearAnswers(database, before)])[0] ?? 0;
  }

  close(): void {
    this.#given = "closed";
    this.#disconnect();
  }

  #writable(): SqlDatabase {
    if (this.#database !== null) return this.#database;
    const { driver, path, legacyPath, warn } = this.#options;
    const database = connectToWrite(driver, path, this.#patience);
    if (legacyPath !== null && existsSync(legacyPath))
      takeOver({ driver, database, legacyPath, warn });
    this.#database = database;
    return database;
  }

  #read<T>(query: (database: SqlDatabase) => readonly T[]): readonly T[] {
    const { path, legacyPath } = this.#options;
    if (!existsSync(path) && !(legacyPath !== null && existsSync(legacyPath))) return [];
    try {
      const database = this.#readable();
      try {
        return query(database);
      } finally {
        if (database !== this.#database) database.close();
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** Writable where possible, since reading may have to bring the file up to date first. */
  #readable(): SqlDatabase {
    try {
      return this.#writable();
    } catch (error) {
      if (error instanceof UnusableFile || isBusy(error)) throw error;
      return connectToRead(this.#options.driver, this.#options.path, PATIENCE_MS);
    }
  }

  #missed(error: unknown): void {
    const { reason, passing } = failureOf(error);
    if (!this.#warned) {
      this.#warned = true;
      this.#options.warn(
        `Cannot record this run in "${this.#options.path}": ${reason}; programs run, but are missing from stats`,
      );
    }
    // Who has waited once in vain waits no more until the lock is gone: a server must not stand
    // still at every run.
    if (isBusy(error)) this.#wait(0);
    if (passing) return;
    this.#given = "up";
    this.#disconnect();
  }

  #wait(milliseconds: number): void {
    this.#patience = milliseconds;
    if (this.#database !== null) setPatience(this.#database, milliseconds);
  }

  #disconnect(): void {
    const database = this.#database;
    this.#database = null;
    this.#insert = null;
    try {
      database?.close();
    } catch {
      // Every row is committed already; what fails here is moving the log into the file, which the
      // next process does.
    }
  }
}

function byTime(a: RunRecord, b: RunRecord): number {
  return a.started - b.started || (a.id < b.id ? -1 : 1);
}

function unreadable(path: string, error: unknown): ModullmError {
  const { reason } = failureOf(error);
  return new ModullmError("RLLM_018", `Cannot read the statistics in "${path}": ${reason}`, {
    details: { path, reason },
    hint: "Move the file away to start anew, or use the version of this program that wrote it.",
    cause: error,
  });
}
