/**
 * What failover costs a run with no fault: `runProgram` on an instant model with statistics on, as
 * in bench/engine.ts, without it and with deadlines, a fallback behind the model and a breaker in
 * files. Interleaved; for scale also without any retries.
 *   bun bench/failover.ts [ROUNDS]
 * Exits 1 when the target is missed.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../src/app.ts";
import type { EngineTools } from "../src/engine/engine.ts";
import { instantModel } from "./instant.ts";
import { type AloneOptions, runAlone } from "../test/engine/alone.ts";
import { loadProgram } from "../src/library/load.ts";
import { createBreakerFiles } from "../src/model/failover/breaker-files.ts";
import { createBreaker } from "../src/model/failover/breaker.ts";
import type { Model } from "../src/model/model.ts";
import { withRetry } from "../src/model/retry.ts";
import { createRecorder } from "../src/store/recorder.ts";

/** Many short rounds: on a busy machine some are cut through, and the median passes these by. */
const ROUNDS = Number(process.argv[2] ?? 500);
const RUNS = 50;
/** Rounds for the just-in-time compiler. */
const WARM_UP = 60;
const TARGET = 0.05;

const folder = mkdtempSync(join(tmpdir(), "failover-bench-"));
const env = Object.fromEntries(
  ["CONFIG", "DATA", "STATE", "CACHE"].map((name) => [`XDG_${name}_HOME`, folder]),
);
const app = await createApp({
  env,
  cwd: folder,
  autoload: false,
  warn: (message) => console.error(message),
});
const loaded = await loadProgram(join(import.meta.dir, "../examples/summary.rllm"));
const input = { text: "A short article about ships. ".repeat(30) };
const answer = JSON.stringify({
  title: "Ships",
  summary: "Ships carry boxes over the sea.",
  key_points: ["Boxes are steel.", "Ships are large.", "Ports are few."],
});
const store = createBreakerFiles(join(folder, "breakers"));
const listener = createRecorder(await app.store());

interface Subject {
  readonly name: string;
  readonly tools: EngineTools;
  readonly options: AloneOptions;
  readonly times: number[];
}

/** The first model of one, bare. */
const bare = subject("no retries", (id) => instantModel(id, answer), {});
/** With retries, as every model has them: what failover is measured against. */
const before = subject("retries", (id) => withRetry(instantModel(id, answer)), {});
/** The first of two, each with its breaker, under deadlines. */
const after = subject(
  "failover",
  (id) => withRetry(instantModel(id, answer), { breaker: createBreaker(id, { store }) }),
  {
    fallbacks: ["instant/other"],
    deadlines: { connect: null, first: 10_000, gap: null, total: null },
  },
);

const subjects = [bare, before, after];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  // Each goes first in turn: what comes later finds the caches of the machine as the one before
  // left them.
  for (let place = 0; place < subjects.length; place++) {
    const next = subjects[(round + WARM_UP + place) % subjects.length];
    if (next) await measure(next, round >= 0);
  }
}
await app.close();

for (const each of subjects) {
  const share = shareOver(each);
  const target =
    each === after ? `  (target ${TARGET * 100} %)${share > TARGET ? "  MISSED" : ""}` : "";
  const more =
    each === before ? "" : `  ${(share * 100).toFixed(1)} % more than with retries${target}`;
  console.log(`${each.name.padEnd(10)} ${median(each.times).toFixed(1)} µs a run${more}`);
}
process.exit(shareOver(after) > TARGET ? 1 : 0);

/**
 * What a subject takes beyond a run with retries: the median over rounds, in each of which both met
 * the same machine.
 */
function shareOver({ times }: Subject): number {
  return median(times.map((time, index) => time / (before.times[index] ?? Number.NaN) - 1));
}

function subject(name: string, make: (id: string) => Model, options: AloneOptions): Subject {
  return {
    name,
    tools: toolsFor(make),
    options: { listener, model: "instant/model", ...options },
    times: [],
  };
}

/** Models are made once, as an application keeps them. */
function toolsFor(make: (id: string) => Model): EngineTools {
  const models = new Map<string, Model>();
  return {
    ...app.tools,
    catalog: { facts: async () => null },
    async model(id) {
      const model = models.get(id) ?? make(id);
      models.set(id, model);
      return model;
    },
  };
}

async function measure({ tools, options, times }: Subject, counts: boolean): Promise<void> {
  const start = performance.now();
  for (let index = 0; index < RUNS; index++) await runAlone(loaded, input, tools, options);
  if (counts) times.push(((performance.now() - start) / RUNS) * 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
