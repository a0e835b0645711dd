import type { Seen } from "../faulty-server.ts";
import type { Settings } from "../settings.ts";
import { KEY } from "../wires/wire.ts";

/** A question as a server reads it. */
export interface AskedVectors {
  readonly texts: readonly unknown[];
  readonly dimensions: unknown;
  readonly purpose: unknown;
}

/**
 * One way to ask for vectors, as its servers speak it; shapes are those of the provider's
 * documentation, named at each.
 */
export interface EmbedWire {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  settings(url: string): Settings;
  readonly path: string;
  readonly keyHeader: readonly [name: string, value: string] | null;
  /** What it calls the purpose of a query; undefined where it is told nothing of the kind. */
  readonly query: string | undefined;
  /** @param tokens null for a server that does not count */
  reply(vectors: readonly unknown[], tokens: number | null): unknown;
  /** Whether a reply says where each vector belongs. */
  readonly placed: boolean;
  /** Whether it counts tokens at all. */
  readonly counts: boolean;
  ask(seen: Seen): AskedVectors;
}

/** One way to ask for scores. */
export interface RerankWire {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  settings(url: string): Settings;
  readonly path: string;
  readonly keyHeader: readonly [name: string, value: string];
  readonly counts: boolean;
  /** @param results where each document stood, and its score */
  reply(results: readonly Result[], tokens: number | null): unknown;
  ask(seen: Seen): { readonly query: unknown; readonly documents: readonly unknown[] };
}

export interface Result {
  readonly index: number;
  readonly score: unknown;
}

const BEARER = ["authorization", `Bearer ${KEY}`] as const;

/** At that address, under `/v1`, with the key. */
function openAiLike(provider: string, variable: string): (url: string) => Settings {
  return (url) => ({
    environment: { [`${variable}_API_BASE`]: `${url}/v1`, [`${variable}_API_KEY`]: KEY },
  });
}

