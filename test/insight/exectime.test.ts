import { expect, test } from "bun:test";
import { evidenceFrom, predict } from "../../src/insight/exectime.ts";
import { openStore } from "../../src/store/open.ts";
import { attempt, folder, neverWarn, run } from "../store/samples.ts";
import type { PredictionNode } from "../../src/insight/predict-plan.ts";
import type { RunRecord } from "../../src/store/runs.ts";

function node(path: string, over: Partial<PredictionNode> = {}): PredictionNode {
  return {
    path,
    name: path.slice(1, -5),
    model: "local/test",
    hasBlocks: false,
    entry: null,
    reads: [],
    times: { count: 1, from: "file" },
    calls: { least: 1, most: 3 },
    mostTimes: null,
    promptTokens: null,
    promptKnown: over.promptTokens !== undefined,
    maxCompletion: null,
    facts: null,
    children: [],
    ...over,
  };
}

/** A node as the entry of that name. */
function entry(name: string, over: Partial<PredictionNode> = {}): PredictionNode {
  return node(`/${name}.rllm`, { entry: name, ...over });
}

function always(ms: number, over: Partial<RunRecord> = {}): readonly RunRecord[] {
  return Array.from({ length: 60 }, () => run({ ms, attempts: [attempt({ ms })], ...over }));
}

function historyOf(
  histories: Readonly<Record<string, readonly RunRecord[]>>,
): (path: string) => readonly RunRecord[] {
  return (path) => histories[path] ?? [];
}

/**
 * Latency 200 ms + 0.1 ms a prompt token + 10 ms a completion token; a dollar for a million and for
 * a hundred thousand.
 */
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
  return steady(10).map((each) => ({
    ...each,
    attempts: each.attempts.map((call) => ({ ...call, usd })),
  }));
}

test("predict() knows nothing without evidence, and counts every entry", () => {
  const kid = entry("kid");
  const tree = node("/a.rllm", {
    children: [kid, { ...kid, entry: "kid2", children: [entry("deep")] }],
  });
  const nothing = { runs: 0, latency: "none", tokens: "none", cost: "none" } as const;
  const entries = [null, "kid", "kid2", "deep"];
  const paths = ["/a.rllm", "/kid.rllm", "/kid.rllm", "/deep.rllm"];
  expect(predict(tree, () => [], { model: null })).toEqual({
    app_path: "/a.rllm",
    model: null,
    estimated_ms: null,
    root_avg_latency_ms: null,
    deps_avg_latency_ms: null,
    dependency_count: 3,
    least_calls: 4,
    most_calls: 12,
    p50_ms: null,
    p90_ms: null,
    prompt_tokens: null,
    completion_tokens: null,
    p50_tokens: null,
    p90_tokens: null,
    cost_usd: null,
    p50_cost_usd: null,
    p90_cost_usd: null,
    evidence: {
      ...nothing,
      nodes: entries.map((name, index) => ({
        entry: name,
        path: paths[index] ?? "",
        model: "local/test",
        ...nothing,
        estimated_ms: null,
        times: 1,
        times_from: "file" as const,
      })),
    },
    missing: ["/a.rllm", "/kid.rllm", "/deep.rllm"],
  });
});

test("predict() takes the averages of past runs when no input is given", () => {
  const said = predict(node("/a.rllm"), () => [run({ ms: 100 }), run({ ms: 300 })], {
    model: "m/x",
  });
  expect(said).toMatchObject({
    model: "m/x",
    estimated_ms: 200,
    root_avg_latency_ms: 200,
    deps_avg_latency_ms: 0,
    prompt_tokens: 10,
    completion_tokens: 6,
    evidence: { runs: 2, latency: "average", tokens: "average", cost: "average" },
    missing: [],
  });
  expect(said.cost_usd).toBeCloseTo(0.001, 10);
  expect(said.p50_ms ?? 0).toBeCloseTo(Math.sqrt(100 * 300), -1);
});

