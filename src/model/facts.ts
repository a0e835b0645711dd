import type { Attachment } from "./attachment.ts";

/**
 * What is known of a model before it is called. Prices are US dollars per million tokens; null
 * where unknown.
 */
export interface ModelFacts {
  readonly window: number | null;
  readonly maxOutput: number | null;
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  /** Of a token that is read from a cache at the server. @default the input price */
  readonly cacheReadPrice?: number | null;
  /** Of a token that is written to it. @default the input price */
  readonly cacheWritePrice?: number | null;
}

/** Facts by model name, loaded on first use. */
export interface ModelCatalog {
  /** @param id `provider/name` as a program writes it */
  facts(id: string): Promise<ModelFacts | null>;
  /** The known model that a name without facts is most likely a misspelling of. */
  near?(id: string): Promise<string | null>;
}

/** Token counts, cheap first: an exact count is made only when a bound can't decide. */
export interface TokenCounter {
  /** A number the true count is never above: the UTF-8 length in bytes. */
  bound(text: string): number;
  /**
   * The best count for that model: exact where its tokenizer is known, else an estimate that errs
   * high.
   */
  count(text: string, model: string): Promise<number>;
  /** What a picture, sound or document takes up, by rule of thumb. */
  attachment(attachment: Attachment, model: string): number;
}
