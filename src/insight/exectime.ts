import { callBounds } from "./call-bounds.ts";
import type { Estimate, Method } from "./predict-node.ts";
import {
  flat,
  NEWEST,
  type Planned,
  planTree,
  type PredictionNode,
  type RunsOf,
  type TimesFrom,
} from "./predict-plan.ts";
import { sampleTree } from "./predict-sample.ts";
import { quantiles, rounded } from "./quantiles.ts";
import { NO_MODEL, type RunRecord } from "../store/runs.ts";
import type { Store } from "../store/store.ts";

export interface PredictionOptions {
  /** The model asked about, for the report; null when each program's own counts. */
  readonly model: string | null;
  /** Calls at a time to one provider. @default 4, as in a run */
  readonly concurrency?: number;
}

/**
 * What `exectime` prints. Keys are a contract. Null: there is no evidence for a part of the tree.
 */
export interface Prediction {
  readonly app_path: string;
  readonly model: string | null;
  /** Mean, for the whole tree, what can run at the same time doing so. */
  readonly estimated_ms: number | null;
  readonly root_avg_latency_ms: number | null;
  /** Of all it uses, one after the other; 0 when it uses nothing. */
  readonly deps_avg_latency_ms: number | null;
  /** Entries of `uses`, and tools that are programs, all the way down. */
  readonly dependency_count: number;
  /** Calls of models, tries after failures not counted; how many it takes, whatever they answer. */
  readonly least_calls: number;
  /** As far as limits allow; null where a list that is not known yet decides. */
  readonly most_calls: number | null;
  readonly p50_ms: number | null;
  readonly p90_ms: number | null;
  /** Means of the whole tree, like `completion_tokens` and `cost_usd`. */
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  /** Of both kinds together. */
  readonly p50_tokens: number | null;
  readonly p90_tokens: number | null;
  readonly cost_usd: number | null;
  readonly p50_cost_usd: number | null;
  readonly p90_cost_usd: number | null;
  readonly evidence: Evidence;
  /** Paths of the programs without a run on record: what keeps `estimated_ms` from being known. */
  readonly missing: readonly string[];
}

/** What stands behind a part of the prediction. */
export interface Methods {
  readonly latency: Method;
  readonly tokens: Method;
  readonly cost: Method;
}

/** On top the weakest of the nodes, which come root first, level by level. */
export interface Evidence extends Methods {
  readonly runs: number;
  readonly nodes: readonly NodeEvidence[];
}

export interface NodeEvidence extends Methods {
  readonly entry: string | null;
  readonly path: string;
  /** Null for a program that asks none. */
  readonly model: string | null;
  readonly runs: number;
  /** Mean of its own call. */
  readonly estimated_ms: number | null;
  /** Runs below one run of its parent, on average. */
  readonly times: number;
  readonly times_from: TimesFrom;
}

/**
 * How long a run of the whole tree will take and what it will cost, by what is on record; nothing
 * is run.
 */