function openAiReply(vectors: readonly unknown[], tokens: number | null): unknown {
  return {
    object: "list",
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
    model: "served-model",
    ...(tokens === null ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  };
}

function openAiAsked(dimensions: string, purpose: string): (seen: Seen) => AskedVectors {
  return ({ body }) => ({
    texts: body["input"] as readonly unknown[],
    dimensions: body[dimensions],
    purpose: body[purpose],
  });
}

function openAiWire(
  provider: string,
  variable: string,
  more: Partial<EmbedWire> & { dimensions?: string; purpose?: string } = {},
): EmbedWire {
  const { dimensions = "dimensions", purpose = "none", ...rest } = more;
  return {
    name: provider,
    provider,
    model: "embed-1",
    settings: openAiLike(provider, variable),
    path: "/v1/embeddings",
    keyHeader: BEARER,
    query: undefined,
    reply: openAiReply,
    placed: true,
    counts: true,
    ask: openAiAsked(dimensions, purpose),
    ...rest,
  };
}

export const EMBED_WIRES: readonly EmbedWire[] = [
  // developers.openai.com/api/reference/resources/embeddings
  openAiWire("openai", "OPENAI"),
  // docs.mistral.ai/api/endpoint/embeddings
  openAiWire("mistral", "MISTRAL", { dimensions: "output_dimension" }),
  // docs.voyageai.com/reference/embeddings-api; its usage has the total alone
  openAiWire("voyage", "VOYAGE", {
    dimensions: "output_dimension",
    purpose: "input_type",
    query: "query",
    reply: (vectors, tokens) => ({
      ...(openAiReply(vectors, null) as object),
      ...(tokens === null ? {} : { usage: { total_tokens: tokens } }),
    }),
  }),
  // jina.ai/embeddings
  openAiWire("jina", "JINA", {
    model: "jina-embeddings-v3",
    purpose: "task",
    query: "retrieval.query",
  }),
  // docs.api.nvidia.com/nim/reference
  openAiWire("nvidia", "NVIDIA", { purpose: "input_type", query: "query" }),
  // github.com/ggml-org/llama.cpp, tools/server/README.md
  openAiWire("llamacpp", "LLAMACPP"),
  // learn.microsoft.com/azure/ai-foundry/openai/reference, a deployment with a dated version
  openAiWire("azure", "AZURE", {
    settings: (url) => ({
      environment: { AZURE_API_BASE: url, AZURE_API_KEY: KEY, AZURE_API_VERSION: "2024-10-21" },
    }),
    path: "/openai/deployments/embed-1/embeddings?api-version=2024-10-21",
    keyHeader: ["api-key", KEY],
  }),
  {
    // docs.ollama.com/api/embed
    name: "ollama",
    provider: "ollama",
    model: "all-minilm",
    settings: (url) => ({ environment: { OLLAMA_API_BASE: url } }),
    path: "/api/embed",
    keyHeader: null,
    query: undefined,
    placed: false,
    counts: true,
    reply: (embeddings, tokens) => ({
      model: "all-minilm",
      embeddings,
      total_duration: 14_143_917,
      load_duration: 1_019_500,
      ...(tokens === null ? {} : { prompt_eval_count: tokens }),
    }),
    ask: ({ body }) => ({
      texts: body["input"] as readonly unknown[],
      dimensions: body["dimensions"],
      purpose: undefined,
    }),
  },
  {
    // ai.google.dev/api/embeddings
    name: "gemini",
    provider: "google",
    model: "gemini-embedding-001",
    settings: (url) => ({ environment: { GOOGLE_API_BASE: url, GOOGLE_API_KEY: KEY } }),
    path: "/v1beta/models/gemini-embedding-001:batchEmbedContents",
    keyHeader: ["x-goog-api-key", KEY],
    query: "RETRIEVAL_QUERY",
    placed: false,
    counts: true,
    reply: (vectors, tokens) => ({
      embeddings: vectors.map((values) => ({ values })),
      ...(tokens === null ? {} : { usageMetadata: { promptTokenCount: tokens } }),
    }),
    ask({ body }) {
      const requests = body["requests"] as readonly {
        model: string;
        content: { parts: readonly { text: string }[] };
        taskType?: string;
        outputDimensionality?: number;
      }[];
      return {
        texts: requests.map(({ content }) => content.parts[0]?.text),
        dimensions: requests[0]?.outputDimensionality,
        purpose: requests[0]?.taskType,
      };
    },
  },
  {
    // docs.cohere.com/reference/embed
    name: "cohere",
    provider: "cohere",
    model: "embed-v4.0",
    settings: (url) => ({
      environment: { COHERE_API_BASE: `${url}/compatibility/v1`, COHERE_API_KEY: KEY },
    }),
    path: "/v2/embed",
    keyHeader: BEARER,
    query: "search_query",
    placed: false,
    counts: true,
    reply: (float, tokens) => ({
      id: "da6e531f",
      embeddings: { float },
      texts: [],
      meta: {
        api_version: { version: "2" },
        ...(tokens === null ? {} : { billed_units: { input_tokens: tokens } }),
      },
    }),
    ask: ({ body }) => ({
      texts: body["texts"] as readonly unknown[],
      dimensions: body["output_dimension"],
      purpose: body["input_type"],
    }),
  },
];

function rerankWire(
  provider: string,
  variable: string,
  reply: RerankWire["reply"],
  more: Partial<RerankWire> = {},
): RerankWire {
  return {
    name: provider,
    provider,
    model: "rerank-1",
    settings: openAiLike(provider, variable),
    path: "/v1/rerank",
    keyHeader: BEARER,
    counts: true,
    reply,
    ask: ({ body }) => ({
      query: body["query"],
      documents: body["documents"] as readonly unknown[],
    }),
    ...more,
  };
}

function scored(results: readonly Result[]): readonly unknown[] {
  return results.map(({ index, score }) => ({ index, relevance_score: score }));
}

function usage(tokens: number | null): object {
  return tokens === null ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

export const RERANK_WIRES: readonly RerankWire[] = [
  // docs.cohere.com/reference/rerank; it is paid by searches
  rerankWire(
    "cohere",
    "COHERE",
    (results) => ({
      id: "07734bd2",
      results: scored(results),
      meta: { api_version: { version: "2" }, billed_units: { search_units: 1 } },
    }),
    {
      settings: (url) => ({
        environment: { COHERE_API_BASE: `${url}/compatibility/v1`, COHERE_API_KEY: KEY },
      }),
      path: "/v2/rerank",
      counts: false,
    },
  ),
  // jina.ai/reranker
  rerankWire("jina", "JINA", (results, tokens) => ({
    model: "jina-reranker-v2-base-multilingual",
    results: scored(results),
    ...(tokens === null ? {} : { usage: { total_tokens: tokens } }),
  })),
  // docs.voyageai.com/reference/reranker-api
  rerankWire("voyage", "VOYAGE", (results, tokens) => ({
    object: "list",
    data: scored(results),
    model: "rerank-2.5",
    ...(tokens === null ? {} : { usage: { total_tokens: tokens } }),
  })),
  // github.com/ggml-org/llama.cpp, tools/server/README.md
  rerankWire("llamacpp", "LLAMACPP", (results, tokens) => ({
    model: "rerank-1",
    object: "list",
    results: scored(results),
    ...usage(tokens),
  })),
  // docs.vllm.ai, "Re-rank API"
  rerankWire("vllm", "VLLM", (results, tokens) => ({
    id: "rerank-fae51b2b",
    model: "rerank-1",
    results: results.map(({ index, score }) => ({
      index,
      document: { text: "…" },
      relevance_score: score,
    })),
    ...usage(tokens),
  })),
  // docs.together.ai/reference/rerank
  rerankWire("together", "TOGETHER", (results, tokens) => ({
    object: "rerank",
    id: "9dfa1a09",
    model: "rerank-1",
    results: scored(results),
    ...usage(tokens),
  })),
];
