import { describe, expect, test } from "bun:test";
import { summarize } from "../../src/store/summary.ts";
import type { RunFilter, RunRecord } from "../../src/store/runs.ts";
import type { ChatTurn } from "../../src/store/chats.ts";
import type { Store } from "../../src/store/store.ts";
import { attempt, chat, run, runsOf, turn } from "./samples.ts";

/** A place for one history, that is gone when the scope ends. */
export interface StorePlace extends Disposable {
  /** A store on the place; several at a time, or one after the other. */
  open(): Promise<Store>;
}

/** What every store must do, whatever it stands on. */
export function testStore(name: string, make: () => StorePlace): void {
  testChats(name, make);
  describe(`${name}: runs`, () => {
    const early = run({
      started: 1,
      attempts: [
        attempt({ error: "RLLM_017", promptTokens: null, completionTokens: null, usd: null }),
        attempt({ edits: ["fence", "comma"], cached: "store" }),
      ],
    });
    const middle = run({ started: 2, model: "other/m", inputOk: false, outputOk: null });
    const late = run({
      started: 3,
      path: "/b.rllm",
      parent: "p",
      ok: false,
      error: "RLLM_013",
      outputOk: false,
      tags: { team: "blue", "a b": "\u00fc=1" },
      attempts: [],
    });

    test("come back as they were appended, newest first, in a later store too", async () => {
      using place = make();
      const writer = await place.open();
      for (const each of [late, early, middle]) writer.runs.append(each);
      expect(await runsOf(writer)).toEqual([early, middle, late]);
      await writer.close();
      const store = await place.open();
      expect(await runsOf(store)).toEqual([early, middle, late]);
      expect(await limited(store, 2)).toEqual([late, middle]);
      await store.close();
    });

    test("are found by every filter, alone and together", async () => {
      using place = make();
      const store = await place.open();
      const free = run({ started: 4, attempts: [attempt({ usd: 0 })], tags: { team: "red" } });
      const dear = run({ started: 5, attempts: [attempt({ usd: 3 })], tags: { team: "blue" } });
      for (const each of [early, middle, late, free, dear]) store.runs.append(each);
      const cases: readonly (readonly [RunFilter, readonly RunRecord[]])[] = [
        [{}, [early, middle, late, free, dear]],
        [{ path: "/b.rllm" }, [late]],
        [{ model: "other/m" }, [middle]],
        [{ path: "/programs/a.rllm", model: "local/test" }, [early, free, dear]],
        [{ ok: false }, [late]],
        [{ ok: true, since: 2, before: 5 }, [middle, free]],
        [{ outermost: true }, [early, middle, free, dear]],
        [{ usdAtLeast: 1 }, [dear]],
        [{ usdAtMost: 0 }, [free]],
        [{ usdAtLeast: 0.0005, usdAtMost: 1 }, [early, middle]],
        [{ tags: { team: "blue" } }, [late, dear]],
        [{ tags: { team: "blue", "a b": "\u00fc=1" } }, [late]],
        [{ tags: { team: "green" } }, []],
        [{ text: "B.RLL" }, [late]],
        [{ text: "nowhere" }, []],
        [{ id: middle.id }, [middle]],
        [{ id: middle.id, ok: false }, []],
      ];
      for (const [filter, found] of cases) expect(await runsOf(store, filter)).toEqual([...found]);
      await store.close();
    });

    test("are counted once however often they are appended", async () => {
      using place = make();
      const store = await place.open();
      for (const each of [early, early, middle]) store.runs.append(each);
      await store.flushed();
      store.runs.append(early);
      expect(await runsOf(store)).toEqual([early, middle]);
      expect(
        (await store.runs.summaries({ path: null, model: null })).map((row) => row.runs),
      ).toEqual([1, 1]);
      await store.close();
    });

    test("are read a page at a time, all of them, also while others come", async () => {
      using place = make();
      const store = await place.open();
      const all = Array.from({ length: 1203 }, (_, index) => run({ started: index >> 1 }));
      for (const each of all) store.runs.append(each);
      const seen = new Set<string>();
      for await (const each of store.runs.query({})) {
        if (seen.size === 10) store.runs.append(run({ started: 10_000 }));
        seen.add(each.id);
      }
      expect(all.filter(({ id }) => !seen.has(id))).toEqual([]);
      expect(seen.size).toBe(1203);
      await store.close();
    });

    test("are found by the beginning of their id, and with their tree", async () => {
      using place = make();
      const store = await place.open();
      const root = run({ id: "aa-1", started: 1 });
      const child = run({ id: "aa-2", started: 2, parent: "aa-1" });
      const grandchild = run({ id: "ab-3", started: 3, parent: "aa-2" });
      for (const each of [grandchild, child, root, run({ id: "b" })]) store.runs.append(each);
      expect((await store.runs.find("aa")).map(({ id }) => id)).toEqual(["aa-2", "aa-1"]);
      expect(await store.runs.find("%")).toEqual([]);
      for (const id of ["aa-1", "aa-2", "ab-3"])
        expect(await store.runs.tree(id)).toEqual([root, child, grandchild]);
      expect(await store.runs.tree("c")).toEqual([]);
      await store.close();
    });

    test("count in summaries as they come and go", async () => {
      using place = make();
      const store = await place.open();
      const all = Array.from({ length: 300 }, (_, index) =>
        run({
          started: index,
          ms: 1 + ((index * 7919) % 300),
          ok: index % 3 > 0,
          error: index % 3 > 0 ? null : "RLLM_013",
          attempts: [attempt({ completionTokens: index, edits: index % 2 ? ["comma"] : [] })],
        }),
      );
      for (const each of all) store.runs.append(each);
      const counted = await summary(store);
      const { latencies, ...rest } = summarize(all);
      expect(withoutNoise(counted)).toEqual(
        withoutNoise({ path: "", model: "", latencies, ...rest }),
      );
      expect(latencies).toHaveProperty("exact");
      expect(sum(Object.values(counted.latencies))).toBe(300);
      expect(await store.runs.remove({ since: 100 })).toBe(200);
      expect(withoutNoise(await summary(store))).toEqual(
        withoutNoise({ path: "", model: "", ...summarize(all.slice(0, 100)) }),
      );
      expect(await store.runs.remove({})).toBe(100);
      expect(await store.runs.summaries({ path: null, model: null })).toEqual([]);
      await store.close();
    });

    test("go with what is below them and their events", async () => {
      using place = make();
      const store = await place.open();
      for (const each of [run({ id: "r" }), run({ id: "c", parent: "r" }), run({ id: "other" })])
        store.runs.append(each);
      store.events.append("r", '{"type":"note","message":"hello"}');
      expect(await store.runs.remove({ id: "r" })).toBe(2);
      expect((await runsOf(store)).map(({ id }) => id)).toEqual(["other"]);
      expect(await linesOf(store, "r")).toEqual([]);
      expect(await runsOf(store, { text: "hello" })).toEqual([]);
      await store.close();
    });

    test("are pruned by age, the oldest first", async () => {
      using place = make();
      const store = await place.open();
      const now = Date.now();
      for (const age of [5, 4, 3, 2, 1]) store.runs.append(run({ started: now - age * 3_600_000 }));
      expect(await store.runs.prune({ age: 2.5 * 3_600_000, bytes: null })).toBe(3);
      expect(await runsOf(store)).toHaveLength(2);
      expect(await store.runs.prune({ age: null, bytes: 1 })).toBe(2);
      await store.close();
    });

    test("names in them are only names", async () => {
      using place = make();
      const store = await place.open();
      const hostile = "'; DROP TABLE run; --\0\u{1F600}%_\"";
      const each = run({ path: `/${hostile}`, model: hostile, tags: { [hostile]: hostile } });
      store.runs.append(each);
      expect(await runsOf(store, { path: each.path, model: hostile, tags: each.tags })).toEqual([
        each,
      ]);
      expect(await runsOf(store, { text: hostile })).toEqual([each]);
      expect(await store.runs.summaries({ path: each.path, model: hostile })).toHaveLength(1);
      await store.close();
    });
  });

  describe(`${name}: events`, () => {
    test("come back in their order, tree by tree", async () => {
      using place = make();
      const store = await place.open();
      const lines = Array.from({ length: 1500 }, (_, index) => JSON.stringify({ index }));
      for (const [index, line] of lines.entries()) {
        store.events.append("a", line);
        if (index % 100 === 0) store.events.append("b", line);
        if (index % 400 === 0) await store.flushed();
      }
      expect(await linesOf(store, "a")).toEqual(lines);
      expect(await linesOf(store, "b")).toHaveLength(15);
      expect(await linesOf(store, "c")).toEqual([]);
      await store.close();
    });

    test("are searched by their words", async () => {
      using place = make();
      const store = await place.open();
      for (const id of ["x", "y"]) store.runs.append(run({ id, started: id === "x" ? 1 : 2 }));
      store.events.append("x", '{"type":"note","message":"Schiffe auf hoher See"}');
      store.events.append("y", '{"type":"note","message":"nothing of the kind"}');
      const found = async (text: string) => (await runsOf(store, { text })).map(({ id }) => id);
      expect(await found("schiffe")).toEqual(["x"]);
      expect(await found("hoher schif")).toEqual(["x"]);
      expect(await found('see" OR kind')).toEqual([]);
      expect(await found("type")).toEqual([]);
      await store.close();
    });
  });

  describe(`${name}: answers`, () => {
    const kept = {
      key: "k",
      tenant: "",
      path: "/a.rllm",
      model: "m/x",
      value: { out: 1 },
      kept: 100,
    };

    test("are found while they are young, by their tenant alone, and counted", async () => {
      using place = make();
      const store = await place.open();
      store.answers.keep(kept);
      const question = { key: "k", tenant: "", since: 100 };
      expect(await store.answers.find(question)).toEqual({ out: 1 });
      await store.flushed();
      expect(await store.answers.find(question)).toEqual({ out: 1 });
      expect(await store.answers.find({ ...question, since: 101 })).toBeUndefined();
      expect(await store.answers.find({ ...question, key: "other" })).toBeUndefined();
      expect(await store.answers.find({ ...question, tenant: "other" })).toBeUndefined();
      store.answers.keep({ ...kept, tenant: "other", value: { out: 2 } });
      await store.flushed();
      expect(await store.answers.find(question)).toEqual({ out: 1 });
      expect(await store.answers.stats()).toEqual({
        answers: 2,
        hits: 2,
        bytes: 18,
        programs: [{ path: "/a.rllm", answers: 2, hits: 2 }],
      });
      await store.close();
    });

    test("are replaced, and cleared by age", async () => {
      using place = make();
      const store = await place.open();
      store.answers.keep(kept);
      const value = { out: 12_345_678_901_234_567_891n };
      store.answers.keep({ ...kept, value, kept: 200 });
      expect(await store.answers.find({ key: "k", tenant: "", since: 0 })).toEqual(value);
      await store.flushed();
      expect(await store.answers.find({ key: "k", tenant: "", since: 0 })).toEqual(value);
      expect(await store.answers.clear(200)).toBe(0);
      expect(await store.answers.clear(201)).toBe(1);
      await store.close();
    });
  });

  describe(`${name}: as a whole`, () => {
    test("nothing recorded is no failure", async () => {
      using place = make();
      const store = await place.open();
      expect(await runsOf(store)).toEqual([]);
      expect(await store.runs.summaries({ path: null, model: null })).toEqual([]);
      expect(await store.answers.find({ key: "k", tenant: "", since: 0 })).toBeUndefined();
      expect(await store.answers.stats()).toMatchObject({ answers: 0, programs: [] });
      expect(await store.runs.remove({})).toBe(0);
      await store.close();
    });

    test("flushed() acknowledges: another store sees what was appended before", async () => {
      using place = make();
      const [one, two] = [await place.open(), await place.open()];
      one.runs.append(run({ id: "first" }));
      await one.flushed();
      two.runs.append(run({ id: "second" }));
      await two.flushed();
      expect(await runsOf(one)).toHaveLength(2);
      expect(await runsOf(two)).toHaveLength(2);
      await one.close();
      await two.close();
    });

    test("what is appended is written soon, without being asked for", async () => {
      using place = make();
      const [one, two] = [await place.open(), await place.open()];
      one.runs.append(run());
      while ((await runsOf(two)).length === 0) await Bun.sleep(5);
      await one.close();
      await two.close();
    });

    test("what is appended after close() is dropped", async () => {
      using place = make();
      const store = await place.open();
      store.runs.append(run());
      await store.close();
      store.runs.append(run());
      await store.close();
      const again = await place.open();
      expect(await runsOf(again)).toHaveLength(1);
      await again.close();
    });
  });
}

