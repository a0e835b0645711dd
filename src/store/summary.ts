import { isObject } from "../core/json.ts";
import { addCounts, addLatencies, MOST_EXACT, takeLatencies } from "./latencies.ts";
import type { RunSummary, Sum } from "./run-summary.ts";
import { type RunRecord, usageOf } from "./runs.ts";

export function summarize(runs: Iterable<RunRecord>): RunSummary {
  const total = noRuns();
  const latencies: number[] = [];
  for (const run of runs) {
    total.runs++;
    if (run.ok) total.ok++;
    else count(total.errors, [run.error ?? "unknown"]);
    if (run.inputOk) total.inputOk++;
    if (run.outputOk !== null) total.answered++;
    if (run.outputOk === true) total.outputOk++;
    if (run.attempts.some((attempt) => attempt.cached)) total.cached++;
    for (const { edits, tools = [] } of run.attempts) {
      count(total.edits, edits);
      count(total.tools, tools);
    }
    if (!run.attempts.some((attempt) => !attempt.cached)) continue;
    latencies.push(run.ms);
    addCalled(total, run);
  }
  return { ...total, latencies: { exact: latencies } };
}

/**
 * Both together.
 * @param options.exact how many latencies are kept as they are. @default MOST_EXACT
 */
export function sumOf(
  a: RunSummary,
  b: RunSummary,
  { exact = MOST_EXACT }: { readonly exact?: number } = {},
): RunSummary {
  return {
    ...joined(a, b, 1),
    most: a.most === null || b.most === null ? (a.most ?? b.most) : Math.max(a.most, b.most),
    latencies: addLatencies(a.latencies, b.latencies, exact),
  };
}

/** The first without the second, which is part of it; null where its `most` can't be told. */
export function differenceOf(a: RunSummary, b: RunSummary): RunSummary | null {
  if (b.most !== null && b.most >= (a.most ?? 0)) return null;
  return { ...joined(a, b, -1), most: a.most, latencies: takeLatencies(a.latencies, b.latencies) };
}

/** A summary that was written as JSON; null for anything else. */
export function readSummary(text: string): RunSummary | null {
  try {
    const read: unknown = JSON.parse(text);
    // Summaries of before have no tools.
    const value: Record<string, unknown> | null = isObject(read) ? { tools: {}, ...read } : null;
    const isWhole =
      value !== null &&
      Object.entries(noRuns()).every(([key, empty]) =>
        isObject(empty)
          ? isObject(value[key])
          : typeof value[key] === "number" || (value[key] === null && empty === null),
      );
    return isWhole ? (value as unknown as RunSummary) : null;
  } catch {
    return null;
  }
}

type Total = { -readonly [Key in keyof RunSummary]: RunSummary[Key] } & {
  readonly errors: Record<string, number>;
  readonly edits: Record<string, number>;
  readonly tools: Record<string, number>;
  readonly models: Record<string, { calls: number; readonly edits: Record<string, number> }>;
};

function noRuns(): Total {
  return {
    runs: 0,
    ok: 0,
    inputOk: 0,
    answered: 0,
    outputOk: 0,
    cached: 0,
    called: 0,
    ms: 0,
    prompt: { runs: 0, sum: 0 },
    completion: { runs: 0, sum: 0 },
    most: null,
    pace: { ms: 0, tokens: 0 },
    usd: { runs: 0, sum: 0 },
    latencies: { exact: [] },
    // Without a prototype: what is counted has names of any kind.
    errors: Object.create(null),
    edits: Object.create(null),
    tools: Object.create(null),
    models: Object.create(null),
  };
}

function addCalled(total: Total, run: RunRecord): void {
  const { prompt, completion, usd } = usageOf(run);
  const tokens = (prompt ?? 0) + (completion ?? 0);
  total.called++;
  total.ms += run.ms;
  total.prompt = more(total.prompt, prompt);
  total.completion = more(total.completion, completion);
  total.usd = more(total.usd, usd);
  if (completion !== null) total.most = Math.max(total.most ?? 0, completion);
  if (tokens > 0) total.pace = { ms: total.pace.ms + run.ms, tokens: total.pace.tokens + tokens };
  for (const { model, edits, cached } of run.attempts) {
    if (cached) continue;
    const own = (total.models[model] ??= { calls: 0, edits: Object.create(null) });
    own.calls++;
    count(own.edits, edits);
  }
}

function joined(
  a: RunSummary,
  b: RunSummary,
  sign: 1 | -1,
): Omit<RunSummary, "most" | "latencies"> {
  const sum = (x: Sum, y: Sum): Sum => ({
    runs: x.runs + sign * y.runs,
    sum: x.sum + sign * y.sum,
  });
  const models = Object.keys({ ...a.models, ...b.models }).map((model) => {
    const [x, y] = [a, b].map((each) =>
      Object.hasOwn(each.models, model) ? each.models[model] : undefined,
    );
    const calls = (x?.calls ?? 0) + sign * (y?.calls ?? 0);
    return [model, { calls, edits: addCounts(x?.edits ?? {}, y?.edits ?? {}, sign) }] as const;
  });
  return {
    runs: a.runs + sign * b.runs,
    ok: a.ok + sign * b.ok,
    inputOk: a.inputOk + sign * b.inputOk,
    answered: a.answered + sign * b.answered,
    outputOk: a.outputOk + sign * b.outputOk,
    cached: a.cached + sign * b.cached,
    called: a.called + sign * b.called,
    ms: a.ms + sign * b.ms,
    prompt: sum(a.prompt, b.prompt),
    completion: sum(a.completion, b.completion),
    pace: { ms: a.pace.ms + sign * b.pace.ms, tokens: a.pace.tokens + sign * b.pace.tokens },
    usd: sum(a.usd, b.usd),
    errors: addCounts(a.errors, b.errors, sign),
    edits: addCounts(a.edits, b.edits, sign),
    tools: addCounts(a.tools, b.tools, sign),
    models: Object.fromEntries(models.filter(([, { calls }]) => calls > 0)),
  };
}

function count(counts: Record<string, number>, words: readonly string[]): void {
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
}

function more({ runs, sum }: Sum, value: number | null): Sum {
  return value === null ? { runs, sum } : { runs: runs + 1, sum: sum + value };
}
