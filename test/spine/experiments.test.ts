/**
 * What once went wrong, tried again. Where a folder of its own has the test, decision 15 names it.
 */
import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/events.ts";
import { open } from "../../src/index.ts";
import { statsOfAll } from "../../src/insight/stats.ts";
import { createMachine } from "../../src/machine.ts";
import { openStore } from "../../src/store/open.ts";
import type { RunArea } from "../../src/store/runs.ts";
import type { Store } from "../../src/store/store.ts";
import { makeFolder, modullm, programText, serveModel, worldOf } from "../cli/command-line.ts";
import { folder as emptyFolder, neverWarn, run } from "../store/samples.ts";

const KEY = "sk-planted-4f9d2c7b81e6a053";
const SCHEMA = "{type: object, properties: {text: {type: string}}}";
const counted = { calls: 0 };
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const echo = (await request.text()).includes(KEY) ? KEY : "";
    const content = JSON.stringify({ out: `${++counted.calls} ${echo}` });
    const message = { role: "assistant", content };
    return Response.json({ choices: [{ index: 0, finish_reason: "stop", message }] });
  },
});
afterAll(() => server.stop(true));

function programFolder(front: Record<string, string> = {}): string {
  const base = `base_url: "http://127.0.0.1:${server.port}/v1", api_key_env: S_KEY`;
  return makeFolder({
    "config/modullm/config.yaml": `providers: {s: {${base}}}\n`,
    "p.rllm": programText({ name: "p", input_schema: SCHEMA, llm: "{model: s/m}", ...front }),
  });
}

describe("a locked statistics file", () => {
  test("doesn't stop the event loop", async () => {
    using place = emptyFolder();
    const path = place.file("stats.db");
    const store = await openStore({ path, warn: neverWarn, stays: true });
    store.runs.append(run());
    await store.flushed();
    const free = await longestGap(() => appendFor(store.runs, 100));
    const other = new Database(path);
    other.run("BEGIN IMMEDIATE");
    const locked = await longestGap(() => appendFor(store.runs, 100));
    other.run("COMMIT");
    other.close();
    await store.flushed();
    await store.close();
    // It was 5.4 s. A busy machine makes both gaps longer.
    expect(locked).toBeLessThan(Math.max(50 * free, 2000));
  });
});

describe("an answer that is kept", () => {
  test("is not for another account", async () => {
    const cwd = programFolder({ cache: "7d" });
    const machine = createMachine();
    const answers: unknown[] = [];
    counted.calls = 0;
    for (const key of ["one-account-key", "one-account-key", "another-account-key"]) {
      const env = { ...worldOf(cwd), S_KEY: key };
      const app = await machine.workspace({ env, cwd, warn: () => {} });
      const loaded = await app.load(join(cwd, "p.rllm"));
      answers.push((await app.run(loaded, { text: "x" })).output);
    }
    await machine.close();
    expect(counted.calls).toBe(2);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).not.toEqual(answers[0]);
  });
});

describe("the library", () => {
  test("shows no key in events and outputs, unless it is told to", async () => {
    const cwd = programFolder();
    const modullmHere = await open({ env: { ...worldOf(cwd), S_KEY: KEY }, cwd, warn: () => {} });
    async function seen(raw: boolean): Promise<string> {
      const events: RunEvent[] = [];
      const onEvent = (event: RunEvent): void => void events.push(event);
      const options = { onEvent, payloads: true, raw };
      const output = await modullmHere.run(join(cwd, "p.rllm"), { text: KEY }, options);
      expect(events.at(-1)).toMatchObject({ type: "run-end", ok: true });
      return JSON.stringify([events, output]);
    }
    expect(await seen(false)).not.toContain(KEY);
    expect(await seen(true)).toContain(KEY);
    await modullmHere.close();
  });
});

describe("a dry run", () => {
  test("shows what a run sends: it goes through the same stages", async () => {
    const block = "```rllm-js pre\nresult = { name: context.input.text + '!' }\n```\n";
    const front = { name: "p", input_schema: SCHEMA };
    const folder = makeFolder({ "p.rllm": programText(front, `${block}Hi {{name}}`) });
    const { asked, env, stop } = serveModel(['{"out": "ok"}']);
    const args = ["run", "p.rllm", "--text", "ann"];
    const dry = await modullm([...args, "--dry-run"], { folder, env });
    expect(asked).toEqual([]);
    expect((await modullm(args, { folder, env })).exit).toBe(0);
    stop();
    const { request } = dry.json() as { request: { messages: unknown } };
    expect(JSON.stringify(request.messages)).toContain("Hi ann!");
    expect(asked.map(({ messages }) => messages)).toEqual([request.messages] as never);
  });
});

describe("stats of all", () => {
  test("takes one row a program, however many runs there are", async () => {
    using place = emptyFolder();
    const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
    for (let index = 0; index < 3000; index++)
      store.runs.append(run({ path: `/programs/${index % 3}.rllm` }));
    await store.flushed();
    let rows = 0;
    const watched: RunArea = {
      ...store.runs,
      query: () => {
        throw new Error("the whole history is read");
      },
      async summaries(filter) {
        const found = await store.runs.summaries(filter);
        rows += found.length;
        return found;
      },
    };
    const { programs } = await statsOfAll(withRuns(store, watched), null);
    await store.close();
    expect(programs.map(({ total_runs }) => total_runs)).toEqual([1000, 1000, 1000]);
    expect(rows).toBe(3);
  });
});

function withRuns(store: Store, runs: RunArea): Store {
  const { events, answers, chats, programs } = store;
  const { flushed, close } = { flushed: () => store.flushed(), close: () => store.close() };
  return { runs, events, answers, chats, programs, flushed, close };
}

/** Rows as runs add them, a few at a time. */
async function appendFor(runs: RunArea, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    runs.append(run());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Milliseconds between two ticks of a 5 ms ticker, at most, while something is done. */
async function longestGap(work: () => Promise<void>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  function tick(): void {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  const ticker = setInterval(tick, 5);
  await work();
  tick();
  clearInterval(ticker);
  return longest;
}
