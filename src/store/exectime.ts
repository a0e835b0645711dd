import { fit, valueAt } from "./fit.ts";
import { average, quantiles, rounded, usageOf } from "./stats.ts";
import type { RunRecord, RunStore } from "./store.ts";

/** A program and what it uses, once for each entry that uses it. */
export interface PredictionNode {
  readonly path: string;
  /** The model it would be run with. */
  readonly model: string;
  /** Tokens of its first request; null where they depend on what is not known yet. */
  readonly promptTokens: number | null;
  readonly children: readonly PredictionNode[];
}

/** Runs of a program with a model, newest last. */
export type RunsOf = (path: string, model: string) => readonly RunRecord[];

/** `fit`: a line through latency and tokens. `average`: of past runs, whatever the input. */
export type Method = "fit" | "average" | "none";

/** What `exectime` prints. Keys are a contract. Null: there is no evidence for a part of the tree. */
export interface Prediction {
  readonly app_path: string;
  /** The model asked about; null when each program's own counts. */
  readonly model: string | null;
  /** For the whole tree, one program after the other. */
  readonly estimated_ms: number | null;
  readonly root_avg_latency_ms: number | null;
  /** 0 when it uses nothing. */
  readonly deps_avg_latency_ms: number | null;
  /** Entries of `uses`, all the way down. */
  readonly dependency_count: number;
  readonly p50_ms: number | null;
  readonly p90_ms: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly cost_usd: number | null;
  readonly evidence: Evidence;
  /** Paths of the programs without evidence. */
  readonly missing: readonly string[];
}

/** What stands behind the estimate: on top the weakest of the nodes, which come root first. */
export interface Evidence {
  readonly runs: number;
  readonly method: Method;
  readonly nodes: readonly NodeEvidence[];
}

export interface NodeEvidence {
  readonly path: string;
  readonly model: string;
  readonly runs: number;
  readonly method: Method;
  readonly estimated_ms: number | null;
}

/** How long a run of the whole tree will take and what it will cost, by what is on record; nothing is run. */
export function predict(tree: PredictionNode, runsOf: RunsOf, options: { readonly model: string | null }): Prediction {
  const nodes = flat(tree).map((node) => estimate(node, runsOf(node.path, node.model).slice(-NEWEST)));
  const [root, ...children] = nodes;
  const missing = new Set(nodes.filter((node) => node.method === "none").map((node) => node.path));
  return {
    app_path: tree.path,
    model: options.model,
    estimated_ms: rounded(total(nodes.map((node) => node.ms)), 3),
    root_avg_latency_ms: rounded(root?.averageMs ?? null, 3),
    deps_avg_latency_ms: rounded(total(children.map((node) => node.averageMs)), 3),
    dependency_count: children.length,
    p50_ms: rounded(total(nodes.map((node) => node.p50)), 3),
    p90_ms: rounded(total(nodes.map((node) => node.p90)), 3),
    prompt_tokens: rounded(total(nodes.map((node) => node.promptTokens)), 0),
    completion_tokens: rounded(total(nodes.map((node) => node.completionTokens)), 0),
    cost_usd: rounded(total(nodes.map((node) => node.usd)), 10),
    evidence: evidenceOf(nodes),
    missing: [...missing],
  };
}

export function evidenceFrom(store: RunStore): RunsOf {
  return (path, model) => store.runs({ path, model, limit: NEWEST });
}

/** How many of the newest runs count: a model's speed of last year says little. */
const NEWEST = 500;

/** A line through fewer points says more about the points than about the program. */
const LEAST_RUNS_FOR_FIT = 8;

interface Estimate {
  readonly path: string;
  readonly model: string;
  readonly runs: number;
  readonly method: Method;
  readonly ms: number | null;
  readonly averageMs: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly usd: number | null;
}

/** A run in the numbers a fit needs. */
interface Sample {
  readonly ms: number;
  /** Tokens of the first counted request, which is what `PredictionNode.promptTokens` predicts. */
  readonly first: number;
  readonly prompt: number;
  readonly completion: number;
  readonly usd: number | null;
}

function flat(node: PredictionNode): readonly PredictionNode[] {
  return [node, ...node.children.flatMap(flat)];
}

