/**
 * Budgets and limiters in a thousand random trees: parallel children, tools that are programs or
 * functions, budgets within budgets, retries after answers that break the contract and after
 * failures of the server, over several machines in one process.
 */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModullmError } from "../../src/core/error.ts";
import { plainTrace, type RunEvent } from "../../src/core/events.ts";
import { LOCAL_USER } from "../../src/core/principal.ts";
import type { Limits } from "../../src/program/limits.ts";
import type { EngineTools } from "../../src/engine/engine.ts";
import { createLimiters } from "../../src/engine/limiter.ts";
import { runProgram } from "../../src/engine/run.ts";
import type { HostTool } from "../../src/engine/tools/host.ts";
import { createScope } from "../../src/engine/scope.ts";
import { type LoadedProgram, loadProgram } from "../../src/library/load.ts";
import type { Model, ModelPart, ModelRequest } from "../../src/model/model.ts";
import { withRetry } from "../../src/model/retry.ts";
import { programText } from "../cli/command-line.ts";
import { createScript } from "./scripted.ts";

const PRICES = { window: null, maxOutput: 1000, inputPrice: 1, outputPrice: 3 };

interface Meter {
  usd: number;
  tokens: number;
  calls: number;
  busy: number;
  most: number;
}

/** A server that fails, answers badly, and bills what it took in and gave out. */
function metered(random: () => number, meter: Meter): EngineTools {
  async function* call(request: ModelRequest): AsyncGenerator<ModelPart> {
    const prompt = request.messages.reduce((sum, { content }) => sum + content.length / 2, 0);
    const { max_tokens: most = 400, n = 1 } = request.params as { max_tokens?: number; n?: number };
    const fate = random();
    const completion = fate < 0.3 ? 0 : Math.floor(most * random()) * n;
    const billed = fate < 0.15 ? 0 : Math.ceil(prompt);
    meter.calls++;
    meter.tokens += billed + completion;
    meter.usd += (billed * PRICES.inputPrice + completion * PRICES.outputPrice) / 1e6;
    meter.most = Math.max(meter.most, ++meter.busy);
    try {
      for (let turn = random() * 6; turn > 0; turn--) await new Promise(setImmediate);
      if (fate < 0.3) throw unavailable(fate < 0.15 ? 429 : 503);
    } finally {
      meter.busy--;
    }
    const { offers = [], choice = "none" } = request.tools ?? {};
    const calls = choice === "none" || random() < 0.4 ? 0 : Math.ceil(random() * 4);
    for (let index = 0; index < calls; index++) {
      const name = offers[Math.floor(random() * offers.length)]?.name ?? "";
      const written = random() < 0.1 ? "{" : `{"n": "${Math.floor(random() * 20)}", "list": []}`;
      yield { type: "tool-call", id: "c", name: random() < 0.1 ? "no" : name, arguments: written };
    }
    if (calls === 0) yield { type: "text", text: fate < 0.5 ? "bad" : '{"out": "ok"}' };
    const usage = { prompt_tokens: billed, completion_tokens: completion };
    yield { type: "finish", reason: "stop", usage, served: null };
  }
  const { tools } = createScript({});
  const plain: Model = { id: "a/m", window: null, ready: async () => {}, call };
  const model = withRetry(plain, { sleep: async () => {}, random });
  return { ...tools, catalog: { facts: async () => PRICES }, model: async () => model };
}

function unavailable(status: number): ModullmError {
  const details = { status, retryable: true, attempts: 1, reason: "busy" };
  return new ModullmError("RLLM_017", "busy", { details, retryable: true });
}

/**
 * Each level uses the next one, once or for each of a list, or lets its model call it; some have
 * budgets of their own.
 */
async function treeOf(shape: Shape): Promise<LoadedProgram> {
  const folder = mkdtempSync(join(tmpdir(), "trees-"));
  for (let level = 0; level <= shape.depth; level++) {
    const uses = Array.from({ length: level === shape.depth ? 0 : shape.width }, (_, index) => {
      const each = index === 0 ? ", each: '{{input.list}}', on_error: 'null'" : "";
      const value = index === 0 ? "{{item}}" : String(index);
      return `{name: c${index}, path: level${level + 1}.rllm, with: {n: '${value}', list: '{{input.list}}'}${each}}`;
    });
    const front = {
      name: `level${level}`,
      input_schema: "{type: object}",
      llm: "{model: a/m}",
      uses: `[${uses.join(", ")}]`,
      ...(shape.tools > 0 && level < shape.depth ? { tools: toolsOf(shape, level) } : {}),
      max_turns: "4",
      retries: String(shape.retries),
      llm_params: JSON.stringify({
        ...(shape.maxTokens === null ? {} : { max_tokens: shape.maxTokens }),
        ...(shape.n === 1 ? {} : { n: shape.n }),
      }),
      ...(level === 1 && shape.inner !== null ? { budget: `{tokens: ${shape.inner}}` } : {}),
    };
    writeFileSync(join(folder, `level${level}.rllm`), programText(front, `${level} {{input}}`));
  }
  return await loadProgram(join(folder, "level0.rllm"));
}

