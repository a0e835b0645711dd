/**
 * The provider table: everything that differs between servers that speak the OpenAI chat protocol, as data.
 * `docs/providers.md` shows it, and a test holds the two together.
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
}

export interface Quirks {
  /** How it is spoken to: the OpenAI protocol, Ollama's own, or OpenAI's behind Azure addresses. */
  readonly protocol: "openai" | "azure" | "ollama";
  /** Whether it runs on the user's own machines: a first token may then take as long as loading a model does. */
  readonly local: boolean;
  /** Whether a call without a key can't work. */
  readonly needsKey: boolean;
  /**
   * How a JSON schema is sent: `strict` (json_schema that is enforced, in OpenAI's subset), `gemini` (json_schema in
   * Gemini's subset), `grammar` (json_schema turned into a grammar by llama.cpp or alike), `schema` (json_schema as
   * written), `none`.
   */
  readonly schema: SchemaMode;
  /** Whether it knows `response_format: {type: json_object}`. */
  readonly jsonMode: boolean;
  /** Whether `stream_options.include_usage` may be sent. */
  readonly streamUsage: boolean;
  /** Parameters under another name there. */
  readonly renames: Readonly<Record<string, string>>;
  /** Parameters it refuses or ignores: left out, with a note. */
  readonly refuses: readonly string[];
}

export type SchemaMode = "strict" | "gemini" | "grammar" | "schema" | "none";

const HOSTED: Quirks = {
  protocol: "openai",
  local: false,
  needsKey: true,
  schema: "schema",
  jsonMode: true,
  streamUsage: true,
  renames: {},
  refuses: [],
};

const LOCAL: Quirks = { ...HOSTED, local: true, needsKey: false, schema: "grammar" };

/** A server nothing is known of: the plainest request there is. */
export const UNKNOWN_SERVER: Quirks = { ...HOSTED, local: true, needsKey: false, schema: "none", streamUsage: false };

/** Sampling knobs of local servers that hosted ones answer with 400. */
const SAMPLERS = ["top_k", "min_p"];
const LOGPROBS = ["logprobs", "top_logprobs"];

export const PROVIDERS: readonly ProviderEntry[] = [
  entry("openai", "https://api.openai.com/v1", ["OPENAI_API_KEY"], {
    schema: "strict",
    refuses: [...SAMPLERS, "thinking"],
  }),
  entry("anthropic", "https://api.anthropic.com/v1", ["ANTHROPIC_API_KEY"], {
    aliases: ["claude"],
    schema: "none",
    jsonMode: false,
    refuses: [
      ...SAMPLERS,
      ...LOGPROBS,
      "frequency_penalty",
      "presence_penalty",
      "logit_bias",
      "prediction",
      "seed",
      "service_tier",
      "user",
    ],
  }),
  entry("google", "https://generativelanguage.googleapis.com/v1beta/openai", ["GOOGLE_API_KEY", "GEMINI_API_KEY"], {
    aliases: ["gemini"],
    schema: "gemini",
    refuses: [...SAMPLERS, "logit_bias", ...LOGPROBS, "thinking"],
  }),
  entry("mistral", "https://api.mistral.ai/v1", ["MISTRAL_API_KEY"], {
    streamUsage: false,
    renames: { max_completion_tokens: "max_tokens", seed: "random_seed" },
    refuses: [...SAMPLERS, "logit_bias", ...LOGPROBS, "user", "service_tier", "thinking"],
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
  }),
  entry("groq", "https://api.groq.com/openai/v1", ["GROQ_API_KEY"], {
    refuses: [...SAMPLERS, "logit_bias", ...LOGPROBS, "thinking"],
  }),
  entry("deepseek", "https://api.deepseek.com/v1", ["DEEPSEEK_API_KEY"], {
    schema: "none",
    renames: { max_completion_tokens: "max_tokens" },
    refuses: [...SAMPLERS, "logit_bias", "n", "seed", "user", "service_tier", "parallel_tool_calls"],
  }),
  entry("xai", "https://api.x.ai/v1", ["XAI_API_KEY"], {
    aliases: ["grok"],
    refuses: [...SAMPLERS, "logit_bias", "thinking"],
  }),
  entry("openrouter", "https://openrouter.ai/api/v1", ["OPENROUTER_API_KEY"], {}),
  entry("together", "https://api.together.xyz/v1", ["TOGETHER_API_KEY", "TOGETHERAI_API_KEY"], {
    aliases: ["together_ai", "togetherai"],
    renames: { max_completion_tokens: "max_tokens" },
  }),
  entry("fireworks", "https://api.fireworks.ai/inference/v1", ["FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"], {
    aliases: ["fireworks_ai"],
    renames: { max_completion_tokens: "max_tokens" },
  }),
  entry("perplexity", "https://api.perplexity.ai", ["PERPLEXITY_API_KEY", "PPLX_API_KEY"], {
    jsonMode: false,
    streamUsage: false,
    renames: { max_completion_tokens: "max_tokens" },
    refuses: ["min_p", "logit_bias", "logprobs", "n", "seed", "stop", "tools", "tool_choice", "top_logprobs", "user"],
  }),
  entry("cerebras", "https://api.cerebras.ai/v1", ["CEREBRAS_API_KEY"], {
    schema: "strict",
    refuses: [...SAMPLERS, "frequency_penalty", "logit_bias", "presence_penalty", "thinking"],
  }),
  entry("nvidia", "https://integrate.api.nvidia.com/v1", ["NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"], {
    aliases: ["nvidia_nim", "nim"],
    schema: "none",
    renames: { max_completion_tokens: "max_tokens" },
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
    refuses: [...SAMPLERS, "thinking"],
  }),
  local("vllm", "http://127.0.0.1:8000/v1", { aliases: ["hosted_vllm"] }),
  local("llamacpp", "http://127.0.0.1:8080/v1", { aliases: ["llama.cpp", "llama-cpp", "llama_cpp"] }),
  local("lmstudio", "http://127.0.0.1:1234/v1", { aliases: ["lm_studio", "lm-studio"], jsonMode: false }),
  local("ollama", "http://127.0.0.1:11434", { protocol: "ollama" }),
];

/** The entry a program's `provider/` means, whatever its case; null where it is none of these. */
export function findProvider(name: string): ProviderEntry | null {
  const wanted = name.toLowerCase();
  return PROVIDERS.find((provider) => provider.name === wanted || provider.aliases.includes(wanted)) ?? null;
}

/** Every name that can stand before the slash. */
export function providerNames(): readonly string[] {
  return PROVIDERS.flatMap((provider) => [provider.name, ...provider.aliases]);
}

/** `My-Server` gives `MY_SERVER`, the front of `MY_SERVER_API_BASE` and `MY_SERVER_API_KEY`. */
export function environmentName(provider: string): string {
  return provider.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

type More = Partial<Quirks> & { readonly aliases?: readonly string[] };

function entry(name: string, baseUrl: string | null, keys: readonly string[], more: More): ProviderEntry {
  const { aliases = [], ...quirks } = more;
  return { name, aliases, baseUrl, keys, quirks: { ...HOSTED, ...quirks } };
}

function local(name: string, baseUrl: string, more: More): ProviderEntry {
  const { aliases = [], ...quirks } = more;
  return { name, aliases, baseUrl, keys: [`${environmentName(name)}_API_KEY`], quirks: { ...LOCAL, ...quirks } };
}
