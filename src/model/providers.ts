import type { Config, Sourced } from "../config/config.ts";
import { bedrockAddress } from "./bedrock/settings.ts";
import { HOSTED, LOCAL } from "./quirks.ts";
import type { Quirks } from "./quirks.ts";
import { EMBEDDINGS, RERANK } from "./vectors/ways.ts";
import { vertexAddress } from "./vertex/settings.ts";

/**
 * The provider table: everything that differs between servers, as data. What differs between models
 * of one server is in `families.ts`. `docs/providers.md` shows it, and a test holds the two
 * together.
 */
export interface ProviderEntry {
  /** The canonical name; what errors and stats show. */
  readonly name: string;
  /** Other names programs may write before the slash. */
  readonly aliases: readonly string[];
  /** Null where every user has an address of their own. */
  readonly baseUrl: string | null;
  /** Variables that may hold the key, first one wins; empty for a server that needs none. */
  readonly keys: readonly string[];
  readonly quirks: Quirks;
  /** The address that other settings make; null where they make none. @default `baseUrl` */
  readonly address?: (config: Config) => Sourced | null;
  /** The setting without which `address` makes none. */
  readonly addressFrom?: { readonly variable: string; readonly hint: string };
  /**
   * Its ways at an address that speaks OpenAI's protocol in place of its own; absent where it has
   * no protocol of its own.
   */
  readonly compatible?: Compatible;
}

export interface Compatible {
  /**
   * Paths of addresses that speak the provider's own protocol, whatever their host; without the
   * slash at the end.
   */
  readonly unless: RegExp;
  readonly quirks: Quirks;
}

/** Sampling knobs of local servers that hosted ones answer with 400. */
const SAMPLERS = ["top_k", "min_p"];
const LOGPROBS = ["logprobs", "top_logprobs"];
const PENALTIES = ["frequency_penalty", "presence_penalty"];
const NOT_ANTHROPIC = [
  ...LOGPROBS,
  ...PENALTIES,
  "logit_bias",
  "prediction",
  "seed",
  "n",
  "verbosity",
];
/** What an id of a call may be where no other character is taken. */
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;
const NOT_GEMINI = words(
  "min_p logit_bias logprobs top_logprobs n prediction user service_tier verbosity",
);

/**
 * Texts of one request where a server takes more: the vectors of so many are a reply of a few MiB,
 * and what breaks off is soon made good.
 */
const MANY = 256;
const OPENAI_EMBED = { ...EMBEDDINGS, texts: MANY, tokens: 300_000 };

