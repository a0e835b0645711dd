import { existsSync } from "node:fs";
import { ModullmError } from "../core/error.ts";
import { MemoryPrograms } from "./memory-programs.ts";
import type { Store } from "./store.ts";

const NO_SQLITE = "this Node has no SQLite; Node 22.13 or newer has it, or install better-sqlite3";

/**
 * Remembers nothing but the library, that as long as the process lives, and says so at once. What
 * an earlier program recorded can't be read: that is an error, and no empty history.
 */
export function storeWithoutSqlite({
  path,
  warn,
}: {
  readonly path: string;
  readonly warn: (message: string) => void;
}): Store {
  warn(
    `Nothing is remembered: ${NO_SQLITE}. Programs run without statistics, \`cache\` ` +
      "keeps no answers, and the library is read anew by every process",
  );
  function nothing<T>(value: T): T {
    if (!existsSync(path)) return value;
    throw new ModullmError("RLLM_018", `Cannot read the statistics in "${path}": ${NO_SQLITE}`, {
      details: { path, reason: NO_SQLITE },
      hint: "Use a newer Node, or install better-sqlite3 beside this package.",
    });
  }
  return {
    runs: {
      append() {},
      async *query() {
        yield* nothing([]);
      },
      find: async () => nothing([]),
      tree: async () => nothing([]),
      summaries: async () => nothing([]),
      remove: async () => nothing(0),
      prune: async () => nothing(0),
    },
    events: {
      append() {},
      async *read() {
        yield* nothing([]);
      },
    },
    answers: {
      find: async () => undefined,
      keep() {},
      stats: async () => nothing({ answers: 0, hits: 0, bytes: 0, programs: [] }),
      clear: async () => nothing(0),
    },
    chats: {
      keep() {},
      keepTurn() {},
      list: async () => nothing([]),
      turns: async () => nothing([]),
      search: async () => nothing([]),
      removeTurns: async () => nothing(0),
      remove: async () => nothing(0),
    },
    programs: new MemoryPrograms(),
    async flushed() {},
    async close() {},
  };
}
