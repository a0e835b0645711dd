import { expect, test } from "bun:test";
import { evidenceFrom, predict } from "../../src/store/exectime.ts";
import { openStore } from "../../src/store/open.ts";
import { attempt, folder, neverWarn, run } from "./samples.ts";
import type { PredictionNode } from "../../src/store/exectime.ts";
import type { RunRecord } from "../../src/store/store.ts";

function node(path: string, over: Partial<PredictionNode> = {}): PredictionNode {
  return { path, model: "local/test", promptTokens: null, children: [], ...over };
}

/** Latency 200 ms + 0.1 ms a prompt token + 10 ms a completion token; a dollar for a million and for a hundred thousand. */
function steady(count: number): readonly RunRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const promptTokens = 500 + 100 * index;
    const completionTokens = 40 + 20 * (index % 3);
    const usd = promptTokens / 1e6 + completionTokens / 1e5;
    const ms = 200 + promptTokens / 10 + completionTokens * 10;
    return run({ ms, attempts: [attempt({ promptTokens, completionTokens, usd })] });
  });
}

function priced(usd: number | null): readonly RunRecord[] {
  return steady(10).map((each) => ({ ...each, attempts: each.attempts.map((call) => ({ ...call, usd })) }));
}

test("predict() knows nothing without evidence, and counts every entry", () => {
  const kid = node("/kid.rllm");
  const tree = node("/a.rllm", { children: [kid, { ...kid, children: [node("/deep.rllm")] }] });
  expect(predict(tree, () => [], { model: null })).toEqual({
    app_path: "/a.rllm",
    model: null,
    estimated_ms: null,
    root_avg_latency_ms: null,
    deps_avg_latency_ms: null,
    dependency_count: 3,
    p50_ms: null,
    p90_ms: null,
    prompt_tokens: null,
    completion_tokens: null,
    cost_usd: null,
    evidence: {
      runs: 0,
      method: "none",
      nodes: ["/a.rllm", "/kid.rllm", "/kid.rllm", "/deep.rllm"].map((path) => ({
        path,
        model: "local/test",
        runs: 0,
        method: "none",
        estimated_ms: null,
      })),
    },
    missing: ["/a.rllm", "/kid.rllm", "/deep.rllm"],
  });
});

test("predict() adds averages when no input is given", () => {
  const histories: Record<string, readonly RunRecord[]> = {
    "/a.rllm": [run({ ms: 100 }), run({ ms: 300 })],
    "/kid.rllm": [run({ ms: 50 })],
  };
  const kid = node("/kid.rllm");
  const said = predict(node("/a.rllm", { children: [kid, kid] }), (path) => histories[path] ?? [], { model: "m/x" });
  expect(said).toMatchObject({
    model: "m/x",
    estimated_ms: 300,
    root_avg_latency_ms: 200,
    deps_avg_latency_ms: 100,
    dependency_count: 2,
    p50_ms: 300,
    p90_ms: 380,
    prompt_tokens: 30,
    completion_tokens: 18,
    evidence: { runs: 1, method: "average" },
    missing: [],
  });
  expect(said.cost_usd).toBeCloseTo(0.003, 10);
});

test("predict() names the one program that lacks evidence and estimates nothing for the whole", () => {
  const tree = node("/a.rllm", { children: [node("/new.rllm")] });
  const said = predict(tree, (path) => (path === "/a.rllm" ? [run()] : []), { model: null });
  expect(said).toMatchObject({
    estimated_ms: null,
    p90_ms: null,
    cost_usd: null,
    root_avg_latency_ms: 100,
    deps_avg_latency_ms: null,
    evidence: { runs: 0, method: "none" },
    missing: ["/new.rllm"],
  });
  expect(said.evidence.nodes[0]).toMatchObject({ runs: 1, method: "average", estimated_ms: 100 });
});

test("predict() fits tokens from eight runs on, and averages below", () => {
  const tree = node("/a.rllm", { promptTokens: 10_000 });
  const fitted = predict(tree, () => steady(9), { model: null });
  expect(fitted.evidence).toMatchObject({ runs: 9, method: "fit" });
  expect(fitted.estimated_ms).toBeCloseTo(200 + 1000 + 600, 0);
  expect(fitted.completion_tokens).toBe(60);
  expect(fitted.prompt_tokens).toBe(10_000);
  expect(fitted.cost_usd).toBeCloseTo(0.01 + 0.0006, 6);
  expect(fitted.p90_ms ?? 0).toBeGreaterThan(fitted.p50_ms ?? Number.POSITIVE_INFINITY);
  const averaged = predict(tree, () => steady(7), { model: null });
  expect(averaged.evidence).toMatchObject({ runs: 7, method: "average" });
  expect(averaged.prompt_tokens).toBe(10_000);
});

test("predict() takes failed runs and runs without a call for no evidence", () => {
  const runs = [run({ ok: false, error: "RLLM_013" }), run({ attempts: [] })];
  expect(predict(node("/a.rllm"), () => runs, { model: null }).evidence).toMatchObject({ runs: 0, method: "none" });
});

test("predict() leaves the cost open where no price is known, and says nothing costs nothing", () => {
  const tree = node("/a.rllm", { promptTokens: 100 });
  expect(predict(tree, () => priced(null), { model: null }).cost_usd).toBe(null);
  expect(predict(tree, () => priced(0), { model: null }).cost_usd).toBe(0);
});

test("predict() counts the prompt again for the retries that runs needed", () => {
  const retried = Array.from({ length: 8 }, (_, index) => {
    const promptTokens = 100 + index;
    return run({ attempts: [attempt({ promptTokens }), attempt({ promptTokens })] });
  });
  expect(predict(node("/a.rllm", { promptTokens: 300 }), () => retried, { model: null }).prompt_tokens).toBe(600);
});

test("predict() takes the newest five hundred runs", () => {
  const slow = Array.from({ length: 100 }, () => run({ ms: 9000 }));
  const fast = Array.from({ length: 500 }, () => run({ ms: 10 }));
  const said = predict(node("/a.rllm"), () => [...slow, ...fast], { model: null });
  expect(said).toMatchObject({ estimated_ms: 10, evidence: { runs: 500 } });
});

test("evidenceFrom() gives the newest runs of that program and model", async () => {
  using place = folder();
  const store = await openStore({ path: place.file("stats.db"), warn: neverWarn });
  for (let index = 0; index < 502; index++) store.record(run({ started: index, ms: index }));
  store.record(run({ started: 999, model: "other/m" }));
  const runs = evidenceFrom(store)("/programs/a.rllm", "local/test");
  expect(runs).toHaveLength(500);
  expect([runs[0]?.ms, runs.at(-1)?.ms]).toEqual([2, 501]);
  store.close();
});
