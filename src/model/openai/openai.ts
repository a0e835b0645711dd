import type { Config } from "../../config/config.ts";
import { isObject } from "../../core/json.ts";
import { credentialFault } from "../endpoint.ts";
import type { Endpoint } from "../endpoint.ts";
import { Exchange, notJson } from "../exchange.ts";
import type { Deadlines } from "../exchange.ts";
import { refusesSchema } from "../failure.ts";
import type { Callee } from "../failure.ts";
import { abilitiesOf } from "../families.ts";
import type { Model, ModelPart, ModelProvider, ModelRequest } from "../model.ts";
import { streamedParts } from "../stream.ts";
import { addressOf, calleeOf, headersOf, listAddress, modelIds } from "./address.ts";
import { chatBody, weakenedNote } from "./request.ts";
import type { ChatBody } from "./request.ts";
import { chunkReader } from "./stream.ts";
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
    origin: options.endpoint.baseUrl,
    window: null,
    abilities: abilitiesOf(options.endpoint, name),
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
    if (!chat.ownFormat || !refusesSchema(thrown, FORMAT_WORDS)) throw thrown;
    const note = weakenedNote(endpoint, [{ pointer: "", keyword: "schema" }]);
    if (note !== null) yield { type: "note", ...note };
    const params = (await request.again?.(thrown)) ?? request.params;
    const again = chatBody(endpoint, name, { ...request, params });
    const { response_format: _refused, ...body } = again.body;
    yield* exchangeParts(name, options, { ...chat, body }, signal);
  }
}

async function* exchangeParts(
  name: string,
  options: OpenAiOptions,
  chat: ChatBody,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const callee = calleeOf(options.endpoint, name, chat.headers);
  const exchange = openExchange(options, callee, chat.deadlines, signal, chat.headers);
  try {
    const response = await send(options.endpoint, name, chat, exchange);
    const type = response.headers.get("content-type") ?? "";
    const events = type.includes("text/event-stream") || (chat.stream && !/json|html/.test(type));
    if (events) yield* streamedParts(exchange, response, callee, chunkReader(callee));
    else yield* wholeParts(await exchange.text(response), callee);
  } finally {
    exchange.close();
  }
}

/**
 * Sends through the `openai` package, which knows the protocol's addresses and shapes. Its readers
 * of replies are passed over: they end a stream at the first malformed event, print to the console,
 * and take a cut stream for a finished one.
 */
async function send(
  endpoint: Endpoint,
  name: string,
  chat: ChatBody,
  exchange: Exchange,
): Promise<Response> {
  const { OpenAI } = await import("openai");
  try {
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
    return await client
      .post("/chat/completions", { body: chat.body, stream: chat.stream })
      .asResponse();
  } catch (thrown) {
    throw exchange.explain(thrown);
  }
}

async function listModels(options: OpenAiOptions, signal: AbortSignal): Promise<readonly string[]> {
  if (options.endpoint.models.length > 0) return options.endpoint.models;
  const fault = credentialFault(options.endpoint, options.endpoint.written, options.config);
  if (fault !== null) throw fault;
  const callee = calleeOf(options.endpoint, "models", {});
  const exchange = openExchange(
    options,
    callee,
    { total: 30_000, first: null, stall: null },
    signal,
    {},
  );
  try {
    const text = await exchange.text(await exchange.fetch(listAddress(options.endpoint)));
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
  return modelIds(isObject(body) ? body["data"] : body);
}

function openExchange(
  options: OpenAiOptions,
  callee: Callee,
  deadlines: Deadlines,
  signal: AbortSignal,
  extra: Readonly<Record<string, string>>,
): Exchange {
  const { endpoint } = options;
  const headers = { ...headersOf(endpoint), ...extra };
  return new Exchange({ callee, fetch: options.fetch, signal, deadlines, headers });
}

/** By which servers of this protocol say what they refuse. */
const FORMAT_WORDS = /response_?format|json_?schema|structured output|guided|grammar/i;
