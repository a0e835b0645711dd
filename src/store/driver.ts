import { pathToFileURL } from "node:url";
import { isObject } from "../core/json.ts";

/** The little of SQLite the store needs, so that it runs on what each runtime brings along. */
export interface SqlDriver {
  readonly name: "bun:sqlite" | "node:sqlite" | "better-sqlite3";
  /** Opens an existing file. @throws what the library throws; `failureOf` reads it */
  open(path: string, mode: OpenMode): SqlDatabase;
}

/**
 * `frozen` reads a file that nobody can change while it is open, without the side files a database in WAL mode needs: the only
 * way to read one in a folder that can't be written to. Where a library has no such mode it opens as `read`.
 */
export type OpenMode = "write" | "read" | "frozen";

export interface SqlDatabase {
  /** Runs any number of statements without values. */
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /** Finalizes its statements too; safe to call once. */
  close(): void;
}

export interface SqlStatement {
  run(...values: readonly SqlValue[]): void;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * The driver of this runtime, or null where it has no SQLite (Node before 22.5 without better-sqlite3).
 *
 * The specifiers are literals so that bundlers see them; `bun build --target=node` needs
 * `external: ["bun:sqlite", "better-sqlite3"]`, and `--compile` `external: ["better-sqlite3"]`.
 */
export async function loadDriver(): Promise<SqlDriver | null> {
  if (process.versions["bun"] !== undefined) return bunDriver();
  for (const load of [nodeDriver, betterDriver]) {
    try {
      return await load();
    } catch {
      // Not part of this runtime: the next one is tried, and the store says so when there is none.
    }
  }
  return null;
}

export async function bunDriver(): Promise<SqlDriver> {
  const { constants, Database } = await import("bun:sqlite");
  return {
    name: "bun:sqlite",
    open(path, mode) {
      const database =
        mode === "frozen"
          ? new Database(frozenUrl(path).href, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI)
          : new Database(path, mode === "read" ? { readonly: true } : { readwrite: true, create: false });
      return {
        exec: (sql) => void database.run(sql),
        prepare: (sql) => database.prepare<SqlRow, SqlValue[]>(sql),
        close: () => database.close(true),
      };
    },
  };
}

export async function nodeDriver(): Promise<SqlDriver> {
  const { DatabaseSync } = await import("node:sqlite");
  return {
    name: "node:sqlite",
    open(path, mode) {
      const database = new DatabaseSync(mode === "frozen" ? frozenUrl(path) : path, { readOnly: mode !== "write" });
      return {
        exec: (sql) => database.exec(sql),
        prepare: (sql) => database.prepare(sql),
        close: () => database.close(),
      };
    },
  };
}

async function betterDriver(): Promise<SqlDriver> {
  const { default: Database } = await import("better-sqlite3");
  return {
    name: "better-sqlite3",
    open(path, mode) {
      const database = new Database(path, { readonly: mode !== "write", fileMustExist: true });
      return {
        exec: (sql) => void database.exec(sql),
        prepare(sql) {
          const statement = database.prepare(sql);
          return {
            run: (...values) => void statement.run(...values),
            all: (...values) => statement.all(...values).filter(isObject),
          };
        },
        close: () => database.close(),
      };
    },
  };
}

function frozenUrl(path: string): URL {
  const url = pathToFileURL(path);
  url.search = "immutable=1";
  return url;
}
