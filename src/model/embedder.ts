import type { ModullmError } from "../core/error.ts";
import type { Usage } from "../core/events.ts";
import type { ModelNote, Patience } from "./model.ts";

/**
 * A model that turns texts into vectors. Holds no state between calls; calls may run at the same
 * time. Vectors of two embedders can't be compared, so no embedder takes over for another one.
 *
 * Order of calls: `ready` before the first `embed`; then `embed` for each batch.
 */
export interface Embedder {
  /** `provider/name`, as it was written. */
  readonly id: string;
  /** Where calls go, without secrets. Absent: into this process. */
  readonly origin?: string;
  /** What one `embed` takes. */
  readonly limits: BatchLimits;
  /** Whether it takes texts of nothing but blanks, which many servers refuse. */
  readonly takesBlank: boolean;
  /**
   * Checks without paying that a call could be made, as `Model.ready` does.
   * @throws {ModullmError} RLLM_014 without credentials, RLLM_010 for a local model that is not
   * there
   */
  ready(signal: AbortSignal, note: (note: ModelNote) => void): Promise<void>;
  /**
   * One request. Aborting `signal` closes the connection and ends it with RLLM_022.
   * @param note told of waits before another try
   * @throws {ModullmError} RLLM_017 when the server refuses or fails (`retryable` says whether to
   * try again), RLLM_011 when the reply does not have one vector for each text, all of one length,
   * of finite numbers
   */
  embed(
    request: EmbedRequest,
    signal: AbortSignal,
    note: (note: ModelNote) => void,
  ): Promise<Embedded>;
}

export interface EmbedRequest {
  /** At least one, and no more than `limits` allow. */
  readonly texts: readonly string[];
  /** How many numbers a vector is to have; null: as many as the model gives. */
  readonly dimensions: number | null;
  readonly purpose: Purpose;
  /** @default as with nothing set */
  readonly patience?: Patience;
  /** Asked before every further try of this call. What it throws ends the call. @default nobody */
  readonly again?: (failure: ModullmError) => Promise<void>;
}

/**
 * What the vectors are for: some models give a question another vector than the text that answers
 * it. Models that don't know the difference ignore it.
 */
export type Purpose = "document" | "query";

export interface Embedded {
  /** In the order of the texts. As the server gives them: not all servers make them unit length. */
  readonly vectors: readonly Vector[];
  /** Null where the server did not count. */
  readonly usage: Usage | null;
}

export type Vector = readonly number[];

/** What one request takes. */
export interface BatchLimits {
  /** Texts. */
  readonly texts: number;
  /** Tokens of all its texts together; null where no limit is known. */
  readonly tokens: number | null;
}
