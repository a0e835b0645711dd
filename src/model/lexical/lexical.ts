import { ModullmError } from "../../core/error.ts";
import type { Embedder } from "../embedder.ts";
import { cancelled } from "../exchange.ts";
import type { Reranker } from "../reranker.ts";
import { LEXICAL } from "./name.ts";

/** Vectors of fewer numbers are full of words that fall on one place; of more, they are long. */
const LEAST_DIMENSIONS = 16;
const MOST_DIMENSIONS = 8192;
/** Texts of one call: timers, signals and others of the process have their turn in between. */
const TEXTS = 64;

/**
 * An embedder without a model: texts are near each other that have words, or parts of words, in
 * common. It knows no synonyms, no other language and no meaning; it needs no network and no key,
 * and gives the same vector every time, everywhere.
 */
export function lexicalEmbedder(): Embedder {
  return {
    id: LEXICAL,
    limits: { texts: TEXTS, tokens: null },
    takesBlank: true,
    ready: () => Promise.resolve(),
    async embed({ texts, dimensions }, signal) {
      const { DIMENSIONS, lexicalVector } = await import("./vector.ts");
      const wanted = checkDimensions(dimensions ?? DIMENSIONS);
      await new Promise((resolve) => setImmediate(resolve));
      const vectors: (readonly number[])[] = [];
      for (const text of texts) {
        if (signal.aborted) throw cancelled(signal);
        vectors.push(lexicalVector(text, wanted));
      }
      return { vectors, usage: null };
    },
  };
}

/** Scores documents by the query's words that they have (BM25), all at once. */
export function lexicalReranker(): Reranker {
  return {
    id: LEXICAL,
    limits: { texts: Number.POSITIVE_INFINITY, tokens: null },
    takesBlank: true,
    ready: () => Promise.resolve(),
    async rerank({ query, documents }, signal) {
      if (signal.aborted) throw cancelled(signal);
      const { lexicalScores } = await import("./rank.ts");
      return { scores: lexicalScores(query, documents), usage: null };
    },
  };
}

function checkDimensions(dimensions: number): number {
  if (dimensions >= LEAST_DIMENSIONS && dimensions <= MOST_DIMENSIONS) return dimensions;
  const message =
    `Cannot embed with "${LEXICAL}" in ${dimensions} dimensions: it takes ${LEAST_DIMENSIONS} ` +
    `to ${MOST_DIMENSIONS}`;
  throw new ModullmError("RLLM_002", message, {
    details: { field: "dimensions", value: dimensions },
  });
}