test("predict() takes the longest of what runs at the same time, and adds tokens and dollars up", () => {
  const history = historyOf({
    "/a.rllm": always(100),
    "/b.rllm": always(400),
    "/c.rllm": always(1000),
  });
  const children = [entry("b"), entry("c"), entry("b", { entry: "b2" })];
  const said = predict(node("/a.rllm", { children }), history, { model: null });
  expect(said).toMatchObject({
    estimated_ms: 1100,
    root_avg_latency_ms: 100,
    deps_avg_latency_ms: 1800,
    dependency_count: 3,
    prompt_tokens: 40,
    completion_tokens: 24,
    p50_tokens: 64,
    p90_tokens: 64,
  });
  expect(said.cost_usd).toBeCloseTo(0.004, 10);
  expect(said.p90_ms ?? 0).toBeWithin(1100, 1300);
});

test("predict() lets an entry wait for those it reads", () => {
  const history = historyOf({
    "/a.rllm": always(100),
    "/b.rllm": always(400),
    "/c.rllm": always(1000),
  });
  const children = [entry("b", { reads: ["c"] }), entry("c")];
  expect(predict(node("/a.rllm", { children }), history, { model: null }).estimated_ms).toBe(1500);
});

test("predict() keeps to so many calls at a time to one provider", () => {
  const history = historyOf({ "/a.rllm": always(100), "/b.rllm": always(400) });
  const children = Array.from({ length: 6 }, (_, index) => entry("b", { entry: `b${index}` }));
  const tree = node("/a.rllm", { children });
  expect(predict(tree, history, { model: null }).estimated_ms).toBe(900);
  expect(predict(tree, history, { model: null, concurrency: 1 }).estimated_ms).toBe(2500);
  expect(predict(tree, history, { model: null, concurrency: 6 }).estimated_ms).toBe(500);
  const elsewhere = children.map((child, index) =>
    index < 3 ? { ...child, model: "other/test" } : child,
  );
  expect(predict({ ...tree, children: elsewhere }, history, { model: null }).estimated_ms).toBe(
    500,
  );
});

test("predict() runs an entry once for each element it is known to have", () => {
  const history = historyOf({ "/a.rllm": always(100), "/b.rllm": always(400) });
  const times = { count: 10, from: "input" } as const;
  const said = predict(node("/a.rllm", { children: [entry("b", { times })] }), history, {
    model: null,
  });
  expect(said).toMatchObject({ estimated_ms: 1300, prompt_tokens: 110, dependency_count: 1 });
  expect(said.evidence.nodes[1]).toMatchObject({ entry: "b", times: 10, times_from: "input" });
});

test("predict() asks nothing of an entry that is known to be skipped", () => {
  const times = { count: 0, from: "input" } as const;
  const tree = node("/a.rllm", { children: [entry("b", { times, children: [entry("c")] })] });
  const said = predict(tree, historyOf({ "/a.rllm": always(100) }), { model: null });
  expect(said).toMatchObject({
    estimated_ms: 100,
    deps_avg_latency_ms: 0,
    dependency_count: 2,
    missing: [],
  });
  expect(said.evidence).toMatchObject({ runs: 60, latency: "average" });
});

test("predict() takes the number of elements from past runs where the input does not say", () => {
  const parents = [3, 5].map((_, index) => run({ id: `p${index}`, ms: 100, started: 10 * index }));
  const kids = [3, 5].flatMap((count, index) =>
    Array.from({ length: count }, () =>
      run({
        path: "/b.rllm",
        parent: `p${index}`,
        started: 10 * index + 1,
        attempts: [attempt({ ms: 40 })],
      }),
    ),
  );
  const tree = node("/a.rllm", { children: [entry("b", { times: null })] });
  const said = predict(tree, historyOf({ "/a.rllm": parents, "/b.rllm": kids }), { model: null });
  expect(said.evidence.nodes[1]).toMatchObject({ times: 4, times_from: "runs" });
  expect(said.prompt_tokens).toBe(50);
});

