import { ModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import { reasonOf } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { Endpoint } from "../endpoint.ts";
import type { ModelNote, ModelProvider } from "../model.ts";
import { askNames, createNative, openExchange, under } from "../native.ts";
import type { NativeOptions, NativeProtocol } from "../native.ts";
import { calleeOf } from "../openai/address.ts";
import { pullModel } from "./pull.ts";
import { lineReader } from "./reader.ts";
import { ollamaCall } from "./request.ts";

export interface OllamaOptions extends NativeOptions {
  /** Whether a missing model is pulled. */
  readonly autoPull: boolean;
}

/** Ollama's own protocol: docs.ollama.com/api/chat. */
const PROTOCOL: NativeProtocol = {
  headers: keyHeader,
  write: async (model, request) => ollamaCall(under(model.endpoint, "/api/chat"), model, request),
  reader: lineReader,
  listUrl: (endpoint) => under(endpoint, "/api/tags"),
  names({ models }) {
    const all = Array.isArray(models) ? models.filter(isObject) : [];
    return all
      .map((model) => model["name"] ?? model["model"])
      .filter((name) => typeof name === "string");
  },
  explain,
};

/** Milliseconds between two signs of life: a large model is checked in silence after its last byte. */
const PULL_GAP = 10 * 60_000;

/** Models of an Ollama server. */
export function createOllama(options: OllamaOptions): ModelProvider {
  const provider = createNative(options, PROTOCOL);
  return {
    ...provider,
    model(name) {
      const model = provider.model(name);
      return {
        ...model,
        async ready(signal, note) {
          await model.ready(signal, note);
          await makeReady(name, options, signal, note);
        },
      };
    },
  };
}

/** `llama3.2` is `llama3.2:latest`; a colon before the last slash is a port, not a tag. */
export function withTag(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).includes(":") ? name : `${name}:latest`;
}

async function makeReady(
  name: string,
  options: OllamaOptions,
  signal: AbortSignal,
  note: (note: ModelNote) => void,
): Promise<void> {
  const { endpoint } = options;
  const wanted = withTag(name).toLowerCase();
  const present = await askNames(options, PROTOCOL, signal);
  if (present.some((model) => withTag(model).toLowerCase() === wanted)) return;
  const callee = calleeOf(endpoint, name, {});
  if (!options.autoPull) throw missing(callee, name, null);
  const deadlines = { total: null, first: null, stall: PULL_GAP };
  const exchange = openExchange(options, PROTOCOL, { callee, deadlines, extra: {}, signal });
  try {
    await pullModel({ exchange, callee, url: under(endpoint, "/api/pull") }, name, note);
  } catch (thrown) {
    const failure = exchange.explain(thrown);
    if (failure.code === "RLLM_022") throw failure;
    throw missing(callee, name, reasonOf(failure));
  } finally {
    exchange.close();
  }
}

/** The key is for Ollama's cloud or a guarded server; the one on this machine has no use for it. */
function keyHeader(endpoint: Endpoint): Record<string, string> {
  const { hostname } = new URL(endpoint.baseUrl);
  const here = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  return endpoint.key === null || here ? {} : { authorization: `Bearer ${endpoint.key.value}` };
}

function explain(failure: ModullmError, callee: Callee, name: string): ModullmError {
  const { status, refused } = failure.details;
  if (status === 404 && name !== "" && /model/i.test(reasonOf(failure)))
    return missing(callee, name, null);
  if (refused !== true) return failure;
  return new ModullmError(failure.code, `${failure.message}; is \`ollama serve\` running?`, {
    details: failure.details,
    hint: `Start it with \`ollama serve\`, or set OLLAMA_API_BASE to where it runs.`,
    retryable: failure.retryable,
    cause: failure,
  });
}

function missing(callee: Callee, name: string, reason: string | null): ModullmError {
  const message =
    reason === null
      ? `Cannot call model "${callee.model}": it is not on the Ollama server at ${callee.host}`
      : `Cannot pull model "${name}" on the Ollama server at ${callee.host}: ${reason}`;
  return new ModullmError("RLLM_010", message, {
    details: { model: callee.model, ...(reason === null ? {} : { reason }) },
    hint:
      reason === null
        ? `Run \`ollama pull ${name}\`, or pass --ollama-auto-pull.`
        : `Check the model's name and the network.`,
  });
}
