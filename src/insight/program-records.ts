import type { Latency, ProgramRecord } from "../library/program-index.ts";
import type { RunSummary } from "../store/run-summary.ts";
import { statsOf } from "./stats.ts";

/** How the runs of each program went, by its path. */
export function recordsOf(
  summaries: readonly (RunSummary & { readonly path: string })[],
): ReadonlyMap<string, ProgramRecord> {
  const byPath = new Map<string, RunSummary[]>();
  for (const summary of summaries) {
    const own = byPath.get(summary.path);
    if (own) own.push(summary);
    else byPath.set(summary.path, [summary]);
  }
  return new Map([...byPath].map(([path, own]) => [path, recordOf(path, own)]));
}

function recordOf(path: string, summaries: readonly RunSummary[]): ProgramRecord {
  const stats = statsOf(path, null, summaries);
  const { total_runs: runs, success_count: ok, latency_ms: latencies } = stats;
  return {
    runs,
    success_pct: runs === 0 ? null : Math.round((ok / runs) * 1000) / 10,
    latency_p50: latencies.p50,
    latency: latencyOf(latencies.p50),
    cost_avg: stats.cost_usd.avg,
  };
}

function latencyOf(ms: number | null): Latency {
  if (ms === null) return "unknown";
  return ms < 500 ? "instant" : ms < 3000 ? "fast" : ms < 15_000 ? "medium" : "slow";
}
