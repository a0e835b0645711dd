import type { ChatResponse } from "ollama/browser";
import type { Config } from "../../config/config.ts";
import { ModullmError } from "../../core/error.ts";
import { isCount, isObject } from "../../core/json.ts";
import { credentialFault } from "../endpoint.ts";
import type { Endpoint } from "../endpoint.ts";
import { Exchange, notJson } from "../exchange.ts";
import type { Deadlines } from "../exchange.ts";
import { abilitiesOf } from "../families.ts";
import { reasonOf } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { Model, ModelNote, ModelPart, ModelProvider, ModelRequest } from "../model.ts";
import { deadlinesOf } from "../failover/deadlines.ts";
import { lineFetch } from "./lines.ts";
import { pullModel } from "./pull.ts";
import { ollamaBody } from "./request.ts";

export interface OllamaOptions {
  readonly endpoint: Endpoint;
  readonly config: Config;
  readonly fetch: typeof fetch;
  /** Whether a missing model is pulled. */
  readonly autoPull: boolean;
}

/** Milliseconds to list the models: a server on this machine that takes longer is not well. */
const TAGS_TIMEOUT = 10_000;

/** Models of an Ollama server, over its own protocol. */
export function createOllama(options: OllamaOptions): ModelProvider {
  return {
    id: options.endpoint.provider,
    model: (name) => createModel(name, options),
    list: (signal) => listModels(options, calleeOf(options.endpoint, "*"), signal),
  };
}

/** `llama3.2` is `llama3.2:latest`; a colon before the last slash is a port, not a tag. */
export function withTag(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).includes(":") ? name : `${name}:latest`;
}

function createModel(name: string, options: OllamaOptions): Model {
  const id = `${options.endpoint.written}/${name}`;
  return {
    id,
    origin: options.endpoint.baseUrl,
    window: null,
    abilities: abilitiesOf(options.endpoint, name),
    ready: (signal, note) => makeReady(name, options, signal, note),
    call: (request, signal) => callModel(name, options, request, signal),
  };
}

async function makeReady(
  name: string,
  options: OllamaOptions,
  signal: AbortSignal,
  note: (note: ModelNote) => void,
): Promise<void> {
  const fault = credentialFault(
    options.endpoint,
    `${options.endpoint.written}/${name}`,
    options.config,
  );
  if (fault !== null) throw fault;
  const callee = calleeOf(options.endpoint, name);
  const wanted = withTag(name).toLowerCase();
  const present = await listModels(options, callee, signal);
  if (present.some((model) => withTag(model).toLowerCase() === wanted)) return;
  if (!options.autoPull) throw missing(callee, name, null);
  // A large model is checked in silence for minutes after the last byte of it.
  const deadlines = { total: null, first: null, stall: 10 * 60_000 };
  const exchange = openExchange(options, callee, deadlines, signal, {});
  try {
    await pullModel(options.endpoint.baseUrl, name, lineFetch(exchange, callee), note);
  } catch (thrown) {
    const failure = exchange.explain(thrown);
    if (failure.code === "RLLM_022") throw failure;
    throw missing(callee, name, reasonOf(failure));
  } finally {
    exchange.close();
  }
}

async function* callModel(
  name: string,
  options: OllamaOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const { endpoint } = options;
  const fault = credentialFault(endpoint, `${endpoint.written}/${name}`, options.config);
  if (fault !== null) throw fault;
  const callee = calleeOf(endpoint, name);
  const { body, notes } = ollamaBody(endpoint, name, request);
  for (const note of notes) yield { type: "note", ...note };
  const deadlines = deadlinesOf(
    request.params["timeout"],
    { stream: true, patient: true },
    request.patience,
  );
  const exchange = openExchange(
    options,
    callee,
    deadlines,
    signal,
    request.params["extra_headers"],
  );
  try {
    const { Ollama } = await import("ollama/browser");
    const client = new Ollama({ host: endpoint.baseUrl, fetch: lineFetch(exchange, callee) });
    for await (const piece of await client.chat(body)) yield* partsOf(piece);
  } catch (thrown) {
    throw told(exchange.explain(thrown), callee, name);
  } finally {
    exchange.close();
  }
}

function* partsOf(piece: ChatResponse): Generator<ModelPart> {
  // What a server leaves out is not there, whatever the package's types promise.
  const {
    message,
    done,
    done_reason,
    prompt_eval_count,
    eval_count,
    model,
  }: Partial<ChatResponse> = piece;
  if (message?.thinking) yield { type: "reasoning", text: message.thinking };
  if (message?.content) yield { type: "text", text: message.content };
  if (!done) return;
  const counted = isCount(prompt_eval_count) && isCount(eval_count);
  yield {
    type: "finish",
    reason: done_reason === "stop" || done_reason === "length" ? done_reason : "other",
    usage: counted ? { prompt_tokens: prompt_eval_count, completion_tokens: eval_count } : null,
    served: model ?? null,
  };
}

async function listModels(
  options: OllamaOptions,
  callee: Callee,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const exchange = openExchange(
    options,
    callee,
    { total: TAGS_TIMEOUT, first: null, stall: null },
    signal,
    {},
  );
  try {
    const text = await exchange.text(await exchange.fetch(`${options.endpoint.baseUrl}/api/tags`));
    return tagsIn(text, callee);
  } catch (thrown) {
    throw told(exchange.explain(thrown), callee, "");
  } finally {
    exchange.close();
  }
}

function tagsIn(text: string, callee: Callee): readonly string[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw notJson(callee, text);
  }
  const models: unknown = isObject(body) ? body["models"] : null;
  const all = Array.isArray(models) ? models.filter(isObject) : [];
  return all
    .map((model) => model["name"] ?? model["model"])
    .filter((name) => typeof name === "string");
}

function openExchange(
  options: OllamaOptions,
  callee: Callee,
  deadlines: Deadlines,
  signal: AbortSignal,
  extra: unknown,
): Exchange {
  const { endpoint } = options;
  const headers: Record<string, string> = { ...keyHeader(endpoint), ...endpoint.headers };
  for (const [name, value] of Object.entries(isObject(extra) ? extra : {}))
    headers[name.toLowerCase()] = String(value);
  return new Exchange({ callee, fetch: options.fetch, signal, deadlines, headers });
}

/** The key is for Ollama's cloud or a guarded server; the one on this machine has no use for it. */
function keyHeader(endpoint: Endpoint): Record<string, string> {
  const { hostname } = new URL(endpoint.baseUrl);
  const here = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  return endpoint.key === null || here ? {} : { authorization: `Bearer ${endpoint.key.value}` };
}

function calleeOf(endpoint: Endpoint, name: string): Callee {
  const secrets = [endpoint.key?.value ?? "", ...Object.values(endpoint.headers)].filter(
    (secret) => secret.length >= 4,
  );
  const { host } = new URL(endpoint.baseUrl);
  return { provider: endpoint.provider, model: `${endpoint.written}/${name}`, host, secrets };
}

/** The failures that mean something more definite on this server. */
function told(failure: ModullmError, callee: Callee, name: string): ModullmError {
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