test("predict() does not count the parent's runs from before the child was first used with this model", () => {
  const parents = ["old", "older", "new"].map((id, index) => run({ id, started: index }));
  const kids = [1, 2].map((started) =>
    run({ path: "/b.rllm", parent: "new", started: 2 + started }),
  );
  const tree = node("/a.rllm", { children: [entry("b", { times: null })] });
  const said = predict(tree, historyOf({ "/a.rllm": parents, "/b.rllm": kids }), { model: null });
  expect(said.evidence.nodes[1]).toMatchObject({ times: 2, times_from: "runs" });
});

test("predict() says where it takes an entry to run once for want of anything better", () => {
  const tree = node("/a.rllm", { children: [entry("b", { times: null })] });
  const said = predict(tree, historyOf({ "/a.rllm": always(100) }), { model: null });
  expect(said.evidence.nodes[1]).toMatchObject({ times: 1, times_from: "guess" });
});

test("predict() leaves out what a child waited for room, which the schedule adds again", () => {
  const waited = [1, 2, 3].map(() =>
    run({ ms: 900, parent: "p", attempts: [attempt({ ms: 200 })] }),
  );
  expect(predict(node("/a.rllm"), () => waited, { model: null }).estimated_ms).toBe(200);
});

test("predict() takes an answer that was kept from before for no evidence", () => {
  const kept = run({
    ms: 0,
    attempts: [attempt({ ms: 0, promptTokens: 0, completionTokens: 0, usd: 0, cached: "store" })],
  });
  const said = predict(node("/a.rllm"), () => [kept, run({ ms: 100 })], { model: null });
  expect(said).toMatchObject({ estimated_ms: 100, prompt_tokens: 10, evidence: { runs: 1 } });
});

test("predict() goes by the catalogue where nothing ran, and then knows no latency", () => {
  const facts = { window: 128_000, maxOutput: 16_000, inputPrice: 1, outputPrice: 10 };
  const said = predict(node("/a.rllm", { promptTokens: 1000, facts }), () => [], { model: null });
  expect(said).toMatchObject({
    estimated_ms: null,
    p90_ms: null,
    prompt_tokens: 1000,
    p50_tokens: 1256,
    evidence: { runs: 0, latency: "none", tokens: "catalogue", cost: "catalogue" },
    missing: ["/a.rllm"],
  });
  expect(said.p50_cost_usd).toBeCloseTo(0.001 + 0.00256, 5);
  expect(said.p90_cost_usd ?? 0).toBeGreaterThan(0.008);
  const bounded = predict(
    node("/a.rllm", { promptTokens: 1000, facts, maxCompletion: 300 }),
    () => [],
    {
      model: null,
    },
  );
  expect(bounded.p90_tokens).toBe(1300);
  const unpriced = predict(node("/a.rllm", { promptTokens: 1000 }), () => [], { model: null });
  expect(unpriced).toMatchObject({
    p50_tokens: 1256,
    cost_usd: null,
    evidence: { tokens: "catalogue", cost: "none" },
  });
});

test("predict() prices past runs by the catalogue where their price was not known", () => {
  const facts = { window: null, maxOutput: null, inputPrice: 1, outputPrice: 10 };
  const said = predict(node("/a.rllm", { facts }), () => priced(null), { model: null });
  expect(said.evidence).toMatchObject({ latency: "average", tokens: "average", cost: "catalogue" });
  expect(said.cost_usd).toBeCloseTo((950 + 58 * 10) / 1e6, 6);
});

test("predict() says the same of the same tree", () => {
  const tree = node("/a.rllm", { children: [entry("b"), entry("c", { reads: ["b"] })] });
  const ask = () => predict(tree, () => steady(9), { model: null });
  expect(ask()).toEqual(ask());
});

test("predict() names the one program that lacks evidence and estimates nothing for the whole", () => {
  const tree = node("/a.rllm", { children: [entry("new")] });
  const said = predict(tree, (path) => (path === "/a.rllm" ? [run()] : []), { model: null });
  expect(said).toMatchObject({
    estimated_ms: null,
    p90_ms: null,
    cost_usd: null,
    root_avg_latency_ms: 100,
    deps_avg_latency_ms: null,
    evidence: { runs: 0, latency: "none", tokens: "none", cost: "none" },
    missing: ["/new.rllm"],
  });
  expect(said.evidence.nodes[0]).toMatchObject({ runs: 1, latency: "average", estimated_ms: 100 });
});

