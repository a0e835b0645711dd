import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { checkedVersion, migrate, MIGRATIONS } from "./migrate.ts";
import { isBusy, UnusableFile } from "./failure.ts";
import type { OpenMode, SqlDatabase, SqlDriver } from "./driver.ts";

/** How long reading, and what a user asked for, waits for other processes; milliseconds. */
export const PATIENCE_MS = 5000;

interface WriteOptions {
  /** How long to wait for other processes; milliseconds. */
  readonly patience: number;
  /** False where nothing may take long: an older file is then refused. */
  readonly mayMigrate: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Opens the file for reading and writing, creating it (0600, its folder 0700) and bringing it up to
 * date.
 */
export function connectToWrite(
  driver: SqlDriver,
  path: string,
  { patience, mayMigrate, warn }: WriteOptions,
): SqlDatabase {
  createFile(path);
  expectFiles(path);
  return connect(driver, path, "write", patience, (database) => {
    // First of all: a file that is not ours to change keeps every byte.
    const version = checkedVersion(database);
    if (version > 0 && version < MIGRATIONS.length && !mayMigrate)
      throw new UnusableFile("it must be brought up to date first");
    const much = muchOf(path, { mb: 32, take: "some seconds for each hundred" });
    if (version < MIGRATIONS.length && much) warn(`Bringing "${path}" up to date, once: ${much}`);
    const wal = useWal(database);
    // Without a log (some network file systems) NORMAL could corrupt on power loss, with it it
    // can't.
    database.exec(`PRAGMA synchronous = ${wal ? "NORMAL" : "FULL"}`);
    // A quarter of a megabyte: a run touches a few pages, and a scan reads each once.
    database.exec("PRAGMA cache_size = -256");
    migrate(database);
  });
}

/**
 * How large a file is whose every row is to be written anew, and what that takes; null: no time.
 */
export function muchOf(path: string, { mb, take }: { mb: number; take: string }): string | null {
  const size = Math.round(statSync(path).size / 2 ** 20);
  return size >= mb ? `${size} MiB, ${take}` : null;
}

/** Opens the file for reading only: where it can't be written to. */
export function connectToRead(driver: SqlDriver, path: string, patience: number): SqlDatabase {
  expectFiles(path);
  // A log that could not be moved into the file holds runs that only the ordinary way sees.
  const mode = existsSync(`${path}-wal`) ? "read" : "frozen";
  return connect(driver, path, mode, patience, (database) => {
    if (checkedVersion(database) < MIGRATIONS.length) {
      throw new UnusableFile(
        "an older version of this program wrote it, and it can't be brought up to date where it is",
      );
    }
  });
}

/** An empty database that is gone when it is closed, for a history that has not begun. */
export function connectToNothing(driver: SqlDriver): SqlDatabase {
  const database = driver.open(":memory:", "write");
  migrate(database);
  return database;
}

export function setPatience(database: SqlDatabase, milliseconds: number): void {
  database.exec(`PRAGMA busy_timeout = ${milliseconds}`);
}

/** A pipe or a device in the place of a file would never end. @throws {UnusableFile} */
export function expectFiles(path: string): void {
  for (const each of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`])
    if (statSync(each, { throwIfNoEntry: false })?.isFile() === false)
      throw new UnusableFile(
        each === path ? "it is no regular file" : `"${each}" is no regular file`,
      );
}

function connect(
  driver: SqlDriver,
  path: string,
  mode: OpenMode,
  patience: number,
  prepare: (database: SqlDatabase) => unknown,
): SqlDatabase {
  const database = driver.open(path, mode);
  try {
    setPatience(database, patience);
    withPatience(patience, () => prepare(database));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function createFile(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite would make it readable by all; its side files get the mode of this one.
  closeSync(openSync(path, "a", 0o600));
}

function useWal(database: SqlDatabase): boolean {
  const [now] = database.prepare("PRAGMA journal_mode").all();
  if (now?.["journal_mode"] === "wal") return true;
  const [then] = database.prepare("PRAGMA journal_mode = WAL").all();
  return then?.["journal_mode"] === "wal";
}

/**
 * SQLite does not wait everywhere: changing to WAL, or opening while another process closes last,
 * fails at once when busy.
 */
function withPatience(patience: number, action: () => void): void {
  const end = Date.now() + patience;
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || Date.now() + wait > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait * (0.5 + Math.random()));
    }
  }
}
