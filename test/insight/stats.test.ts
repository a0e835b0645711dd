import { expect, test } from "bun:test";
import { openStore } from "../../src/store/open.ts";
import { quantiles } from "../../src/insight/quantiles.ts";
import { statsOf, statsOfAll } from "../../src/insight/stats.ts";
import { summarize, sumOf } from "../../src/store/summary.ts";
import { attempt, folder, neverWarn, run } from "../store/samples.ts";
import { createDice, logNormal } from "../store/tree-runs.ts";

test("statsOf() of no runs is zeros and nulls", () => {
  expect(statsOf("/a.rllm", null, [])).toEqual({
    app_path: "/a.rllm",
    model: null,
    total_runs: 0,
    success_count: 0,
    failure_count: 0,
    output_schema_compliance_pct: null,
    input_schema_compliance_pct: null,
    avg_latency_ms: null,
    avg_prompt_tokens: null,
    avg_completion_tokens: null,
    max_completion_tokens: null,
    ms_per_1k_tokens: null,
    latency_ms: { p50: null, p90: null, p99: null },
    tokens: { prompt: null, completion: null },
    cost_usd: { total: null, avg: null, runs_with_price: 0 },
    cache_hits: 0,
    errors: {},
    edits: {},
    edits_by_model: {},
    tool_calls: {},
  });
});

test("statsOf() of one run that succeeded", () => {
  expect(statsOf("/a.rllm", "local/test", [summarize([run()])])).toEqual({
    app_path: "/a.rllm",
    model: "local/test",
    total_runs: 1,
    success_count: 1,
    failure_count: 0,
    output_schema_compliance_pct: 100,
    input_schema_compliance_pct: 100,
    avg_latency_ms: 100,
    avg_prompt_tokens: 10,
    avg_completion_tokens: 6,
    max_completion_tokens: 6,
    ms_per_1k_tokens: 6250,
    latency_ms: { p50: 100, p90: 100, p99: 100 },
    tokens: { prompt: 10, completion: 6 },
    cost_usd: { total: 0.001, avg: 0.001, runs_with_price: 1 },
    cache_hits: 0,
    errors: {},
    edits: {},
    edits_by_model: { "local/test": { calls: 1, edits: {} } },
    tool_calls: {},
  });
});

test("statsOf() counts the tokens of every attempt of a failed run", () => {
  const failed = run({
    ok: false,
    error: "RLLM_013",
    outputOk: false,
    attempts: [attempt(), attempt()],
  });
  expect(statsOf("/a.rllm", null, [summarize([failed])])).toMatchObject({
    total_runs: 1,
    success_count: 0,
    failure_count: 1,
    output_schema_compliance_pct: 0,
    input_schema_compliance_pct: 100,
    avg_prompt_tokens: 20,
    avg_completion_tokens: 12,
    errors: { RLLM_013: 1 },
  });
});

test("statsOf() knows nothing of answers when the input was refused", () => {
  const refused = run({
    ok: false,
    error: "RLLM_004",
    inputOk: false,
    outputOk: null,
    ms: 0.2,
    attempts: [],
  });
  expect(statsOf("/a.rllm", null, [summarize([refused])])).toMatchObject({
    failure_count: 1,
    input_schema_compliance_pct: 0,
    output_schema_compliance_pct: null,
    avg_latency_ms: null,
    avg_prompt_tokens: null,
  });
  const mixed = statsOf("/a.rllm", null, [summarize([refused, run()])]);
  expect(mixed).toMatchObject({
    input_schema_compliance_pct: 50,
    output_schema_compliance_pct: 100,
    avg_latency_ms: 100,
  });
});

test("statsOf() never takes an unknown price or count for zero", () => {
  const free = run({ attempts: [attempt({ usd: 0 })] });
  const unpriced = run({ attempts: [attempt({ usd: null })] });
  const fellBack = run({
    attempts: [
      attempt({ promptTokens: null, completionTokens: null, usd: null, error: "RLLM_017" }),
      attempt(),
    ],
  });
  const half = run({ attempts: [attempt(), attempt({ usd: null })] });
  const uncounted = run({
    attempts: [attempt({ promptTokens: null, completionTokens: null, usd: null })],
  });
  const stats = statsOf("/a.rllm", null, [summarize([free, unpriced, fellBack, half, uncounted])]);
  expect(stats.cost_usd).toEqual({ total: 0.001, avg: 0.0005, runs_with_price: 2 });
  expect(stats.avg_prompt_tokens).toBe(12.5);
  expect(stats.tokens).toEqual({ prompt: 50, completion: 30 });
  expect(statsOf("/a.rllm", null, [summarize([unpriced])]).cost_usd).toEqual({
    total: null,
    avg: null,
    runs_with_price: 0,
  });
});

test("statsOf() tallies edits and errors, the commonest first", () => {
  const stats = statsOf("/a.rllm", null, [
    summarize([
      run({ ok: false, error: "RLLM_017" }),
      run({ ok: false, error: "RLLM_013", attempts: [attempt({ edits: ["quote", "comma"] })] }),
      run({
        ok: false,
        error: "RLLM_013",
        attempts: [attempt({ edits: ["comma"] }), attempt({ edits: ["comma"] })],
      }),
    ]),
  ]);
  expect(Object.entries(stats.errors)).toEqual([
    ["RLLM_013", 2],
    ["RLLM_017", 1],
  ]);
  expect(Object.entries(stats.edits)).toEqual([
    ["comma", 3],
    ["quote", 1],
  ]);
  expect(stats.edits_by_model).toEqual({
    "local/test": { calls: 4, edits: { comma: 3, quote: 1 } },
  });
});

test("quantiles() lie on the line between two values", () => {
  expect(quantiles([4, 1, 3, 2], [0, 0.5, 0.9, 1])).toEqual([1, 2.5, 3.7, 4]);
  expect(quantiles([], [0.5])).toEqual([null]);
});

test("percentiles of many runs lie within one percent of the exact ones", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const dice = createDice(seed);
    const runs = Array.from({ length: 3000 }, () =>
      run({ ms: logNormal(dice, 10 ** (seed % 6), 0.2 + seed / 10) }),
    );
    let counted = summarize([]);
    for (let at = 0; at < runs.length; at += 60)
      counted = sumOf(counted, summarize(runs.slice(at, at + 60)));
    const [p50 = 0, p90 = 0, p99 = 0] = quantiles(
      runs.map(({ ms }) => ms),
      [0.5, 0.9, 0.99],
    );
    const { latency_ms: said } = statsOf("/a.rllm", null, [counted]);
    for (const [near, exact] of [
      [said.p50, p50],
      [said.p90, p90],
      [said.p99, p99],
    ] as const)
      expect(Math.abs((near ?? 0) / (exact ?? 0) - 1)).toBeLessThan(0.01);
  }
});

test("statsOfAll() lists every program by path, each with its own numbers", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  for (const path of ["/b.rllm", "/a.rllm", "/b.rllm", ""]) store.runs.append(run({ path }));
  store.runs.append(run({ path: "/c.rllm", model: "other/m" }));
  const { programs } = await statsOfAll(store, "local/test");
  expect(programs.map((program) => [program.app_path, program.model, program.total_runs])).toEqual([
    ["/a.rllm", "local/test", 1],
    ["/b.rllm", "local/test", 2],
  ]);
  expect((await statsOfAll(store, null)).programs).toHaveLength(3);
  await store.close();
});