test("predict() fits tokens from eight runs on, and averages below", () => {
  const tree = node("/a.rllm", { promptTokens: 10_000 });
  const fitted = predict(tree, () => steady(9), { model: null });
  expect(fitted.evidence).toMatchObject({ runs: 9, latency: "fit", tokens: "fit", cost: "fit" });
  expect(fitted.estimated_ms).toBeCloseTo(200 + 1000 + 600, 0);
  expect(fitted.completion_tokens).toBe(60);
  expect(fitted.prompt_tokens).toBe(10_000);
  expect(fitted.cost_usd).toBeCloseTo(0.01 + 0.0006, 6);
  expect(fitted.p90_ms ?? 0).toBeGreaterThan(fitted.p50_ms ?? Number.POSITIVE_INFINITY);
  const averaged = predict(tree, () => steady(7), { model: null });
  expect(averaged.evidence).toMatchObject({ runs: 7, latency: "average", tokens: "fit" });
  expect(averaged.prompt_tokens).toBe(10_000);
});

test("predict() takes failed runs and runs without a call for no evidence", () => {
  const runs = [run({ ok: false, error: "RLLM_013" }), run({ attempts: [] })];
  expect(predict(node("/a.rllm"), () => runs, { model: null }).evidence).toMatchObject({
    runs: 0,
    latency: "none",
  });
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
  expect(
    predict(node("/a.rllm", { promptTokens: 300 }), () => retried, { model: null }).prompt_tokens,
  ).toBe(600);
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
  for (let index = 0; index < 502; index++) store.runs.append(run({ started: index, ms: index }));
  store.runs.append(run({ started: 999, model: "other/m" }));
  const runs = (await evidenceFrom(store, node("/programs/a.rllm")))(
    "/programs/a.rllm",
    "local/test",
  );
  expect(runs).toHaveLength(500);
  expect([runs[0]?.ms, runs.at(-1)?.ms]).toEqual([2, 501]);
  await store.close();
});

test("predict() counts calls at least and at most: tools may not be called, or up to their limits", () => {
  const tool = entry("tool", { times: null, mostTimes: 5, calls: { least: 1, most: 2 } });
  const tree = node("/a.rllm", {
    calls: { least: 1, most: 8 },
    children: [entry("kid", { times: { count: 3, from: "input" } }), tool],
  });
  const bounds = predict(tree, () => [], { model: null });
  expect(bounds).toMatchObject({ least_calls: 4, most_calls: 8 + 3 * 3 + 5 * 2 });
  const open = node("/a.rllm", { children: [entry("kid", { times: null })] });
  const unknown = predict(open, () => [], { model: null });
  expect(unknown).toMatchObject({ least_calls: 1, most_calls: null });
});

test("predict() takes a tool for called as often as it was, and for not called where it never was", () => {
  const tree = node("/a.rllm", {
    children: [
      entry("used", { times: null, mostTimes: 9 }),
      entry("idle", { times: null, mostTimes: 9 }),
    ],
  });
  const parents = always(100).map((each, index) => ({ ...each, id: `a${index}`, started: index }));
  const used = parents.flatMap(({ id, started }) =>
    [1, 2].map((n) =>
      run({ id: `${id}-${n}`, parent: id, started, ms: 10, attempts: [attempt()] }),
    ),
  );
  const found = predict(tree, historyOf({ "/a.rllm": parents, "/used.rllm": used }), {
    model: null,
  });
  expect(found.estimated_ms).not.toBeNull();
  expect(found.missing).toEqual([]);
  expect(found.evidence.nodes).toMatchObject([
    { entry: null },
    { entry: "used", times: 2, times_from: "runs" },
    { entry: "idle", times: 0, times_from: "runs" },
  ]);
});
