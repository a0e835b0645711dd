import { loadDriver } from "./sqlite/driver.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import { storeWithoutSqlite } from "./without-sqlite.ts";
import type { Retention } from "./runs.ts";
import type { Store } from "./store.ts";

export interface OpenStoreOptions {
  /** Absolute path of the file. It and its folder are created by the first row. */
  readonly path: string;
  /** Told what the user should know; each sentence once. */
  readonly warn: (message: string) => void;
  /** The file of version 0.1, whose runs are copied once; it is never changed. @default none */
  readonly legacyPath?: string;
  /** What is kept at most; what is more goes a little at a time. @default everything is kept */
  readonly retention?: Retention;
  /** Whether many runs are to come, as in a server. @default false */
  readonly stays?: boolean;
}

/** The history on this machine. Touches no file yet; never fails. */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { legacyPath = null, retention = { age: null, bytes: null }, stays = false } = options;
  const driver = await loadDriver();
  if (driver === null) return storeWithoutSqlite(options);
  return new SqliteStore({ ...options, legacyPath, retention, stays, driver });
}
