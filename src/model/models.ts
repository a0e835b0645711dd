import type { Config } from "../config/config.ts";
import { ModullmError } from "../core/error.ts";
import { type BreakerOptions, createBreaker } from "./failover/breaker.ts";
import { type Endpoint, resolveEndpoint } from "./endpoint.ts";
import type { Model } from "./model.ts";
import type { ModelProvider } from "./provider.ts";
import type { Embedder } from "./embedder.ts";
import type { Reranker } from "./reranker.ts";
import { retryEmbedder, retryReranker } from "./retry-whole.ts";
import { withRetry } from "./retry.ts";
import type { RetryOptions } from "./tries.ts";

export interface ModelsOptions {
  readonly config: Config;
  /** @default the process's own `fetch` */
  readonly fetch?: typeof fetch;
  /** Whether a local model that is missing is pulled. @default false */
  readonly autoPull?: boolean;
  /** Asked before a model is pulled. @throws {ModullmError} where it may not. @default nobody */
  readonly permitPull?: (id: string) => void;
  /** The provider `builtin`, loaded when a program asks for it. */
  readonly baseline: () => Promise<ModelProvider>;
  /** Where the records of failing models are kept. @default nowhere: no model is spared */
  readonly breakers?: Omit<BreakerOptions, "now">;
  /**
   * The provider that a plugin is, for names that nothing else stands for; null where there is no
   * such plugin.
   */
  readonly plugin?: (name: string) => Promise<ModelProvider | null>;
  readonly sleep?: NonNullable<RetryOptions["sleep"]>;
  readonly random?: () => number;
}

/**
 * Every model a program may name. An adapter is loaded when its first model is asked for, and opens
 * nothing before a call.
 */
export interface Models {
  /**
   * @param id `provider/name`; the provider in any case, the rest as the server spells it
   * @throws {ModullmError} RLLM_002 when the id is malformed or its provider unknown, RLLM_018 when
   * its settings are broken
   */
  get(id: string): Promise<Model>;
  /**
   * @param id as above
   * @throws {ModullmError} as above, and RLLM_002 for a provider that gives no vectors
   */
  embedder(id: string): Promise<Embedder>;
  /** @throws {ModullmError} as above, and RLLM_002 for a provider that scores no documents */
  reranker(id: string): Promise<Reranker>;
  /** @param name what stands before the slash */
  provider(name: string): Promise<ModelProvider>;
  close(): Promise<void>;
}

export function createModels(options: ModelsOptions): Models {
  const providers = new Map<string, Promise<ModelProvider>>();
  const models = new Map<string, Model>();
  function provider(name: string): Promise<ModelProvider> {
    const found = providers.get(name);
    if (found !== undefined) return found;
    const loading = loadProvider(name, options);
    providers.set(name, loading);
    // A failure is told to whoever asked; asking again tries again.
    loading.catch(() => providers.delete(name));
    return loading;
  }
  return {
    async get(id) {
      const known = models.get(id);
      if (known !== undefined) return known;
      const { front, name } = splitId(id);
      const model = (await provider(front)).model(name);
      const made = isBuiltin(front) ? model : withRetry(model, retryOptions(model, options));
      models.set(id, made);
      return made;
    },
    async embedder(id) {
      const { front, name } = splitId(id);
      const { embedder } = await provider(front);
      if (!embedder) throw unable(id, `${front} has no models that give vectors`);
      const made = embedder(name);
      return isBuiltin(front) ? made : retryEmbedder(made, retryOptions(made, options));
    },
    async reranker(id) {
      const { front, name } = splitId(id);
      const { reranker } = await provider(front);
      if (!reranker) throw unable(id, `${front} has no models that score documents`);
      const made = reranker(name);
      return isBuiltin(front) ? made : retryReranker(made, retryOptions(made, options));
    },
    provider,
    async close() {
      const loaded = await Promise.allSettled(providers.values());
      providers.clear();
      models.clear();
      for (const result of loaded) if (result.status === "fulfilled") await result.value.close?.();
    },
  };
}

async function loadProvider(name: string, options: ModelsOptions): Promise<ModelProvider> {
  if (isBuiltin(name)) return options.baseline();
  const { config } = options;
  const endpoint = await endpointOrPlugin(name, options);
  if ("model" in endpoint) return endpoint;
  const adapter = { endpoint, config, fetch: options.fetch ?? fetch };
  switch (endpoint.quirks.protocol) {
    case "ollama": {
      const { createOllama } = await import("./ollama/ollama.ts");
      const { autoPull = false, permitPull, sleep } = options;
      return createOllama({
        ...adapter,
        autoPull,
        ...(permitPull === undefined ? {} : { permitPull }),
        ...(sleep === undefined ? {} : { sleep }),
      });
    }
    case "anthropic": {
      const { createAnthropic } = await import("./anthropic/anthropic.ts");
      return createAnthropic(adapter);
    }
    case "gemini": {
      if (endpoint.quirks.account === "google") {
        const { createVertex } = await import("./vertex/vertex.ts");
        return createVertex(adapter);
      }
      const { createGemini } = await import("./gemini/gemini.ts");
      return createGemini(adapter);
    }
    case "bedrock": {
      const { createBedrock } = await import("./bedrock/bedrock.ts");
      return createBedrock(adapter);
    }
    case "responses": {
      const { createResponses } = await import("./responses/responses.ts");
      return createResponses(adapter);
    }
    case "openai":
    case "azure": {
      const { createOpenAi } = await import("./openai/openai.ts");
      const { sleep } = options;
      return createOpenAi({ ...adapter, ...(sleep === undefined ? {} : { sleep }) });
    }
  }
}

/** What is built in or configured comes first, so that no plugin can take a known name. */
async function endpointOrPlugin(
  name: string,
  { config, plugin }: ModelsOptions,
): Promise<Endpoint | ModelProvider> {
  try {
    return resolveEndpoint(name, config);
  } catch (thrown) {
    const isUnknown = thrown instanceof ModullmError && thrown.code === "RLLM_002";
    const provider = isUnknown ? await plugin?.(name) : null;
    if (provider) return provider;
    throw thrown;
  }
}

function isBuiltin(name: string): boolean {
  return name.toLowerCase() === "builtin";
}

function retryOptions(
  { id, origin }: Pick<Model, "id" | "origin">,
  { sleep, random, breakers }: ModelsOptions,
): RetryOptions {
  return {
    ...(sleep === undefined ? {} : { sleep }),
    ...(random === undefined ? {} : { random }),
    ...(breakers === undefined
      ? {}
      : { breaker: createBreaker(`${id} ${origin ?? ""}`, breakers) }),
  };
}

function unable(id: string, reason: string): ModullmError {
  const message = `Cannot use "${id}" for this: ${reason}`;
  return new ModullmError("RLLM_002", message, { details: { field: "model", value: id } });
}

function splitId(id: string): { front: string; name: string } {
  const slash = id.indexOf("/");
  const [front, name] =
    slash < 0 ? [id, ""] : [id.slice(0, slash).trim(), id.slice(slash + 1).trim()];
  if (slash >= 0 && front !== "" && name !== "") return { front, name };
  throw new ModullmError("RLLM_002", `Cannot use model "${id}": it is not provider/name`, {
    details: { field: "llm.model", value: id },
    hint:
      `Write the provider, a slash and the model's name, as in "openai/gpt-5-mini" or ` +
      '"ollama/llama3.2".',
  });
}
