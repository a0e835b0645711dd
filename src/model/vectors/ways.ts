/**
 * How a server is asked for vectors and scores, as data. The adapters of `vectors/` read it, and
 * nothing else says it.
 */
export interface EmbedWays {
  /** Whose request it takes: `openai` is that of most servers, at `/embeddings`. */
  readonly protocol: "openai" | "ollama" | "gemini" | "cohere";
  /** Texts of one request. A server may take more than a reply of ours may weigh. */
  readonly texts: number;
  /** Tokens of all its texts; null where no limit is known. */
  readonly tokens: number | null;
  /** Under which name it is told how many numbers a vector is to have. */
  readonly dimensions: string;
  /** How it is told what the vectors are for; null where it takes nothing of the kind. */
  readonly purpose: PurposeWays | null;
  /** What else it is told: that a text that is too long is to be refused, not cut. */
  readonly more: Readonly<Record<string, unknown>>;
}

export interface PurposeWays {
  readonly name: string;
  readonly document: string;
  readonly query: string;
  /** Models that take it. @default all */
  readonly models?: RegExp;
}

export interface RerankWays {
  /** Whose request it takes: `rerank` is that of most servers, at `/rerank`. */
  readonly protocol: "rerank" | "cohere";
  /** Documents of one request. */
  readonly documents: number;
  /** Tokens of all its documents and, once for each of them, the query; null as above. */
  readonly tokens: number | null;
  /** What else it is told. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** As most servers want it. None is known that takes fewer than 32 texts. */
export const EMBEDDINGS: EmbedWays = {
  protocol: "openai",
  texts: 32,
  tokens: null,
  dimensions: "dimensions",
  purpose: null,
  more: {},
};

export const RERANK: RerankWays = { protocol: "rerank", documents: 32, tokens: null, more: {} };