export function predict(
  tree: PredictionNode,
  runsOf: RunsOf,
  options: PredictionOptions,
): Prediction {
  const root = planTree(tree, runsOf);
  const nodes = flat(root);
  const used = nodes.filter((node) => node.expected > 0);
  const samples = sampleTree(root, options.concurrency ?? DEFAULT_CONCURRENCY);
  const [, ...children] = nodes;
  const evidence = evidenceOf(nodes, used);
  const calls = callBounds(tree);
  const [p50 = null, p90 = null] =
    evidence.latency === "none" ? [] : quantiles([...samples.ms], [0.5, 0.9]);
  const [p50Tokens = null, p90Tokens = null] =
    evidence.tokens === "none" ? [] : quantiles([...samples.tokens], [0.5, 0.9]);
  const [p50Cost = null, p90Cost = null] =
    evidence.cost === "none" ? [] : quantiles([...samples.usd], [0.5, 0.9]);
  const missing = used
    .filter((node) => node.estimate.latency.method === "none")
    .map(({ node }) => node.path);
  return {
    app_path: tree.path,
    model: options.model,
    estimated_ms: evidence.latency === "none" ? null : rounded(samples.meanMs, 3),
    root_avg_latency_ms: rounded(root.estimate.averageMs, 3),
    deps_avg_latency_ms: rounded(
      total(children, ({ estimate }) => estimate.averageMs),
      3,
    ),
    dependency_count: children.length,
    least_calls: calls.least,
    most_calls: calls.most,
    p50_ms: rounded(p50, 3),
    p90_ms: rounded(p90, 3),
    prompt_tokens: rounded(
      total(nodes, ({ estimate }) => estimate.promptTokens),
      0,
    ),
    completion_tokens: rounded(
      total(nodes, ({ estimate }) => estimate.completionTokens),
      0,
    ),
    p50_tokens: rounded(p50Tokens, 0),
    p90_tokens: rounded(p90Tokens, 0),
    cost_usd: rounded(
      total(nodes, ({ estimate }) => meanOf(estimate.cost)),
      10,
    ),
    p50_cost_usd: rounded(p50Cost, 10),
    p90_cost_usd: rounded(p90Cost, 10),
    evidence,
    missing: [...new Set(missing)],
  };
}

/** Reads what is on record of every program of the tree, each once. */
export async function evidenceFrom({ runs }: Store, tree: PredictionNode): Promise<RunsOf> {
  const histories = new Map<string, readonly RunRecord[]>();
  async function read({ path, model, children }: PredictionNode): Promise<void> {
    const key = JSON.stringify([path, model]);
    if (!histories.has(key)) {
      const newest: RunRecord[] = [];
      const filter = { path, model: model ?? NO_MODEL };
      for await (const run of runs.query(filter, { limit: NEWEST })) newest.unshift(run);
      histories.set(key, newest);
    }
    for (const child of children) await read(child);
  }
  await read(tree);
  return (path, model) => histories.get(JSON.stringify([path, model])) ?? [];
}

const DEFAULT_CONCURRENCY = 4;

const STRENGTH: readonly Method[] = ["none", "catalogue", "average", "fit", "file"];

function evidenceOf(nodes: readonly Planned[], used: readonly Planned[]): Evidence {
  function weakest(part: keyof Methods): Method {
    const methods = new Set(used.map(({ estimate }) => estimate[part].method));
    return STRENGTH.find((method) => methods.has(method)) ?? "none";
  }
  const judged = used.filter(({ estimate }) => estimate.latency.method !== "file");
  return {
    runs: judged.length === 0 ? 0 : Math.min(...judged.map(({ estimate }) => estimate.runs)),
    latency: weakest("latency"),
    tokens: weakest("tokens"),
    cost: weakest("cost"),
    nodes: nodes.map(nodeEvidence),
  };
}

function nodeEvidence({ node, estimate, times, timesFrom }: Planned): NodeEvidence {
  return {
    entry: node.entry,
    path: node.path,
    model: node.model,
    runs: estimate.runs,
    latency: estimate.latency.method,
    tokens: estimate.tokens.method,
    cost: estimate.cost.method,
    estimated_ms: rounded(meanOf(estimate.latency), 3),
    times: Number((times.reduce((sum, each) => sum + each, 0) / times.length).toFixed(2)),
    times_from: timesFrom,
  };
}

function meanOf({ spread }: Estimate): number | null {
  return spread === null ? null : spread.mean;
}

/** The sum over all runs of the tree, as often as each happens; null when a part is not known. */
function total(nodes: readonly Planned[], of: (node: Planned) => number | null): number | null {
  return nodes.reduce<number | null>((sum, node) => {
    if (node.expected === 0) return sum;
    const value = of(node);
    return sum === null || value === null ? null : sum + value * node.expected;
  }, 0);
}
