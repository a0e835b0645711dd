/** What is known of a run with tools from its events: its trace, its row, its prediction. */
import { expect, test } from "bun:test";
import { writeJson } from "../../src/core/json.ts";
import { traceText } from "../../src/cli/render/tree.ts";
import { readTrace } from "../../src/insight/trace-tree.ts";
import { createRecorder, RECORDED } from "../../src/store/recorder.ts";
import { statsOf } from "../../src/insight/stats.ts";
import { openStore } from "../../src/store/open.ts";
import { readSummary } from "../../src/store/summary.ts";
import type { RunRecord } from "../../src/store/runs.ts";
import type { Store } from "../../src/store/store.ts";
import { createScript, type Line } from "../engine/scripted.ts";
import { folder, neverWarn } from "../store/samples.ts";
import { echo, ended, programs } from "../engine/tools.ts";

async function runWithTools() {
  const { tools } = createScript({
    "a/m": [
      {
        calls: [
          ["find", { text: "x" }],
          ["find", { text: "y" }],
        ],
      },
      {
        calls: [
          ["echo", { text: "z" }],
          ["eco", {}],
        ],
      },
      "no JSON",
      '{"out": "o"}',
    ],
    "b/m": ['{"out": "found"}'],
  });
  const loaded = await programs({
    desk: { tools: "[{program: ./find.rllm}]" },
    find: { llm: "{model: b/m}" },
  });
  const run = await ended(loaded, tools, { tools: { echo: echo() } });
  return { ...run, path: loaded.path };
}

test("readTrace() takes a turn with tools for no retry, and counts their calls", async () => {
  const { events } = await runWithTools();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const event of events) yield Buffer.from(`${writeJson(event)}\n`);
  }
  const trace = await readTrace(chunks(), "x");
  expect(trace.total).toMatchObject({ runs: 3, attempts: 6, retries: 1 });
  const [root] = trace.runs;
  expect(root).toMatchObject({
    attempts: 4,
    retries: 1,
    tools: [
      { tool: "find", calls: 2, failed: 0 },
      { tool: "echo", origin: "host", calls: 1, failed: 0 },
      { tool: "eco", origin: "", calls: 1, failed: 1 },
    ],
    children: [{ entry: "find" }, { entry: "find" }],
  });
  const text = traceText(trace, { width: 200, unicode: false });
  expect(text).toContain("called find 2 times, called echo, called eco (1 failed), 1 retry");
});

test("createRecorder() leaves the time of tools out of a run's own", () => {
  const rows: RunRecord[] = [];
  const runs = { append: (row: RunRecord) => void rows.push(row) };
  const about = { run: "r", root: "r", principal: "local", seq: 0 };
  const call = (id: string) => ({ call: id, tool: "t" });
  const start = { parent: null, entry: null, item: null, path: "/a", name: "a", version: "1" };
  const end = { type: "tool-end", ok: true, error: null, reason: null } as const;
  const sizes = { ms: 1, characters: 1, shown: 1 };
  // The first two overlap; the third begins when both are done.
  const record = createRecorder({ runs } as unknown as Store);
  record({ ...about, at: 0, type: "run-start", ...start, model: "a/m" });
  const began = (at: number, id: string): void =>
    record({ ...about, at, type: "tool-start", ...call(id), origin: "host", attempt: 1 });
  const done = (at: number, id: string): void =>
    record({ ...about, at, ...end, ...call(id), ...sizes });
  began(10, "one");
  began(20, "two");
  done(60, "one");
  done(110, "two");
  began(200, "three");
  done(250, "three");
  record({ ...about, at: 400, type: "run-end", ok: true, error: null, ms: 400 });
  expect(rows).toMatchObject([{ ms: 400 - 100 - 50 }]);
});

test("createRecorder() takes no call of a tool for an answer", async () => {
  async function rowOf(...lines: Line[]): Promise<RunRecord | undefined> {
    const rows: RunRecord[] = [];
    const runs = { append: (row: RunRecord) => void rows.push(row) };
    const { tools } = createScript({ "a/m": lines });
    const loaded = await programs({ desk: { retries: "1", max_turns: "3" } });
    const { events } = await ended(loaded, tools, { tools: { echo: echo() } });
    const record = createRecorder({ runs } as unknown as Store);
    for (const event of events.filter(({ type }) => RECORDED.has(type))) record(event);
    return rows[0];
  }
  const call = (text: string): Line => ({ calls: [["echo", { text }]] });
  expect(await rowOf(call("a"), '{"out": "o"}')).toMatchObject({ ok: true, outputOk: true });
  expect(await rowOf(call("a"), "bad")).toMatchObject({ ok: false, outputOk: false });
  expect(await rowOf(call("a"), call("b"), call("c"))).toMatchObject({
    error: "RLLM_024",
    outputOk: null,
  });
});

test("statsOf() counts calls of tools, of runs that were recorded", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("runs.db"), warn: neverWarn });
  const { events, path } = await runWithTools();
  const record = createRecorder(store);
  for (const event of events.filter(({ type }) => RECORDED.has(type))) record(event);
  await store.flushed();
  const summaries = await store.runs.summaries({ path, model: null });
  expect(statsOf(path, null, summaries).tool_calls).toEqual({ find: 2, echo: 1, eco: 1 });
  const before = summaries.map((each) =>
    readSummary(JSON.stringify({ ...each, tools: undefined })),
  );
  expect(before.map((each) => each?.tools)).toEqual(before.map(() => ({})));
  await store.runs.remove({});
  expect(await store.runs.summaries({ path, model: null })).toEqual([]);
  await store.close();
});
