import type { TestResult } from "./run.ts";

/** One test as reports have it. */
export interface TestLine extends TestResult {
  readonly file: string;
  readonly program: string;
  readonly name: string;
  readonly model: string;
  /** From 1, where tests are repeated. */
  readonly round: number;
}

/** How a model did in all tests. */
export interface ModelRow {
  readonly model: string;
  readonly tests: number;
  readonly passed: number;
  readonly pass_rate: number;
  /** Within these the true rate lies 19 times of 20 (Wilson's interval). */
  readonly interval: readonly [number, number];
  /** Of all its tests; null where a price is not known. */
  readonly cost_usd: number | null;
  readonly p50_ms: number;
  readonly repairs: number;
}

export interface TestReport {
  readonly ok: boolean;
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  /** Recordings that no test asked for, by file. */
  readonly unused_recordings: Readonly<Record<string, number>>;
  readonly models: readonly ModelRow[];
  readonly results: readonly TestLine[];
}

export function reportOf(
  results: readonly TestLine[],
  unused: Readonly<Record<string, number>>,
): TestReport {
  const passed = results.filter(({ ok }) => ok).length;
  const models = [...new Set(results.map(({ model }) => model))];
  return {
    ok: passed === results.length,
    tests: results.length,
    passed,
    failed: results.length - passed,
    unused_recordings: unused,
    models: models.map((model) =>
      rowOf(
        model,
        results.filter((each) => each.model === model),
      ),
    ),
    results,
  };
}

function rowOf(model: string, results: readonly TestLine[]): ModelRow {
  const passed = results.filter(({ ok }) => ok).length;
  const costs = results.map(({ figures }) => figures.cost_usd);
  const times = results.map(({ figures }) => figures.latency_ms).toSorted((a, b) => a - b);
  return {
    model,
    tests: results.length,
    passed,
    pass_rate: passed / results.length,
    interval: wilson(passed, results.length),
    cost_usd: costs.includes(null)
      ? null
      : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    p50_ms: times[Math.floor((times.length - 1) / 2)] ?? 0,
    repairs: results.reduce((sum, { figures }) => sum + figures.repairs, 0),
  };
}

/** 95 % */
const Z = 1.959964;

/** Wilson's score interval for a share. */
export function wilson(passed: number, of: number): readonly [number, number] {
  if (of === 0) return [0, 1];
  const share = passed / of;
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  const middle = share + (Z * Z) / (2 * of);
  const whole = 1 + (Z * Z) / of;
  return [Math.max(0, (middle - spread) / whole), Math.min(1, (middle + spread) / whole)];
}
