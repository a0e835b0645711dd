import { existsSync } from "node:fs";
import { ModullmError } from "../core/error.ts";
import { loadDriver } from "./driver.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { RunStore } from "./store.ts";

export interface OpenStoreOptions {
  /** Absolute path of the file. It and its folder are created by the first `record`. */
  readonly path: string;
  /** Called at most once a problem with a sentence for the user. */
  readonly warn: (message: string) => void;
  /** The file of version 0.1, whose runs are copied once; it is never changed. */
  readonly legacyPath?: string;
}

/** The runs on this machine. Touches no file yet; never fails. */
export async function openStore(options: OpenStoreOptions): Promise<RunStore> {
  const { path, warn, legacyPath = null } = options;
  const driver = await loadDriver();
  return driver === null
    ? storeWithoutSqlite(path, warn)
    : new SqliteStore({ path, warn, legacyPath, driver });
}

const NO_SQLITE = "this Node has no SQLite; Node 22.5 or newer has it, or install better-sqlite3";

function storeWithoutSqlite(path: string, warn: (message: string) => void): RunStore {
  let warned = false;
  function refuse(): readonly never[] {
    if (!existsSync(path)) return [];
    throw new ModullmError("RLLM_018", `Cannot read the statistics in "${path}": ${NO_SQLITE}`, {
      details: { path, reason: NO_SQLITE },
      hint: "Use a newer Node, or install better-sqlite3 beside this package.",
    });
  }
  return {
    record() {
      if (!warned) warn(`Cannot record runs: ${NO_SQLITE}. Programs run without statistics`);
      warned = true;
    },
    runs: refuse,
    programs: refuse,
    findAnswer: () => undefined,
    keepAnswer() {},
    answerStats: () => refuse().at(0) ?? { answers: 0, hits: 0, bytes: 0, programs: [] },
    clearAnswers: () => refuse().length,
    close() {},
  };
}
