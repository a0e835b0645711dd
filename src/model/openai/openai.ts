import type { Config } from "../../core/config.ts";
import { ModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import { credentialFault } from "../endpoint.ts";
import type { Endpoint } from "../endpoint.ts";
import { Exchange, notJson } from "../exchange.ts";
import type { Deadlines } from "../exchange.ts";
import { reasonOf } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { Model, ModelPart, ModelProvider, ModelRequest } from "../model.ts";
import { chatBody, weakenedNote } from "./request.ts";
import type { ChatBody } from "./request.ts";
import { streamedParts } from "./stream.ts";
import { wholeParts } from "./whole.ts";

export interface OpenAiOptions {
  readonly endpoint: Endpoint;
  readonly config: Config;
  readonly fetch: typeof fetch;
}

/** OpenAI and every server that speaks its chat protocol. */
export function createOpenAi(options: OpenAiOptions): ModelProvider {
  const { endpoint } = options;
  return {
    id: endpoint.provider,
    model: (name) => createModel(name, options),
    list: (signal) => listModels(options, signal),
  };
}

function createModel(name: string, options: OpenAiOptions): Model {
  const id = `${options.endpoint.written}/${name}`;
  return {
    id,
    window: null,
    async ready() {
      const fault = credentialFault(options.endpoint, id, options.config);
      if (fault !== null) throw fault;
    },
    call: (request, signal) => callModel(name, options, request, signal),
  };
}

async function* callModel(
  name: string,
  options: OpenAiOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const { endpoint } = options;
  const fault = credentialFault(endpoint, `${endpoint.written}/${name}`, options.config);
  if (fault !== null) throw fault;
  const chat = chatBody(endpoint, name, request);
  for (const note of chat.notes) yield { type: "note", ...note };
  try {
    yield* exchangeParts(name, options, chat, signal);
  } catch (thrown) {
    if (!chat.ownFormat || !refusesSchema(thrown)) throw thrown;
    const note = weakenedNote(endpoint, [{ pointer: "", keyword: "schema" }]);
    if (note !== null) yield { type: "note", ...note };
    const { response_format: _refused, ...body } = chat.body;
    yield* exchangeParts(name, options, { ...chat, body }, signal);
  }
}

async function* exchangeParts(
  name: string,
  options: OpenAiOptions,
  chat: ChatBody,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const callee = calleeOf(options.endpoint, name);
  const exchange = openExchange(options, callee, chat.deadlines, signal, chat.headers);
  try {
    const response = await send(options.endpoint, name, chat, exchange);
    const type = response.headers.get("content-type") ?? "";
    const events = type.includes("text/event-stream") || (chat.stream && !/json|html/.test(type));
    if (events) yield* streamedParts(exchange, response, callee);
    else yield* wholeParts(await exchange.text(response), callee);
  } finally {
    exchange.close();
  }
}

/**
 * Sends through the `openai` package, which knows the protocol's addresses and shapes. Its readers of replies are passed
 * over: they end a stream at the first malformed event, print to the console, and take a cut stream for a finished one.
 */
async function send(endpoint: Endpoint, name: string, chat: ChatBody, exchange: Exchange): Promise<Response> {
  const { OpenAI } = await import("openai");
  const client = new OpenAI({
    apiKey: endpoint.key?.value ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    ...addressOf(endpoint, name),
    maxRetries: 0,
    timeout: chat.deadlines.total ?? undefined,
    logLevel: "off",
    fetch: exchange.fetch,
  });
  try {
    return await client.post("/chat/completions", { body: chat.body, stream: chat.stream }).asResponse();
  } catch (thrown) {
    throw exchange.explain(thrown);
  }
}

/** Azure has an address for each deployment, with the version of its protocol; the newer `/openai/v1` is like OpenAI's. */
function addressOf(endpoint: Endpoint, name: string): { baseURL: string; defaultQuery?: Record<string, string> } {
  const { baseUrl, quirks, apiVersion } = endpoint;
  if (quirks.protocol !== "azure") return { baseURL: baseUrl };
  const url = new URL(baseUrl);
  const query = Object.fromEntries(url.searchParams);
  url.search = "";
  const base = url.toString().replace(/\/+$/, "");
  const dated = apiVersion ?? query["api-version"] ?? null;
  if (base.includes("/openai/deployments/")) {
    return { baseURL: base, defaultQuery: { ...query, "api-version": dated ?? "2024-10-21" } };
  }
  if (url.pathname !== "/" && url.pathname !== "/openai") return { baseURL: base, defaultQuery: query };
  if (dated === null) return { baseURL: `${url.origin}/openai/v1`, defaultQuery: query };
  const deployment = `${url.origin}/openai/deployments/${encodeURIComponent(name)}`;
  return { baseURL: deployment, defaultQuery: { ...query, "api-version": dated } };
}

async function listModels(options: OpenAiOptions, signal: AbortSignal): Promise<readonly string[]> {
  if (options.endpoint.models.length > 0) return options.endpoint.models;
  const fault = credentialFault(options.endpoint, options.endpoint.written, options.config);
  if (fault !== null) throw fault;
  const callee = calleeOf(options.endpoint, "models");
  const exchange = openExchange(options, callee, { total: 30_000, first: null, stall: null }, signal, {});
  try {
    const { baseUrl, quirks } = options.endpoint;
    const base = quirks.protocol === "azure" ? `${new URL(baseUrl).origin}/openai/v1` : baseUrl;
    const text = await exchange.text(await exchange.fetch(`${base}/models`));
    return namesIn(text, callee);
  } finally {
    exchange.close();
  }
}

function namesIn(text: string, callee: Callee): readonly string[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw notJson(callee, text);
  }
  const data: unknown = isObject(body) ? body["data"] : body;
  const all = Array.isArray(data) ? data.filter(isObject) : [];
  return all.map((model) => model["id"]).filter((id) => typeof id === "string");
}

function openExchange(
  options: OpenAiOptions,
  callee: Callee,
  deadlines: Deadlines,
  signal: AbortSignal,
  extra: Readonly<Record<string, string>>,
): Exchange {
  const { endpoint } = options;
  const headers = { ...authHeaders(endpoint), ...lowered(endpoint.headers), ...extra };
  return new Exchange({ callee, fetch: options.fetch, signal, deadlines, headers });
}

function authHeaders(endpoint: Endpoint): Record<string, string> {
  if (endpoint.key === null) return {};
  const { value } = endpoint.key;
  return endpoint.quirks.protocol === "azure" ? { "api-key": value } : { authorization: `Bearer ${value}` };
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function calleeOf(endpoint: Endpoint, name: string): Callee {
  const secrets = [endpoint.key?.value ?? "", ...Object.values(endpoint.headers)].filter(
    (secret) => secret.length >= 4,
  );
  return {
    provider: endpoint.provider,
    model: `${endpoint.written}/${name}`,
    host: new URL(endpoint.baseUrl).host,
    secrets,
  };
}

/** A server that says no to the format of the answer, not to the question. */
function refusesSchema(thrown: unknown): boolean {
  if (!(thrown instanceof ModullmError) || thrown.code !== "RLLM_017") return false;
  const { status } = thrown.details;
  return (
    (status === 400 || status === 422) &&
    /response_?format|json_?schema|structured output|guided|grammar/i.test(reasonOf(thrown))
  );
}