export const PROVIDERS: readonly ProviderEntry[] = [
  entry("openai", "https://api.openai.com/v1", ["OPENAI_API_KEY"], {
    schema: "strict",
    input: ["image", "pdf"],
    refuses: [...SAMPLERS, "thinking"],
    embed: OPENAI_EMBED,
    rerank: null,
  }),
  entry("anthropic", "https://api.anthropic.com/v1", ["ANTHROPIC_API_KEY"], {
    aliases: ["claude"],
    protocol: "anthropic",
    schema: "tool",
    schemaWithTools: false,
    callIds: PLAIN_ID,
    jsonMode: false,
    input: ["image", "pdf"],
    thinking: "budget",
    refuses: [...NOT_ANTHROPIC, "min_p"],
    refusesThinking: ["temperature", "top_k"],
    cacheFrom: 1024,
    embed: null,
    rerank: null,
    compatible: {
      unless: /^$|\/anthropic(\/v1)?$|\/messages$/,
      quirks: {
        ...HOSTED,
        schema: "none",
        jsonMode: false,
        refuses: [...SAMPLERS, ...NOT_ANTHROPIC, "service_tier", "user"],
      },
    },
  }),
  entry(
    "google",
    "https://generativelanguage.googleapis.com/v1beta",
    ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
    {
      aliases: ["gemini"],
      protocol: "gemini",
      schema: "gemini",
      filesInResults: true,
      input: ["image", "audio", "pdf"],
      thinking: "level",
      refuses: NOT_GEMINI,
      embed: {
        protocol: "gemini",
        texts: 100,
        tokens: null,
        dimensions: "outputDimensionality",
        // Later ones want it in words within the text, and refuse it here.
        purpose: {
          name: "taskType",
          document: "RETRIEVAL_DOCUMENT",
          query: "RETRIEVAL_QUERY",
          models: /embedding-00\d/,
        },
        more: {},
      },
      rerank: null,
      compatible: {
        unless: /^$|\/v1(alpha|beta)$|\/models(\/.*)?$/,
        quirks: {
          ...HOSTED,
          schema: "gemini",
          schemaWithTools: false,
          refuses: [...SAMPLERS, "logit_bias", ...LOGPROBS, "thinking"],
        },
      },
    },
  ),
  entry("mistral", "https://api.mistral.ai/v1", ["MISTRAL_API_KEY"], {
    callIds: /^[A-Za-z0-9]{9}$/,
    streamUsage: false,
    renames: { max_completion_tokens: "max_tokens", seed: "random_seed" },
    refuses: [...SAMPLERS, "logit_bias", ...LOGPROBS, "user", "service_tier", "thinking"],
    embed: { ...EMBEDDINGS, texts: MANY, tokens: 16_000, dimensions: "output_dimension" },
    rerank: null,
  }),
  entry("cohere", "https://api.cohere.ai/compatibility/v1", ["COHERE_API_KEY", "CO_API_KEY"], {
    schema: "none",
    streamUsage: false,
    renames: { max_completion_tokens: "max_tokens" },
    refuses: [
      ...SAMPLERS,
      "logit_bias",
      "n",
      "top_logprobs",
      "user",
      "service_tier",
      "parallel_tool_calls",
      "thinking",
    ],
    embed: {
      protocol: "cohere",
      texts: 96,
      tokens: null,
      dimensions: "output_dimension",
      purpose: { name: "input_type", document: "search_document", query: "search_query" },
      more: { embedding_types: ["float"], truncate: "NONE" },
    },
    rerank: { ...RERANK, protocol: "cohere", documents: 1000 },
  }),
  entry("groq", "https://api.groq.com/openai/v1", ["GROQ_API_KEY"], {
    schemaWithTools: false,
    refuses: [...SAMPLERS, "logit_bias", ...LOGPROBS, "thinking"],
  }),
  entry("deepseek", "https://api.deepseek.com/v1", ["DEEPSEEK_API_KEY"], {
    schema: "none",
    thoughtsBack: "reasoning_content",
    renames: { max_completion_tokens: "max_tokens" },
    refuses: [
      ...SAMPLERS,
      "logit_bias",
      "n",
      "seed",
      "user",
      "service_tier",
      "parallel_tool_calls",
    ],
  }),
  entry("moonshot", "https://api.moonshot.ai/v1", ["MOONSHOT_API_KEY"], {
    aliases: ["kimi"],
    schema: "none",
    thoughtsBack: "reasoning_content",
    renames: { max_completion_tokens: "max_tokens" },
    refuses: [
      ...SAMPLERS,
      "logit_bias",
      ...LOGPROBS,
      "seed",
      "user",
      "service_tier",
      "parallel_tool_calls",
    ],
    embed: null,
    rerank: null,
  }),
  entry("xai", "https://api.x.ai/v1", ["XAI_API_KEY"], {
    aliases: ["grok"],
    refuses: [...SAMPLERS, "logit_bias", "thinking"],
  }),
  entry("openrouter", "https://openrouter.ai/api/v1", ["OPENROUTER_API_KEY"], {
    thoughtsBack: "reasoning_details",
  }),
  entry("together", "https://api.together.xyz/v1", ["TOGETHER_API_KEY", "TOGETHERAI_API_KEY"], {
    aliases: ["together_ai", "togetherai"],
    renames: { max_completion_tokens: "max_tokens" },
  }),
  entry(
    "fireworks",
    "https://api.fireworks.ai/inference/v1",
    ["FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"],
    {
      thoughtsBack: "reasoning_content",
      aliases: ["fireworks_ai"],
      renames: { max_completion_tokens: "max_tokens" },
    },
  ),
  entry("perplexity", "https://api.perplexity.ai", ["PERPLEXITY_API_KEY", "PPLX_API_KEY"], {
    jsonMode: false,
    streamUsage: false,
    renames: { max_completion_tokens: "max_tokens" },
    refuses: [
      "min_p",
      "logit_bias",
      "logprobs",
      "n",
      "seed",
      "stop",
      "tools",
      "tool_choice",
      "top_logprobs",
      "user",
    ],
  }),
  entry("cerebras", "https://api.cerebras.ai/v1", ["CEREBRAS_API_KEY"], {
    schema: "strict",
    schemaWithTools: false,
    refuses: [...SAMPLERS, "frequency_penalty", "logit_bias", "presence_penalty", "thinking"],
  }),
  entry("nvidia", "https://integrate.api.nvidia.com/v1", ["NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"], {
    aliases: ["nvidia_nim", "nim"],
    schema: "none",
    renames: { max_completion_tokens: "max_tokens" },
    embed: {
      ...EMBEDDINGS,
      purpose: { name: "input_type", document: "passage", query: "query" },
      more: { truncate: "NONE" },
    },
  }),
  entry("github", "https://models.github.ai/inference", ["GITHUB_API_KEY", "GITHUB_TOKEN"], {
    aliases: ["github_models"],
    refuses: [...SAMPLERS, "logit_bias", "user", "thinking"],
  }),
  entry("huggingface", "https://router.huggingface.co/v1", ["HUGGINGFACE_API_KEY", "HF_TOKEN"], {
    aliases: ["hf"],
  }),
  entry("azure", null, ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"], {
    aliases: ["azure_openai"],
    protocol: "azure",
    schema: "strict",
    input: ["image", "pdf"],
    refuses: [...SAMPLERS, "thinking"],
    embed: OPENAI_EMBED,
    rerank: null,
  }),
  entry("voyage", "https://api.voyageai.com/v1", ["VOYAGE_API_KEY"], {
    aliases: ["voyageai"],
    chat: false,
    embed: {
      ...EMBEDDINGS,
      texts: MANY,
      tokens: 120_000,
      dimensions: "output_dimension",
      purpose: { name: "input_type", document: "document", query: "query" },
      more: { truncation: false },
    },
    rerank: { ...RERANK, documents: 1000, tokens: 300_000, more: { truncation: false } },
  }),
  entry("jina", "https://api.jina.ai/v1", ["JINA_API_KEY", "JINA_AI_API_KEY"], {
    aliases: ["jina_ai", "jinaai"],
    chat: false,
    embed: {
      ...EMBEDDINGS,
      texts: MANY,
      purpose: {
        name: "task",
        document: "retrieval.passage",
        query: "retrieval.query",
        models: /^jina-embeddings-v[3-9]/,
      },
    },
    rerank: { ...RERANK, documents: MANY, more: { return_documents: false } },
  }),
  entry("bedrock", null, ["AWS_BEARER_TOKEN_BEDROCK"], {
    aliases: ["aws", "amazon-bedrock"],
    address: bedrockAddress,
    addressFrom: {
      variable: "AWS_REGION",
      hint: "Set AWS_REGION to the region whose models are called, as in AWS_REGION=us-east-1.",
    },
    protocol: "bedrock",
    needsKey: false,
    account: "aws",
    schema: "tool",
    schemaWithTools: false,
    filesInResults: true,
    callIds: PLAIN_ID,
    jsonMode: false,
    input: ["image", "pdf"],
    refuses: [...NOT_ANTHROPIC, "min_p", "user", "service_tier"],
    refusesThinking: ["temperature", "top_k"],
    embed: null,
    rerank: null,
  }),
  entry("vertex", "https://aiplatform.googleapis.com", ["VERTEX_API_KEY"], {
    aliases: ["vertex_ai", "vertexai"],
    address: vertexAddress,
    addressFrom: {
      variable: "GOOGLE_CLOUD_LOCATION",
      hint: 'Set GOOGLE_CLOUD_LOCATION to a location of Google Cloud, or to "global".',
    },
    protocol: "gemini",
    needsKey: false,
    account: "google",
    schema: "gemini",
    filesInResults: true,
    input: ["image", "audio", "pdf"],
    thinking: "level",
    refuses: NOT_GEMINI,
    embed: null,
    rerank: null,
  }),
  local("vllm", "http://127.0.0.1:8000/v1", { aliases: ["hosted_vllm"] }),
  local("llamacpp", "http://127.0.0.1:8080/v1", {
    aliases: ["llama.cpp", "llama-cpp", "llama_cpp"],
    router: true,
  }),
  local("lmstudio", "http://127.0.0.1:1234/v1", {
    aliases: ["lm_studio", "lm-studio"],
    jsonMode: false,
  }),
  local("ollama", "http://127.0.0.1:11434", {
    protocol: "ollama",
    input: ["image"],
    thoughtsBack: "thinking",
    embed: { ...EMBEDDINGS, protocol: "ollama", more: { truncate: false } },
    rerank: null,
  }),
];

