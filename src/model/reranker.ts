import type { BatchLimits, EmbedRequest } from "./embedder.ts";
import type { Usage } from "../core/events.ts";
import type { ModelNote } from "./model.ts";

/**
 * A model that says how well each document answers a query. Holds no state between calls; calls may
 * run at the same time. Order of calls and errors: as of an `Embedder`.
 */
export interface Reranker {
  /** `provider/name`, as it was written. */
  readonly id: string;
  /** Where calls go, without secrets. Absent: into this process. */
  readonly origin?: string;
  /**
   * What one `rerank` takes; the query counts once for each document. More documents are scored by
   * several requests, so a score must depend on the query and its own document alone, or `texts`
   * be infinite.
   */
  readonly limits: BatchLimits;
  /** Whether it takes documents of nothing but blanks. */
  readonly takesBlank: boolean;
  ready(signal: AbortSignal, note: (note: ModelNote) => void): Promise<void>;
  /**
   * One request.
   * @throws {ModullmError} RLLM_017, or RLLM_011 when the reply does not have one finite score for
   * each document
   */
  rerank(
    request: RerankRequest,
    signal: AbortSignal,
    note: (note: ModelNote) => void,
  ): Promise<Reranked>;
}

export interface RerankRequest extends Pick<EmbedRequest, "patience" | "again"> {
  readonly query: string;
  /** At least one, and no more than `limits` allow. */
  readonly documents: readonly string[];
}

export interface Reranked {
  /**
   * In the order of the documents, the higher the better. Only scores of one model can be compared,
   * and many models bound them by nothing.
   */
  readonly scores: readonly number[];
  /** Null where the server did not count tokens. */
  readonly usage: Usage | null;
}
