import { isObject } from "../../core/json.ts";

/** The little of SQLite the store needs, so that it runs on what each runtime brings along. */
export interface SqlDriver {
  readonly name: "bun:sqlite" | "node:sqlite" | "better-sqlite3";
  /** Opens an existing file. @throws what the library throws; `failureOf` reads it */
  open(path: string, mode: OpenMode): SqlDatabase;
}

/**
 * `frozen` reads a file that nobody can change while it is open, without the side files a database
 * in WAL mode needs: the only way to read one in a folder that can't be written to. Where a library
 * has no such mode it opens as `read`.
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
  run(...values: readonly SqlValue[]): Changed;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** What a statement did: how many rows, and the number of the last row that was inserted. */
export interface Changed {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * The driver of this runtime, or null where it has no SQLite (Node before 22.5 without
 * better-sqlite3).
 *
 * The specifiers are literals inside `try` where they may be missing, so that `bun build
 * --target=node` and `--compile` need no list of externals; another bundler needs `bun:sqlite` and
 * `better-sqlite3` in its own.
 */
export async function loadDriver(): Promise<SqlDriver | null> {
  if (process.versions["bun"] !== undefined) return bunDriver();
  return (await nodeDriver()) ?? (await betterDriver());
}

export async function bunDriver(): Promise<SqlDriver> {
  const { constants, Database } = await import("bun:sqlite");
  return {
    name: "bun:sqlite",
    open(path, mode) {
      const database =
        mode === "frozen"
          ? new Database(
              frozenUrl(path).href,
              constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI,
            )
          : new Database(
              path,
              mode === "read" ? { readonly: true } : { readwrite: true, create: false },
            );
      return {
        exec: (sql) => void database.run(sql),
        prepare: (sql) => database.prepare<SqlRow, SqlValue[]>(sql),
        close: () => database.close(true),
      };
    },
  };
}

export async function nodeDriver(): Promise<SqlDriver | null> {
  const library = await nodeLibrary();
  if (library === null) return null;
  const { DatabaseSync } = library;
  return {
    name: "node:sqlite",
    open(path, mode) {
      const database = new DatabaseSync(mode === "frozen" ? frozenUrl(path) : path, {
        readOnly: mode !== "write",
      });
      return {
        exec: (sql) => database.exec(sql),
        prepare: (sql) => database.prepare(sql),
        close: () => database.close(),
      };
    },
  };
}

async function betterDriver(): Promise<SqlDriver | null> {
  const library = await betterLibrary();
  if (library === null) return null;
  const { default: Database } = library;
  return {
    name: "better-sqlite3",
    open(path, mode) {
      const database = new Database(path, { readonly: mode !== "write", fileMustExist: true });
      return {
        exec: (sql) => void database.exec(sql),
        prepare(sql) {
          const statement = database.prepare(sql);
          return {
            run: (...values) => statement.run(...values),
            all: (...values) => statement.all(...values).filter(isObject),
          };
        },
        close: () => database.close(),
      };
    },
  };
}

async function nodeLibrary(): Promise<typeof import("node:sqlite") | null> {
  try {
    return await import("node:sqlite");
  } catch {
    return null;
  }
}

async function betterLibrary(): Promise<typeof import("better-sqlite3") | null> {
  try {
    return await import("better-sqlite3");
  } catch {
    return null;
  }
}

function frozenUrl(path: string): URL {
  const url = new URL("file:///");
  const plain = process.platform === "win32" ? path.replaceAll("\\", "/") : path;
  url.pathname = plain.replace(/[%?#\\]/g, encodeURIComponent);
  url.search = "immutable=1";
  return url;
}