function testChats(name: string, make: () => StorePlace): void {
  describe(`${name}: chats`, () => {
    test("come back with their turns in order, the last used first, in a later store too", async () => {
      using place = make();
      const writer = await place.open();
      const early = chat({ updated: 10 });
      const late = chat({ updated: 20, name: "late", system: "Be brief.", program: "/a.rllm" });
      const second = turn({ chat: early.id, asked: 2, state: "failed", error: "RLLM_017" });
      const first = turn({ chat: early.id, asked: 1, files: ["a.png"], cost_usd: null });
      const covered = turn({ chat: early.id, asked: 3, state: "summary", covers: second.id });
      for (const each of [early, late]) writer.chats.keep(each);
      for (const each of [second, first, covered]) writer.chats.keepTurn(each);
      const expected = [
        { ...late, turns: 0 },
        { ...early, turns: 2 },
      ];
      expect([...(await writer.chats.list({ tenant: "" }))]).toEqual(expected);
      await writer.close();
      const store = await place.open();
      expect([...(await store.chats.list({ tenant: "" }))]).toEqual(expected);
      expect([...(await store.chats.list({ tenant: "", name: early.name }))]).toEqual(
        expected.slice(1),
      );
      expect([...(await store.chats.list({ tenant: "", limit: 1 }))]).toEqual(expected.slice(0, 1));
      expect([...(await store.chats.list({ tenant: "other" }))]).toEqual([]);
      expect([...(await store.chats.turns(early.id))]).toEqual([first, second, covered]);
      await store.close();
    });

    test("are kept once, as they became last, whichever version comes last", async () => {
      using place = make();
      const store = await place.open();
      const kept = chat({ updated: 5, model: "new/m" });
      const asked = turn({ chat: kept.id, state: "asked", answer: null, updated: 1 });
      const answered: ChatTurn = {
        ...asked,
        state: "answered",
        answer: "späte Antwort",
        updated: 2,
      };
      store.chats.keep({ ...kept, updated: 4, model: "old/m" });
      store.chats.keep(kept);
      store.chats.keep({ ...kept, updated: 3, model: "older/m" });
      store.chats.keepTurn(asked);
      await store.flushed();
      store.chats.keepTurn(answered);
      store.chats.keepTurn(asked);
      expect([...(await store.chats.list({ tenant: "" }))]).toEqual([{ ...kept, turns: 1 }]);
      expect([...(await store.chats.turns(kept.id))]).toEqual([answered]);
      expect(await store.chats.search("SPÄTE", { tenant: "" })).toHaveLength(1);
      await store.close();
    });

    test("are found by the words of their turns, and by no others once forgotten", async () => {
      using place = make();
      const store = await place.open();
      const [one, two, foreign] = [chat({ name: "one" }), chat(), chat({ tenant: "other" })];
      const taken = turn({ chat: one.id, asked: 3, text: "the quick\nbrown fox", answer: null });
      const said = turn({ chat: two.id, asked: 4, text: "who?", answer: "a quick brown dog" });
      const theirs = turn({ chat: foreign.id, text: "quick brown" });
      for (const each of [one, two, foreign]) store.chats.keep(each);
      for (const each of [taken, said, theirs]) store.chats.keepTurn(each);
      const found = async (text: string) =>
        (await store.chats.search(text, { tenant: "" })).map((find) => find.chat);
      expect(await found("quick bro")).toEqual([two.id, one.id]);
      expect([...(await store.chats.search("fox", { tenant: "" }))]).toEqual([
        { chat: one.id, name: "one", asked: 3, excerpt: "the quick brown fox" },
      ]);
      expect(await found('"fox')).toEqual([one.id]);
      expect(await found("...")).toEqual([]);
      expect(await found("brown cat")).toEqual([]);
      expect(await store.chats.search("quick", { tenant: "", limit: 1 })).toHaveLength(1);
      expect(await store.chats.removeTurns([taken.id, "none"])).toBe(1);
      expect(await found("quick")).toEqual([two.id]);
      expect(await store.chats.remove([two.id, "none"])).toBe(1);
      expect(await found("quick")).toEqual([]);
      expect([...(await store.chats.turns(two.id))]).toEqual([]);
      expect((await store.chats.list({ tenant: "" })).map(({ id }) => id)).toEqual([one.id]);
      await store.close();
    });

    test("stay where runs are pruned, and count for nothing there", async () => {
      using place = make();
      const store = await place.open();
      const kept = chat();
      store.chats.keep(kept);
      store.chats.keepTurn(turn({ chat: kept.id, answer: "word ".repeat(1_000_000) }));
      for (let started = 1; started <= 3; started++) store.runs.append(run({ started }));
      await store.flushed();
      expect(await store.runs.prune({ age: null, bytes: 4_000_000 })).toBe(0);
      expect(await store.runs.prune({ age: 1, bytes: null })).toBe(3);
      expect(await store.chats.turns(kept.id)).toHaveLength(1);
      await store.close();
    });

    test("nothing recorded yet is no failure, and makes no file", async () => {
      using place = make();
      const store = await place.open();
      expect([...(await store.chats.list({ tenant: "" }))]).toEqual([]);
      expect([...(await store.chats.turns("a"))]).toEqual([]);
      expect([...(await store.chats.search("a", { tenant: "" }))]).toEqual([]);
      expect(await store.chats.remove(["a"])).toBe(0);
      await store.close();
    });
  });
}

async function limited(store: Store, limit: number): Promise<unknown[]> {
  const runs = [];
  for await (const each of store.runs.query({}, { limit })) runs.push(each);
  return runs;
}

async function linesOf(store: Store, root: string): Promise<string[]> {
  const lines = [];
  for await (const line of store.events.read(root)) lines.push(line);
  return lines;
}

async function summary(store: Store) {
  const [row, ...more] = await store.runs.summaries({ path: null, model: null });
  if (!row || more.length > 0) throw new Error("one program with one model is wanted");
  return row;
}

/** Dollars and milliseconds that were added and taken away again differ in the last digits. */
function withoutNoise({
  path: _path,
  model: _model,
  latencies: _latencies,
  ...counts
}: Awaited<ReturnType<typeof summary>>): unknown {
  const { usd, ...rest } = counts;
  return { ...rest, usd: { ...usd, sum: Number(usd.sum.toFixed(9)) } };
}

function sum(latencies: readonly unknown[]): number {
  return latencies
    .flatMap((counts) => Object.values(counts as Record<string, number>))
    .reduce((a, b) => a + b, 0);
}
