import { exactDollars } from "../core/cost.ts";
import type { RunSummary } from "./run-summary.ts";

/** The runs that ended, one row each. */
export interface RunArea {
  /** Called once a run, after its end. A second record of the same run changes nothing. */
  append(run: RunRecord): void;
  /**
   * Runs that meet the filter, newest first, read a page at a time.
   * @param options.limit the newest this many. @default all
   * @throws {ModullmError} RLLM_018, like all that reads
   */
  query(filter: RunFilter, options?: { readonly limit?: number }): AsyncIterable<RunRecord>;
  /** Runs whose id begins so, newest first; two are enough to see that it is not one. */
  find(id: string): Promise<readonly RunRecord[]>;
  /** The outermost run above that one, and all below that, in the order in which they started. */
  tree(id: string): Promise<readonly RunRecord[]>;
  /** Counts kept with every row, one entry a program and model that was asked for. */
  summaries(filter: SummaryFilter): Promise<readonly SummaryRow[]>;
  /**
   * Forgets runs that meet the filter, what is below them and their events; how many runs. Their
   * bytes are overwritten.
   */
  remove(filter: RunFilter): Promise<number>;
  /** Forgets the oldest runs until retention is met; how many. */
  prune(retention: Retention): Promise<number>;
}

/** Every field narrows; an empty filter is met by all. */
export interface RunFilter {
  /** An id, whole. */
  readonly id?: string;
  /** Absolute path of the program. */
  readonly path?: string;
  /** As asked for: `provider/name`. */
  readonly model?: string;
  readonly ok?: boolean;
  /** Runs that no other run started. */
  readonly outermost?: boolean;
  /** US dollars; runs whose cost is not known meet neither bound. */
  readonly usdAtLeast?: number;
  readonly usdAtMost?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Stands in the program's path, or its words in the events that were kept. */
  readonly text?: string;
  /** Started then or later; milliseconds since the epoch. */
  readonly since?: number;
  /** Started before. */
  readonly before?: number;
}

export interface SummaryFilter {
  /** Null for every program. */
  readonly path: string | null;
  /** Null for every model. */
  readonly model: string | null;
}

export interface SummaryRow extends RunSummary {
  readonly path: string;
  readonly model: string;
}

/** What is kept at most; null: no bound. */
export interface Retention {
  /** Milliseconds. */
  readonly age: number | null;
  /** Of the file, free space in it not counted. */
  readonly bytes: number | null;
}

export interface RunRecord {
  readonly id: string;
  readonly parent: string | null;
  /** Absolute path of the program; empty for a program made from text. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** The model asked for, after overrides: `provider/name`; `NO_MODEL` where none is asked. */
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Wall time of the whole run, without its children. */
  readonly ms: number;
  readonly ok: boolean;
  /** `RLLM_…`, or null for a run that succeeded. */
  readonly error: string | null;
  /** Whether the input met its schema. */
  readonly inputOk: boolean;
  /** Whether an answer met the output schema; null when no answer was asked for. */
  readonly outputOk: boolean | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly attempts: readonly AttemptRecord[];
}

/** In the place of a model's name, for programs that ask none. */
export const NO_MODEL = "";

/** One model call within a run, failed ones included. */
export interface AttemptRecord {
  readonly model: string;
  readonly ms: number;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** US dollars; null when the price is not known, never 0 for that. */
  readonly usd: number | null;
  readonly error: string | null;
  /** Rules used to read the answer, one entry an edit. */
  readonly edits: readonly string[];
  /**
   * Not asked for: the same call in this run (`run`) or an earlier one (`store`) had it. Absent in
   * rows of before.
   */
  readonly cached?: "run" | "store" | null;
  /** Tools that its answer called and that were run, in order. Absent in rows of before. */
  readonly tools?: readonly string[];
}

/** Tokens and dollars of a whole run: the sum over its calls; null where nothing was counted. */
export interface RunUsage {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly usd: number | null;
}

export function usageOf(run: Pick<RunRecord, "attempts">): RunUsage {
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
  return { prompt, completion, usd: unpriced || usd === null ? null : exactDollars(usd) };
}
