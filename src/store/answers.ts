/** Answers kept for programs that say `cache`. */
export interface AnswerArea {
  /**
   * The value kept under the key, undefined where there is none; the use is counted. Never throws,
   * and hardly waits for a lock: a file that others hold has no answers.
   */
  find(question: AnswerQuestion): Promise<unknown>;
  /** Keeps an answer in place of the one under that key. */
  keep(answer: KeptAnswer): void;
  stats(): Promise<AnswerStats>;
  /** Removes the answers kept before that time; how many there were. */
  clear(before: number): Promise<number>;
}

export interface AnswerQuestion {
  /** A digest of all that the answer depends on. */
  readonly key: string;
  /** Whose it is; empty for the user of this machine. One tenant never gets another's answer. */
  readonly tenant: string;
  /** Milliseconds since the epoch: older answers don't count. */
  readonly since: number;
}

/** An answer to keep. */
export interface KeptAnswer {
  readonly key: string;
  readonly tenant: string;
  /** The program that asked. */
  readonly path: string;
  readonly model: string;
  /** JSON. */
  readonly value: unknown;
  /** Milliseconds since the epoch. */
  readonly kept: number;
}

/** What is kept, by program. */
export interface AnswerStats {
  readonly answers: number;
  readonly hits: number;
  readonly bytes: number;
  readonly programs: readonly {
    readonly path: string;
    readonly answers: number;
    readonly hits: number;
  }[];
}
