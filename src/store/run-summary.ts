import type { Latencies } from "./latencies.ts";

/**
 * What is counted of runs as they are recorded, so that nobody reads a long history to sum it up.
 * Plain JSON.
 */
export interface RunSummary {
  readonly runs: number;
  readonly ok: number;
  readonly inputOk: number;
  /** Runs that asked for an answer, and those whose final answer met the schema. */
  readonly answered: number;
  readonly outputOk: number;
  /** Runs with an answer that was known already. */
  readonly cached: number;
  /** Runs that called a model: all that follows is of them, but for `errors` and `edits`. */
  readonly called: number;
  readonly ms: number;
  readonly prompt: Sum;
  readonly completion: Sum;
  /** The most completion tokens of one run; null without any. */
  readonly most: number | null;
  /** Of the runs whose tokens are known. */
  readonly pace: { readonly ms: number; readonly tokens: number };
  readonly usd: Sum;
  readonly latencies: Latencies;
  readonly errors: Counts;
  readonly edits: Counts;
  /** Calls of tools, by the tool. */
  readonly tools: Counts;
  /** Calls, and the edits of their answers, by the model that was called. */
  readonly models: Readonly<Record<string, { readonly calls: number; readonly edits: Counts }>>;
}

/** Over the runs in which it is known. */
export interface Sum {
  readonly runs: number;
  readonly sum: number;
}

export type Counts = Readonly<Record<string, number>>;
