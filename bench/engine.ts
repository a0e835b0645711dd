/**
 * What the engine adds to a run: `runProgram` with an instant model in this process and statistics
 * on, against a bare loop of the same prompt render, `JSON.parse`, contract check and SQLite
 * insert. Then a run whose model calls two functions before its answer, against two plain runs:
 * the same calls of the model. Then memory over ten thousand runs.
 *   bun bench/engine.ts [RUNS]
 * Exits 1 when a target is missed.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instantModel, instantTools } from "./instant.ts";
import { runAlone } from "../test/engine/alone.ts";
import { loadProgram } from "../src/library/load.ts";
import type { Model } from "../src/model/model.ts";
import type { HostTool } from "../src/engine/tools/host.ts";
import { parseTemplate, renderTemplate } from "../src/program/template.ts";
import { openStore } from "../src/store/open.ts";
import { createRecorder } from "../src/store/recorder.ts";

const runs = Number(process.argv[2] ?? 10_000);
const TARGET_RATIO = 4;
const TARGET_GROWTH = 0.05;
const TARGET_TURN = 1.5;
const FIRST = 1000;
const ROUNDS = 20;

const folder = mkdtempSync(join(tmpdir(), "engine-bench-"));
const loaded = await loadProgram(join(import.meta.dir, "../examples/summary.rllm"));
const prompt = loaded.program.prompt ?? parseTemplate("");
const input = { text: "A short article about ships. ".repeat(30) };
const answer = JSON.stringify({
  title: "Ships",
  summary: "Ships carry boxes over the sea.",
  key_points: ["Boxes are steel.", "Ships are large.", "Ports are few."],
});

const plain = instantModel("instant/model", answer);
const usage = { prompt_tokens: 100, completion_tokens: 30 };
/** Calls two tools first, where there are some. */
const model: Model = {
  ...plain,
  async *call(request, signal) {
    if (request.tools === undefined || request.messages.at(-1)?.role === "tool")
      return yield* plain.call(request, signal);
    yield { type: "tool-call", id: "1", name: "first", arguments: '{"text": "a"}' };
    yield { type: "tool-call", id: "2", name: "second", arguments: '{"text": "b"}' };
    yield { type: "finish", reason: "stop", usage, served: null };
  },
};
const tools = instantTools(async () => model);
const store = await openStore({
  path: join(folder, "stats.db"),
  warn: (message) => console.error(message),
});
const listener = createRecorder(store);

const database = new Database(join(folder, "bare.db"));
database.run("PRAGMA journal_mode = WAL");
database.run("PRAGMA synchronous = NORMAL");
database.run(
  "CREATE TABLE runs (id TEXT PRIMARY KEY, path TEXT, model TEXT, at INTEGER, ms REAL, ok " +
    "INTEGER, prompt INTEGER, completion INTEGER)",
);
const insert = database.prepare("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

async function engineRun(): Promise<void> {
  await runAlone(loaded, input, tools, { listener });
}

const tool: HostTool = {
  description: "Says it again",
  input: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  run: ({ text }) => text,
};

async function toolRun(): Promise<void> {
  await runAlone(loaded, input, tools, { listener, tools: { first: tool, second: tool } });
}

let bare = 0;
function bareRun(): void {
  const start = performance.now();
  const text = renderTemplate(prompt, { input, uses: {} });
  const value: unknown = JSON.parse(answer);
  const check = loaded.program.output.check(value);
  insert.run(
    `bare-${++bare}`,
    loaded.path,
    "instant/model",
    Date.now(),
    performance.now() - start,
    check.ok ? 1 : 0,
    text.length,
    answer.length,
  );
}

const speed = await compareSpeed();
const turn = await compareTurns();
const memory = await memoryGrowth();
await store.close();

const ratio = median(speed.ratios);
console.log(`bare loop  ${median(speed.bareTimes).toFixed(1)} µs a run`);
console.log(
  `engine     ${median(speed.engineTimes).toFixed(1)} µs a run  ${ratio.toFixed(2)}x  ` +
    `(target ${TARGET_RATIO}x)${ratio > TARGET_RATIO ? "  MISSED" : ""}`,
);
console.log(
  `tools      ${turn.toFixed(2)} of two plain runs, for a turn of two calls and the answer  (target ${TARGET_TURN}x)${turn > TARGET_TURN ? "  MISSED" : ""}`,
);
console.log(
  `memory     ${(memory.growth * 100).toFixed(1)} % more after ${runs} runs than after ` +
    `${FIRST} (${(memory.first / 1e6).toFixed(0)} to ${(memory.last / 1e6).toFixed(0)} MB)  ` +
    `(target ${TARGET_GROWTH * 100} %)${memory.growth > TARGET_GROWTH ? "  MISSED" : ""}`,
);
process.exit(ratio > TARGET_RATIO || turn > TARGET_TURN || memory.growth > TARGET_GROWTH ? 1 : 0);

/**
 * After the comparison: by then the just-in-time compiler, whose code takes about 5 MB in the first
 * few thousand runs, is done.
 */
async function memoryGrowth(): Promise<{ first: number; last: number; growth: number }> {
  for (let index = 0; index < FIRST; index++) await engineRun();
  await store.flushed();
  const first = settledMemory();
  for (let index = 0; index < runs; index++) {
    await engineRun();
    // An instant model never lets the rows that were gathered be written.
    if (index % FIRST === 0) await store.flushed();
  }
  await store.flushed();
  const last = settledMemory();
  return { first, last, growth: last / first - 1 };
}

/** Interleaved rounds, in microseconds a run. */
async function compareSpeed(): Promise<{
  ratios: number[];
  engineTimes: number[];
  bareTimes: number[];
}> {
  const [ratios, engineTimes, bareTimes]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const bareStart = performance.now();
    for (let index = 0; index < runs / ROUNDS; index++) bareRun();
    const engineStart = performance.now();
    for (let index = 0; index < runs / ROUNDS; index++) await engineRun();
    await store.flushed();
    const end = performance.now();
    bareTimes.push(((engineStart - bareStart) / (runs / ROUNDS)) * 1000);
    engineTimes.push(((end - engineStart) / (runs / ROUNDS)) * 1000);
    ratios.push((end - engineStart) / (engineStart - bareStart));
  }
  return { ratios, engineTimes, bareTimes };
}

/** The median over interleaved rounds. */
async function compareTurns(): Promise<number> {
  const ratios: number[] = [];
  const count = runs / ROUNDS / 4;
  for (let round = 0; round < ROUNDS; round++) {
    const plainStart = performance.now();
    for (let index = 0; index < 2 * count; index++) await engineRun();
    await store.flushed();
    const toolStart = performance.now();
    for (let index = 0; index < count; index++) await toolRun();
    await store.flushed();
    ratios.push((performance.now() - toolStart) / (toolStart - plainStart));
  }
  return median(ratios);
}

function settledMemory(): number {
  Bun.gc(true);
  return process.memoryUsage.rss();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
