import { existsSync } from "node:fs";
import {
  connectToNothing,
  connectToRead,
  connectToWrite,
  PATIENCE_MS,
  setPatience,
} from "./connect.ts";
import type { SqlDatabase, SqlDriver } from "./driver.ts";
import { failureOf, isBusy, UnusableFile } from "./failure.ts";
import { takeOver } from "./legacy.ts";
import { OPERATIONS } from "./operations.ts";
import {
  dropPending,
  pendingFiles,
  pendingFolder,
  readPending,
  setAside,
  writePending,
} from "./pending.ts";
import type { Reply, Request, SessionOptions, WriteReport } from "./request.ts";
import { pruneRuns } from "./runs.ts";
import { inTransaction, type Write, writeAll } from "./write.ts";

/** How long writing waits for other processes before the rows are put beside the file. */
const WRITE_PATIENCE_MS = 20;
/** Files that a process takes in along with its own rows. */
const PENDING_AT_A_TIME = 20;
const PRUNE_EVERY_MS = 10_000;
/** Runs that are pruned at a time: about a millisecond's work. */
const PRUNE_STEP = 100;

/** The file, opened on first use, and everything that is done to it; waits where SQLite does. */
export class Session {
  readonly #options: SessionOptions;
  readonly #driver: SqlDriver;
  readonly #warn: (message: string) => void;
  #database: SqlDatabase | null = null;
  /** Whether older files have been looked for. */
  #settled = false;
  #pruned = 0;

  constructor(options: SessionOptions, driver: SqlDriver, warn: (message: string) => void) {
    this.#options = options;
    this.#driver = driver;
    this.#warn = warn;
  }

  answer(request: Request): Reply {
    try {
      if (request.kind === "close") return { ok: true, value: this.#disconnect() };
      if (request.kind === "write") return { ok: true, value: this.#write(request.writes) };
      return { ok: true, value: this.#call(request) };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  #write(writes: readonly Write[]): WriteReport {
    const { path } = this.#options;
    let left: readonly { readonly write: Write; readonly error: unknown }[];
    try {
      const database = this.#writable(WRITE_PATIENCE_MS, true);
      this.#takeIn(database, PENDING_AT_A_TIME);
      left = writeAll(database, writes);
      this.#prune(database);
    } catch (error) {
      left = writes.map((write) => ({ write, error }));
    }
    const [first] = left;
    if (first === undefined) return { failure: null, lost: 0 };
    const failure = failureOf(first.error);
    if (failure.kind !== "busy") this.#disconnect();
    const waiting = left.filter(({ error }) => failureOf(error).kind !== "rows");
    try {
      if (waiting.length > 0)
        writePending(
          path,
          waiting.map(({ write }) => write),
        );
      return { failure, lost: left.length - waiting.length };
    } catch {
      return { failure, lost: left.length };
    }
  }

  #call(request: Extract<Request, { kind: "call" }>): unknown {
    const { operation, values } = request;
    const database = request.keeps ? this.#writable(PATIENCE_MS, true) : this.#opened(request);
    try {
      // The table's functions each have values of their own; the store's areas see to the types.
      return (OPERATIONS[operation] as (database: SqlDatabase, ...values: unknown[]) => unknown)(
        database,
        ...values,
      );
    } finally {
      if (database !== this.#database) database.close();
    }
  }

  #opened({ brief }: Extract<Request, { kind: "call" }>): SqlDatabase {
    const { path, legacyPath } = this.#options;
    const places = [path, pendingFolder(path), legacyPath ?? path];
    if (!places.some((place) => existsSync(place))) return connectToNothing(this.#driver);
    if (brief) return this.#writable(WRITE_PATIENCE_MS, false);
    try {
      const database = this.#writable(PATIENCE_MS, true);
      this.#takeIn(database, Number.POSITIVE_INFINITY);
      return database;
    } catch (error) {
      if (error instanceof UnusableFile || isBusy(error)) throw error;
      const database = connectToRead(this.#driver, path, PATIENCE_MS);
      const waiting = pendingFiles(path, Number.POSITIVE_INFINITY).length;
      if (waiting > 0)
        this.#warn(
          `What waits in "${pendingFolder(path)}" is not counted: "${path}" can't be written to`,
        );
      return database;
    }
  }

  /** Writable where possible, since reading may have to bring the file up to date first. */
  #writable(patience: number, mayMigrate: boolean): SqlDatabase {
    const { path, legacyPath } = this.#options;
    const database =
      this.#database ??
      connectToWrite(this.#driver, path, { patience, mayMigrate, warn: this.#warn });
    this.#database = database;
    setPatience(database, patience);
    if (this.#settled || !mayMigrate) return database;
    this.#settled = true;
    if (legacyPath !== null && existsSync(legacyPath))
      takeOver({ driver: this.#driver, database, legacyPath, warn: this.#warn });
    return database;
  }

  #takeIn(database: SqlDatabase, limit: number): void {
    const { path } = this.#options;
    if (!existsSync(pendingFolder(path))) return;
    for (const file of pendingFiles(path, limit)) {
      let writes: readonly Write[] | null;
      try {
        writes = readPending(file);
      } catch {
        setAside(file);
        this.#warn(`"${file}" is damaged: the runs in it are not counted, and it is set aside`);
        continue;
      }
      if (writes === null) continue;
      const left = writeAll(database, writes).map(({ write }) => write);
      if (left.length === writes.length) continue;
      if (left.length > 0) writePending(path, left);
      dropPending(file);
    }
  }

  #prune(database: SqlDatabase): void {
    const { retention } = this.#options;
    const now = Date.now();
    if (retention.age === null && retention.bytes === null) return;
    if (now - this.#pruned < PRUNE_EVERY_MS) return;
    this.#pruned = now;
    inTransaction(database, () => pruneRuns(database, retention, now, PRUNE_STEP));
  }

  #disconnect(): null {
    const database = this.#database;
    this.#database = null;
    try {
      database?.close();
    } catch {
      // Every row is committed already; what fails here is moving the log into the file, which the
      // next process does.
    }
    return null;
  }
}
