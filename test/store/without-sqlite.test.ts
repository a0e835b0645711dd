import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { storeWithoutSqlite } from "../../src/store/without-sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { chat, folder, run, runsOf, turn } from "./samples.ts";

/** Whatever can be asked of a store, and what one without a history answers. */
const QUESTIONS: Readonly<Record<string, [(store: Store) => Promise<unknown>, unknown]>> = {
  runs: [(store) => runsOf(store), []],
  "a run": [(store) => store.runs.find("a"), []],
  "a tree": [(store) => store.runs.tree("a"), []],
  summaries: [(store) => store.runs.summaries({ path: null, model: null }), []],
  removal: [(store) => store.runs.remove({}), 0],
  pruning: [(store) => store.runs.prune({ age: 1, bytes: null }), 0],
  events: [(store) => Array.fromAsync(store.events.read("a")), []],
  answers: [(store) => store.answers.stats(), { answers: 0, hits: 0, bytes: 0, programs: [] }],
  chats: [(store) => store.chats.list({ tenant: "" }), []],
  turns: [(store) => store.chats.turns("a"), []],
  "a search": [(store) => store.chats.search("a", { tenant: "" }), []],
  "removal of chats": [(store) => store.chats.remove(["a"]), 0],
  "removal of turns": [(store) => store.chats.removeTurns(["a"]), 0],
  clearing: [(store) => store.answers.clear(0), 0],
};

function storeAt(path: string): { store: Store; warnings: string[] } {
  const warnings: string[] = [];
  const store = storeWithoutSqlite({ path, warn: (message) => void warnings.push(message) });
  return { store, warnings };
}

test("a store without SQLite says at once that nothing is remembered, and remembers nothing", async () => {
  using place = folder();
  const { store, warnings } = storeAt(place.file("stats.db"));
  expect(warnings).toEqual([expect.stringContaining("Nothing is remembered: this Node has no")]);
  store.runs.append(run());
  store.answers.keep({ key: "k", tenant: "", path: "p", model: "m", value: 1, kept: 1 });
  store.chats.keep(chat());
  store.chats.keepTurn(turn());
  await store.flushed();
  for (const [name, [ask, nothing]] of Object.entries(QUESTIONS))
    expect([name, await ask(store)]).toEqual([name, nothing]);
  expect(await store.answers.find({ key: "k", tenant: "", since: 0 })).toBeUndefined();
  await store.close();
  expect(warnings).toHaveLength(1);
});

test("a store without SQLite takes no history that is there for an empty one", async () => {
  using place = folder();
  const path = place.file("stats.db");
  writeFileSync(path, "what an earlier program recorded");
  const { store } = storeAt(path);
  for (const [name, [ask]] of Object.entries(QUESTIONS)) {
    const refused = await ask(store).catch((thrown: unknown) => thrown);
    expect([name, refused]).toMatchObject([name, { code: "RLLM_018", details: { path } }]);
  }
  // A run asks this before every call, and goes on without an answer.
  expect(await store.answers.find({ key: "k", tenant: "", since: 0 })).toBeUndefined();
});
