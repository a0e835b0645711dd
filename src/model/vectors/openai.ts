import type { Usage } from "../../core/events.ts";
import { isObject } from "../../core/json.ts";
import { usageOf } from "../finish.ts";
import { callAddress } from "../openai/address.ts";
import { inOrder } from "./check.ts";
import { type EmbedProtocol, type Fields, optionsOf, type RerankProtocol } from "./protocol.ts";

/** OpenAI's embeddings, which Mistral, Voyage, Jina, llama.cpp and most others have taken over. */
export const OPENAI: EmbedProtocol = {
  url: ({ endpoint, name }) => callAddress(endpoint, name, "/embeddings"),
  body: (asked, request) => ({
    model: asked.name,
    input: request.texts,
    ...optionsOf(asked, request),
  }),
  vectors: ({ data }, wanted) => inOrder(data, { ...wanted, take: ({ embedding }) => embedding }),
  usage: tokensUsed,
};

/**
 * What Jina began and llama.cpp, vLLM, Together and others have taken over. Voyage calls the list
 * `data`.
 */
export const RERANK_PROTOCOL: RerankProtocol = {
  url: ({ endpoint, name }) => callAddress(endpoint, name, "/rerank"),
  body: ({ name, ways }, { query, documents }) => ({
    model: name,
    query,
    documents,
    ...ways.more,
  }),
  scores: ({ results, data }, wanted) =>
    inOrder(results ?? data, {
      ...wanted,
      take: (item) => item["relevance_score"] ?? item["score"],
    }),
  usage: tokensUsed,
};

/** `{prompt_tokens, total_tokens}`, of which some give one alone. */
function tokensUsed({ usage }: Fields): Usage | null {
  if (!isObject(usage)) return null;
  const { prompt_tokens: prompt, total_tokens: total, cost } = usage;
  return usageOf(prompt ?? total, 0, { cost });
}
