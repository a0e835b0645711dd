import type { AttemptRecord, RunRecord, RunStore } from "../store/store.ts";

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
}

export interface AllStats {
  readonly programs: readonly ProgramStats[];
}

/** Tokens and dollars of a whole run: the sum over its calls; null where nothing was counted. */
export interface RunUsage {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly usd: number | null;
}

/** @param runs the runs of that program with that model, in any order */
export function statsOf(
  path: string,
  model: string | null,
  runs: readonly RunRecord[],
): ProgramStats {
  const called = runs.filter((run) => run.attempts.some((attempt) => !attempt.cached));
  const answered = runs.filter((run) => run.outputOk !== null);
  const succeeded = count(runs, (run) => run.ok);
  return {
    app_path: path,
    model,
    total_runs: runs.length,
    success_count: succeeded,
    failure_count: runs.length - succeeded,
    output_schema_compliance_pct: percentage(answered, (run) => run.outputOk === true),
    input_schema_compliance_pct: percentage(runs, (run) => run.inputOk),
    ...usageStats(called),
    cache_hits: count(runs, (run) => run.attempts.some((attempt) => attempt.cached)),
    errors: tally(runs.filter((run) => !run.ok).map((run) => run.error ?? "unknown")),
    edits: tally(runs.flatMap((run) => run.attempts.flatMap((attempt) => attempt.edits))),
    edits_by_model: editsByModel(
      runs.flatMap((run) => run.attempts.filter((attempt) => !attempt.cached)),
    ),
  };
}

/**
 * Every program that ran (with that model), by path. Programs made from text have no path and are
 * not listed.
 */
export function statsOfAll(store: RunStore, model: string | null): AllStats {
  const runs = store.runs({ path: null, model }).filter((run) => run.path !== "");
  const byPath = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const others = byPath.get(run.path);
    if (others === undefined) byPath.set(run.path, [run]);
    else others.push(run);
  }
  const programs = [...byPath].toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  return { programs: programs.map(([path, own]) => statsOf(path, model, own)) };
}

export function usageOf(run: RunRecord): RunUsage {
  let prompt: number | null = null;
  let completion: number | null = null;
  let usd: number | null = null;
  let unpriced = false;
  for (const attempt of run.attempts) {
    if (attempt.promptTokens !== null) prompt = (prompt ?? 0) + attempt.promptTokens;
    if (attempt.completionTokens !== null)
      completion = (completion ?? 0) + attempt.completionTokens;
    if (attempt.usd !== null) usd = (usd ?? 0) + attempt.usd;
    // A call that failed before anything was counted has no price either; one that was counted
    // makes the sum unknown.
    else if (attempt.promptTokens !== null || attempt.completionTokens !== null) unpriced = true;
  }
  return { prompt, completion, usd: unpriced ? null : usd };
}

/** @param fractions 0.9 for p90; what falls between two values is on the line that joins them */
export function quantiles(
  values: readonly number[],
  fractions: readonly number[],
): readonly (number | null)[] {
  const sorted = Float64Array.from(values).toSorted();
  return fractions.map((fraction) => {
    const at = (sorted.length - 1) * fraction;
    const low = sorted[Math.floor(at)];
    const high = sorted[Math.ceil(at)];
    return low === undefined || high === undefined
      ? null
      : low + (high - low) * (at - Math.floor(at));
  });
}

export function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

/**
 * To whole microseconds, hundredths of a percent and so on: what is behind is noise of floating
 * point.
 */
export function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
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

function usageStats(called: readonly RunRecord[]): UsageStats {
  const latencies = called.map((run) => run.ms);
  const usages = called.map(usageOf);
  const prompts = usages.map((usage) => usage.prompt).filter((value) => value !== null);
  const completions = usages.map((usage) => usage.completion).filter((value) => value !== null);
  const costs = usages.map((usage) => usage.usd).filter((value) => value !== null);
  const [p50 = null, p90 = null, p99 = null] = quantiles(latencies, [0.5, 0.9, 0.99]);
  return {
    avg_latency_ms: rounded(average(latencies), 3),
    avg_prompt_tokens: rounded(average(prompts), 2),
    avg_completion_tokens: rounded(average(completions), 2),
    max_completion_tokens:
      completions.length === 0 ? null : completions.reduce((a, b) => Math.max(a, b)),
    ms_per_1k_tokens: rounded(pace(called, usages), 3),
    latency_ms: { p50: rounded(p50, 3), p90: rounded(p90, 3), p99: rounded(p99, 3) },
    tokens: { prompt: known(prompts), completion: known(completions) },
    cost_usd: {
      total: rounded(known(costs), 10),
      avg: rounded(average(costs), 10),
      runs_with_price: costs.length,
    },
  };
}

/** Milliseconds for a thousand tokens of either kind, over the runs whose tokens are known. */
function pace(called: readonly RunRecord[], usages: readonly RunUsage[]): number | null {
  let milliseconds = 0;
  let tokens = 0;
  for (const [index, usage] of usages.entries()) {
    const counted = (usage.prompt ?? 0) + (usage.completion ?? 0);
    if (counted === 0) continue;
    milliseconds += called[index]?.ms ?? 0;
    tokens += counted;
  }
  return tokens === 0 ? null : (milliseconds * 1000) / tokens;
}

/** The sum of what is known; null when nothing is. */
function known(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : sum(numbers);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function percentage(runs: readonly RunRecord[], holds: (run: RunRecord) => boolean): number | null {
  return runs.length === 0 ? null : rounded((100 * count(runs, holds)) / runs.length, 2);
}

function count(runs: readonly RunRecord[], holds: (run: RunRecord) => boolean): number {
  return runs.reduce((total, run) => total + (holds(run) ? 1 : 0), 0);
}

/**
 * How often each model needed which repair; models that needed none are there too, with an empty
 * tally.
 */
function editsByModel(attempts: readonly AttemptRecord[]): ProgramStats["edits_by_model"] {
  const models = [...new Set(attempts.map((attempt) => attempt.model))].toSorted();
  return Object.fromEntries(
    models.map((model) => {
      const own = attempts.filter((attempt) => attempt.model === model);
      return [model, { calls: own.length, edits: tally(own.flatMap((attempt) => attempt.edits)) }];
    }),
  );
}

function tally(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