/** The entry a program's `provider/` means, whatever its case; null where it is none of these. */
export function findProvider(name: string): ProviderEntry | null {
  const wanted = name.toLowerCase();
  return (
    PROVIDERS.find((provider) => provider.name === wanted || provider.aliases.includes(wanted)) ??
    null
  );
}

/** Every name that can stand before the slash. */
export function providerNames(): readonly string[] {
  return PROVIDERS.flatMap((provider) => [provider.name, ...provider.aliases]);
}

/** `My-Server` gives `MY_SERVER`, the front of `MY_SERVER_API_BASE` and `MY_SERVER_API_KEY`. */
export function environmentName(provider: string): string {
  return provider.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

type More = Partial<Quirks> &
  Pick<Partial<ProviderEntry>, "aliases" | "compatible" | "address" | "addressFrom">;

function entry(
  name: string,
  baseUrl: string | null,
  keys: readonly string[],
  more: More,
): ProviderEntry {
  return made(name, baseUrl, keys, { ...HOSTED, ...more });
}

function local(name: string, baseUrl: string, more: More): ProviderEntry {
  return made(name, baseUrl, [`${environmentName(name)}_API_KEY`], { ...LOCAL, ...more });
}

function made(
  name: string,
  baseUrl: string | null,
  keys: readonly string[],
  more: Quirks & More,
): ProviderEntry {
  const { aliases = [], compatible, address, addressFrom, ...quirks } = more;
  return {
    name,
    aliases,
    baseUrl,
    keys,
    quirks,
    ...(compatible === undefined ? {} : { compatible }),
    ...(address === undefined ? {} : { address }),
    ...(addressFrom === undefined ? {} : { addressFrom }),
  };
}

function words(text: string): readonly string[] {
  return text.split(" ");
}
