import { bucketQuantiles, quantiles, rounded } from "./quantiles.ts";
import type { Store } from "../store/store.ts";
import type { Counts, RunSummary, Sum } from "../store/run-summary.ts";
import { summarize, sumOf } from "../store/summary.ts";

/**
 * What `stats` prints of one program. Keys are a contract. Null: no run reached what would be
 * counted.
 */
export interface ProgramStats {
  readonly app_path: string;
  /** The model asked about; null for all. */
  readonly model: string | null;
  readonly total_runs: number;
  readonly success_count: number;
  readonly failure_count: number;
  /** Of the runs that asked for an answer. */
  readonly output_schema_compliance_pct: number | null;
  /** Of all runs. */
  readonly input_schema_compliance_pct: number | null;
  /** Of the runs that called a model, retries and waits included, like all that follows. */
  readonly avg_latency_ms: number | null;
  /** Of a run: the sum of its calls. Runs whose provider did not count are left out. */
  readonly avg_prompt_tokens: number | null;
  readonly avg_completion_tokens: number | null;
  readonly max_completion_tokens: number | null;
  readonly ms_per_1k_tokens: number | null;
  readonly latency_ms: {
    readonly p50: number | null;
    readonly p90: number | null;
    readonly p99: number | null;
  };
  readonly tokens: { readonly prompt: number | null; readonly completion: number | null };
  /** Over the runs in which every counted call has a price. */
  readonly cost_usd: {
    readonly total: number | null;
    readonly avg: number | null;
    readonly runs_with_price: number;
  };
  /**
   * Runs whose answer was known from the same call before; they count in none of the figures above
   * but the first five.
   */
  readonly cache_hits: number;
  /** Failed runs by code, the commonest first. */
  readonly errors: Readonly<Record<string, number>>;
  /** Edits made to read answers, by rule, the commonest first. */
  readonly edits: Readonly<Record<string, number>>;
  /** The same by the model that answered, in `calls` calls. */
  readonly edits_by_model: Readonly<
    Record<string, { readonly calls: number; readonly edits: Readonly<Record<string, number>> }>
  >;
  /** Calls of tools, by the tool, the commonest first. */
  readonly tool_calls: Readonly<Record<string, number>>;
}

export interface AllStats {
  readonly programs: readonly ProgramStats[];
}

/** @param summaries those of that program with that model, or with each of its models */
export function statsOf(
  path: string,
  model: string | null,
  summaries: readonly RunSummary[],
): ProgramStats {
  const total = summaries.reduce(
    (sum, each) => sumOf(sum, each, { exact: Number.POSITIVE_INFINITY }),
    summarize([]),
  );
  return {
    app_path: path,
    model,
    total_runs: total.runs,
    success_count: total.ok,
    failure_count: total.runs - total.ok,
    output_schema_compliance_pct: percentage(total.outputOk, total.answered),
    input_schema_compliance_pct: percentage(total.inputOk, total.runs),
    ...usageStats(total),
    cache_hits: total.cached,
    errors: commonestFirst(total.errors),
    edits: commonestFirst(total.edits),
    edits_by_model: Object.fromEntries(
      Object.entries(total.models)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { calls, edits }]) => [name, { calls, edits: commonestFirst(edits) }]),
    ),
    tool_calls: commonestFirst(total.tools),
  };
}

/**
 * Every program that ran (with that model), by path. Programs made from text have no path and are
 * not listed.
 */
export async function statsOfAll({ runs }: Store, model: string | null): Promise<AllStats> {
  const rows = await runs.summaries({ path: null, model });
  const byPath = new Map<string, RunSummary[]>();
  for (const row of rows) byPath.set(row.path, [...(byPath.get(row.path) ?? []), row]);
  return { programs: [...byPath].map(([path, own]) => statsOf(path, model, own)) };
}

type UsageStats = Pick<
  ProgramStats,
  | "avg_latency_ms"
  | "avg_prompt_tokens"
  | "avg_completion_tokens"
  | "max_completion_tokens"
  | "ms_per_1k_tokens"
  | "latency_ms"
  | "tokens"
  | "cost_usd"
>;

function usageStats(total: RunSummary): UsageStats {
  const { called, ms, prompt, completion, most, pace, usd, latencies } = total;
  const [p50 = null, p90 = null, p99 = null] =
    "exact" in latencies
      ? quantiles(latencies.exact, FRACTIONS)
      : bucketQuantiles(latencies.buckets, FRACTIONS);
  return {
    avg_latency_ms: rounded(called === 0 ? null : ms / called, 3),
    avg_prompt_tokens: rounded(mean(prompt), 2),
    avg_completion_tokens: rounded(mean(completion), 2),
    max_completion_tokens: most,
    ms_per_1k_tokens: rounded(pace.tokens === 0 ? null : (pace.ms * 1000) / pace.tokens, 3),
    latency_ms: { p50: rounded(p50, 3), p90: rounded(p90, 3), p99: rounded(p99, 3) },
    tokens: { prompt: known(prompt), completion: known(completion) },
    cost_usd: {
      total: rounded(known(usd), 10),
      avg: rounded(mean(usd), 10),
      runs_with_price: usd.runs,
    },
  };
}

const FRACTIONS = [0.5, 0.9, 0.99];

function mean({ runs, sum }: Sum): number | null {
  return runs === 0 ? null : sum / runs;
}

/** The sum of what is known; null when nothing is. */
function known({ runs, sum }: Sum): number | null {
  return runs === 0 ? null : sum;
}

function percentage(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded((100 * part) / whole, 2);
}

function commonestFirst(counts: Counts): Counts {
  return Object.fromEntries(
    Object.entries(counts).toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
  );
}