function toolsOf({ tools }: Shape, level: number): string {
  const entries = Array.from(
    { length: tools },
    (_, index) => `{program: level${level + 1}.rllm, as: t${index}, max_calls: 3}`,
  );
  return `[${entries.join(", ")}]`;
}

/** A function of the host that takes its time, and fails at times. */
const SLOW: HostTool = {
  description: "d",
  input: { type: "object" },
  run: async ({ n }) => {
    await new Promise(setImmediate);
    if (n === "7") throw new Error("no");
    return "x".repeat(100);
  },
};

const shapes = fc.record({
  width: fc.integer({ min: 0, max: 3 }),
  depth: fc.integer({ min: 0, max: 2 }),
  tools: fc.integer({ min: 0, max: 2 }),
  retries: fc.integer({ min: 0, max: 2 }),
  maxTokens: fc.option(fc.integer({ min: 20, max: 300 }), { nil: null }),
  n: fc.constantFrom(1, 1, 3),
  inner: fc.option(fc.integer({ min: 300, max: 3000 }), { nil: null }),
});
type Shape = typeof shapes extends fc.Arbitrary<infer Value> ? Value : never;

const budgets: fc.Arbitrary<Limits> = fc.oneof(
  fc.record({ tokens: fc.integer({ min: 0, max: 8000 }) }),
  fc.record({ usd: fc.double({ min: 0, max: 0.02, noNaN: true }) }),
  fc.record({ calls: fc.integer({ min: 0, max: 25 }) }),
  fc.record({ calls: fc.integer({ min: 0, max: 20 }), tokens: fc.integer({ min: 0, max: 9000 }) }),
);

const machines = fc.record({
  budget: budgets,
  concurrency: fc.integer({ min: 1, max: 5 }),
  /** Runs at once that share the machine's budget. */
  runs: fc.integer({ min: 1, max: 3 }),
});

const EXPECTED: ReadonlySet<string> = new Set([
  "RLLM_012",
  "RLLM_013",
  "RLLM_017",
  "RLLM_020",
  "RLLM_022",
  "RLLM_024",
]);

test("no budget is overspent and no limit passed, whatever fails", async () => {
  const trees = new Map<string, Promise<LoadedProgram>>();
  const seen = { answered: 0, called: 0 };
  const cases = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    shape: shapes,
    machines: fc.array(machines, { minLength: 1, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, shape, machines: all }) => {
      const key = JSON.stringify(shape);
      const making = trees.get(key) ?? treeOf(shape);
      trees.set(key, making);
      const loaded = await making;
      let state = seed;
      const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      await Promise.all(
        all.map(async ({ budget, concurrency, runs }) => {
          const meter = { usd: 0, tokens: 0, calls: 0, busy: 0, most: 0 };
          const tools = metered(random, meter);
          const whole = createScope({
            principal: LOCAL_USER,
            limiters: createLimiters(),
            clock: tools.clock,
          }).within({ name: "the machine", limits: budget });
          await Promise.all(
            Array.from({ length: runs }, async () => {
              const part = whole.within({ name: "a run" });
              const listen = (event: RunEvent): void => {
                if (event.type === "run-end" && event.ok) seen.answered++;
                if (event.type === "tool-start") seen.called++;
              };
              const traces = [plainTrace(listen)];
              const options = {
                traces,
                concurrency,
                ...(shape.tools > 1 ? { tools: { slow: SLOW } } : {}),
              };
              await runProgram(loaded, { list: [1, 2, 3] }, tools, part, options).catch(
                (thrown: ModullmError) => {
                  if (!EXPECTED.has(thrown.code)) throw thrown;
                },
              );
              part.end();
            }),
          );
          for (const [kind, limit] of Object.entries(budget) as [keyof Meter, number][])
            expect(meter[kind]).toBeLessThanOrEqual(limit + 1e-9);
          expect(meter.most).toBeLessThanOrEqual(concurrency);
          const left = whole.budget?.left();
          const back = whole.budget?.leftAtMost();
          // Nothing stays reserved, and what is counted as spent is what was billed at least.
          for (const kind of ["calls", "tokens", "usd"] as const)
            if (left?.[kind] !== back?.[kind])
              expect(left?.[kind]).toBeCloseTo(back?.[kind] ?? Number.NaN, 12);
          if (budget.calls !== undefined) expect(left?.calls).toBe(budget.calls - meter.calls);
        }),
      );
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 1000) },
  );
  expect(seen.answered).toBeGreaterThan(0);
  expect(seen.called).toBeGreaterThan(0);
}, 600_000);