/** Failed runs are no evidence of how long one that works will take; retries within a run that worked are. */
function estimate(node: PredictionNode, runs: readonly RunRecord[]): Estimate {
  const useful = runs.filter((run) => run.ok && run.attempts.length > 0);
  const samples = useful.map(sampleOf).filter((sample) => sample !== null);
  const { promptTokens } = node;
  const fitted = promptTokens === null || samples.length < LEAST_RUNS_FOR_FIT ? null : byFit(promptTokens, samples);
  const latencies = useful.map((run) => run.ms);
  const averageMs = average(latencies);
  const about = { path: node.path, model: node.model, averageMs };
  if (fitted !== null) return { ...about, runs: samples.length, method: "fit", ...fitted };
  const usages = useful.map(usageOf);
  const [p50 = null, p90 = null] = quantiles(latencies, [0.5, 0.9]);
  return {
    ...about,
    runs: useful.length,
    method: useful.length === 0 ? "none" : "average",
    ms: averageMs,
    p50,
    p90,
    promptTokens: promptTokens ?? average(usages.map((usage) => usage.prompt).filter((value) => value !== null)),
    completionTokens: average(usages.map((usage) => usage.completion).filter((value) => value !== null)),
    usd: average(usages.map((usage) => usage.usd).filter((value) => value !== null)),
  };
}

type Fitted = Pick<Estimate, "ms" | "p50" | "p90" | "promptTokens" | "completionTokens" | "usd">;

/**
 * The length of the answer is not known beforehand: the mean stands in for it, and how far past runs were from such a
 * prediction gives the percentiles.
 */
function byFit(promptTokens: number, samples: readonly Sample[]): Fitted | null {
  const line = fit(
    samples.map((sample) => [1, sample.first, sample.completion]),
    samples.map((sample) => sample.ms),
  );
  if (line === null) return null;
  const completion = average(samples.map((sample) => sample.completion)) ?? 0;
  const misses = samples.map((sample) => sample.ms - valueAt(line, [1, sample.first, completion]));
  const [middle, high] = quantiles(misses, [0.5, 0.9]);
  const ms = valueAt(line, [1, promptTokens, completion]);
  // Retries send the prompt again.
  const repeats =
    sumOf(samples, (sample) => sample.prompt) /
    Math.max(
      1,
      sumOf(samples, (sample) => sample.first),
    );
  const prompt = promptTokens * repeats;
  return {
    ms,
    p50: Math.max(0, ms + (middle ?? 0)),
    p90: Math.max(0, ms + (high ?? 0)),
    promptTokens: prompt,
    completionTokens: completion,
    usd: costByFit([prompt, completion], samples),
  };
}

/** Prices are linear in tokens; runs without a price don't count. Null without any. */
function costByFit(tokens: readonly [number, number], samples: readonly Sample[]): number | null {
  const priced = samples.filter((sample) => sample.usd !== null);
  if (priced.length === 0) return null;
  if (priced.every((sample) => sample.usd === 0)) return 0;
  const prices = fit(
    priced.map((sample) => [sample.prompt, sample.completion]),
    priced.map((sample) => sample.usd ?? 0),
  );
  return prices === null ? null : valueAt(prices, tokens);
}

function sampleOf(run: RunRecord): Sample | null {
  const { prompt, completion, usd } = usageOf(run);
  const first = run.attempts.find((attempt) => attempt.promptTokens !== null)?.promptTokens ?? null;
  if (prompt === null || completion === null || first === null) return null;
  return { ms: run.ms, first, prompt, completion, usd };
}

function evidenceOf(nodes: readonly Estimate[]): Evidence {
  const strength: readonly Method[] = ["none", "average", "fit"];
  const methods = new Set(nodes.map((node) => node.method));
  return {
    runs: nodes.reduce((least, node) => Math.min(least, node.runs), Number.POSITIVE_INFINITY),
    method: strength.find((method) => methods.has(method)) ?? "none",
    nodes: nodes.map(({ path, model, runs, method, ms }) => ({
      path,
      model,
      runs,
      method,
      estimated_ms: rounded(ms, 3),
    })),
  };
}

/** The sum; null when a part is not known. */
function total(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function sumOf(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return samples.reduce((sum, sample) => sum + of(sample), 0);
}
