import { ModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import { reasonOf } from "../failure.ts";
import { sleepFor } from "../../core/waiting.ts";
import type { Callee } from "../failure.ts";
import type { Endpoint } from "../endpoint.ts";
import { askHealth } from "../health.ts";
import type { Model, ModelNote } from "../model.ts";
import type { ModelProvider } from "../provider.ts";
import { askNames, createNative } from "../native.ts";
import { openExchange } from "../open-exchange.ts";
import type { NativeOptions, NativeProtocol } from "../protocol.ts";
import { calleeOf } from "../openai/address.ts";
import { keepInMemory } from "./memory.ts";
import { pullModel } from "./pull.ts";
import { lineReader } from "./reader.ts";
import { ollamaCall } from "./request.ts";
import { under } from "../under.ts";

export interface OllamaOptions extends NativeOptions {
  /** Whether a missing model is pulled. */
  readonly autoPull: boolean;
  /** Asked before that. @throws {ModullmError} where it may not be. @default nobody */
  readonly permitPull?: (id: string) => void;
  /** @default a timer */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
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

/**
 * Milliseconds between two signs of life: a large model is checked in silence after its last byte.
 */
const PULL_GAP = 10 * 60_000;

/** Models of an Ollama server. */
export function createOllama(options: OllamaOptions): ModelProvider {
  const provider = createNative(options, PROTOCOL);
  const { endpoint } = options;
  function present<M extends Pick<Model, "ready">>(name: string, model: M): M {
    return {
      ...model,
      async ready(signal, note) {
        await model.ready(signal, note);
        await makeReady(name, options, signal, note);
      },
    };
  }
  const { embedder } = provider;
  return {
    ...provider,
    model: (name) => present(name, provider.model(name)),
    ...(embedder ? { embedder: (name) => present(name, embedder(name)) } : {}),
    health: async (signal) =>
      await askHealth(options, PROTOCOL, {
        url: under(endpoint, "/api/version"),
        signal,
        said: ({ version }) => `Ollama ${typeof version === "string" ? version : "answers"}`,
      }),
    pull: async (name, signal, note) => await pull(name, options, { signal, note }),
    load: async (name, signal, { keepMs } = {}) =>
      await keepInMemory(name, keepMs, { options, protocol: PROTOCOL, signal }),
    unload: async (name, signal) =>
      await keepInMemory(name, 0, { options, protocol: PROTOCOL, signal }),
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
  if (!options.autoPull) throw missing(calleeOf(endpoint, name, {}), name, null);
  await pull(name, options, { signal, note });
}

interface Watched {
  readonly signal: AbortSignal;
  readonly note: (note: ModelNote) => void;
}

async function pull(name: string, options: OllamaOptions, watched: Watched): Promise<void> {
  const { endpoint } = options;
  const callee = calleeOf(endpoint, name, {});
  options.permitPull?.(`${endpoint.provider}/${name}`);
  try {
    await pullWithRetries(name, options, callee, watched);
  } catch (thrown) {
    if (!(thrown instanceof ModullmError) || thrown.code === "RLLM_022") throw thrown;
    throw missing(callee, name, thrown);
  }
}

/** Pulls that end without having brought anything new, before that is given up. */
const VAIN_PULLS = 3;
/** Milliseconds before a pull is asked for again. */
const PULL_WAIT = 1000;

/** Ollama keeps what it has: asked again, it goes on from there. */
async function pullWithRetries(
  name: string,
  options: OllamaOptions,
  callee: Callee,
  run: Watched,
): Promise<void> {
  const { endpoint, sleep = sleepFor } = options;
  const deadlines = { total: null, first: null, stall: PULL_GAP };
  const progress = { name, url: under(endpoint, "/api/pull"), note: run.note, most: 0 };
  for (let vain = 1; ; vain++) {
    const { signal } = run;
    const exchange = openExchange(options, PROTOCOL, { callee, deadlines, extra: {}, signal });
    const had = progress.most;
    try {
      return await pullModel(exchange, callee, progress);
    } catch (thrown) {
      const failure = exchange.explain(thrown);
      if (progress.most > had) vain = 1;
      if (!failure.retryable || isSettled(failure) || vain >= VAIN_PULLS) throw failure;
      const message = `The pull of "${name}" broke off, and goes on where it was: ${reasonOf(failure)}`;
      run.note({ kind: "retry-wait", message, data: { wait_ms: PULL_WAIT, attempt: vain } });
    } finally {
      exchange.close();
    }
    await sleep(PULL_WAIT, signal);
  }
}

/** Whether the server says something that another try won't change. */
function isSettled(failure: ModullmError): boolean {
  return /not exist|not found|no such|invalid|unauthori[sz]ed|denied|no space|insufficient/i.test(
    reasonOf(failure),
  );
}

/** The key is for Ollama's cloud or a guarded server; the one on this machine has no use for it. */
function keyHeader(endpoint: Endpoint): Record<string, string> {
  const { hostname } = new URL(endpoint.baseUrl);
  const here = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  return endpoint.key === null || here ? {} : { authorization: `Bearer ${endpoint.key.value}` };
}

function explain(failure: ModullmError, callee: Callee, name: string): ModullmError {
  const { status, refused, proxy } = failure.details;
  if (status === 404 && name !== "" && /model/i.test(reasonOf(failure)))
    return missing(callee, name, null);
  if (refused !== true || proxy !== undefined) return failure;
  return new ModullmError(failure.code, `${failure.message}; is \`ollama serve\` running?`, {
    details: failure.details,
    hint: `Start it with \`ollama serve\`, or set OLLAMA_API_BASE to where it runs.`,
    retryable: failure.retryable,
    cause: failure,
  });
}

/** @param failure of a pull; null where none was tried */
function missing(callee: Callee, name: string, failure: ModullmError | null): ModullmError {
  const { model, host } = callee;
  if (failure === null)
    return new ModullmError(
      "RLLM_010",
      `Cannot call model "${model}": it is not on the Ollama server at ${host}`,
      {
        details: { model },
        hint: `Run \`ollama pull ${name}\`, or pass --ollama-auto-pull.`,
      },
    );
  const reason = reasonOf(failure);
  return new ModullmError(
    "RLLM_010",
    `Cannot pull model "${name}" on the Ollama server at ${host}: ${reason}`,
    {
      details: { model, reason },
      hint: isSettled(failure)
        ? "Check the model's name, and the space on the server's disk."
        : "Run it again: nothing is lost, the pull goes on where it broke off.",
    },
  );
}
