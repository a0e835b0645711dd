import type { AnswerStats, KeptAnswer } from "./answers.ts";

/**
 * Where runs are remembered. Nothing is opened before the first call.
 *
 * `record` is called once a run, after its end, and never throws: a store that can't write warns
 * once (through the `warn` it was opened with) and goes on. When it returns without a warning the
 * run is on disk, and no kill takes it away. Reading throws instead: no numbers are better than
 * wrong ones. Nothing recorded yet is no failure.
 */
export interface RunStore {
  record(run: RunRecord): void;
  /**
   * Runs of one program (absolute path) or, with null, of every program; newest last.
   * @throws {ModullmError} RLLM_018 when there is a file that can't be read, or one of a newer
   * version
   */
  runs(filter: RunFilter): readonly RunRecord[];
  /**
   * Absolute paths of all programs that ever ran, sorted.
   * @throws {ModullmError} RLLM_018, like `runs`
   */
  programs(): readonly string[];
  /** Lets the file go. Called once, last; what is recorded after it is dropped. */
  /**
   * The answer kept under the key for at most `maxAge` milliseconds before `now`; undefined where
   * there is none. Never throws.
   */
  findAnswer(key: string, now: number, maxAge: number): unknown;
  /** Keeps an answer; like `record` it warns where it can't and never throws. */
  keepAnswer(answer: KeptAnswer): void;
  answerStats(): AnswerStats;
  /** Removes the answers kept before that time; how many there were. */
  clearAnswers(before: number): number;
  close(): void;
}

export interface RunFilter {
  readonly path: string | null;
  /** `provider/name`; null for all. */
  readonly model: string | null;
  /** The newest this many. @default all */
  readonly limit?: number;
}

export interface RunRecord {
  readonly id: string;
  readonly parent: string | null;
  /** Absolute path of the program; empty for a program made from text. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** The model asked for, after overrides: `provider/name`. */
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
  readonly attempts: readonly AttemptRecord[];
}

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
}
