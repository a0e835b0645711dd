import type { Config } from "../config/config.ts";
import { isObject } from "../core/json.ts";
import { credentialFault } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { Exchange, notJson } from "./exchange.ts";
import type { Deadlines } from "./exchange.ts";
import { deadlinesOf } from "./failover/deadlines.ts";
import { excerpt, providerFailure, refusesSchema } from "./failure.ts";
import type { Callee } from "./failure.ts";
import { abilitiesOf } from "./families.ts";
import type { Model, ModelNote, ModelPart, ModelProvider, ModelRequest } from "./model.ts";
import { calleeOf } from "./openai/address.ts";
import { textHeaders, weakenedNote } from "./openai/request.ts";
import type { Abilities } from "./quirks.ts";
import { streamedParts } from "./stream.ts";
import type { ReplyReader } from "./stream.ts";

export interface NativeOptions {
  readonly endpoint: Endpoint;
  readonly config: Config;
  readonly fetch: typeof fetch;
}

/** The model that is called: all a protocol needs to write its request. */
export interface NativeModel {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly abilities: Abilities;
  readonly config: Config;
  readonly callee: Callee;
}

/** A request in a provider's own form. */
export interface NativeCall {
  readonly url: URL;
  readonly body: Readonly<Record<string, unknown>>;
  readonly notes: readonly ModelNote[];
  /**
   * The body without what enforces the schema, for a server that refuses that; null where nothing
   * of ours does.
   */
  readonly bare: Readonly<Record<string, unknown>> | null;
  /** Whether the model may be silent for long before its answer. */
  readonly patient: boolean;
}

/**
 * A provider's own protocol: what is sent, and what the events of the reply mean. Connections,
 * limits, errors and the reading of streams are the same for all. Calls are always streamed: a
 * server that streams shows that it is alive.
 */
export interface NativeProtocol {
  /** The key and whatever else every request carries; names in lower case. */
  headers(endpoint: Endpoint): Readonly<Record<string, string>>;
  /**
   * @throws {ModullmError} RLLM_017 where the provider has no way to say something of the request
   */
  write(model: NativeModel, request: ModelRequest): Promise<NativeCall>;
  reader(callee: Callee): ReplyReader;
  listUrl(endpoint: Endpoint): URL;
  /** The names in a reply to that address. */
  names(reply: Readonly<Record<string, unknown>>): readonly string[];
}

export function createNative(options: NativeOptions, protocol: NativeProtocol): ModelProvider {
  const { endpoint } = options;
  return {
    id: endpoint.provider,
    model: (name) => createModel(name, options, protocol),
    list: (signal) => listModels(options, protocol, signal),
  };
}

/** The base URL with these segments behind its path; its query stays. */
export function under(
  endpoint: Endpoint,
  path: string,
  missing?: { readonly end: RegExp; readonly add: string },
): URL {
  const url = new URL(endpoint.baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  url.pathname = `${missing === undefined || missing.end.test(base) ? base : `${base}${missing.add}`}${path}`;
  return url;
}

function createModel(name: string, options: NativeOptions, protocol: NativeProtocol): Model {
  const { endpoint, config } = options;
  const id = `${endpoint.written}/${name}`;
  const abilities = abilitiesOf(endpoint, name);
  return {
    id,
    origin: endpoint.baseUrl,
    window: null,
    abilities,
    async ready() {
      const fault = credentialFault(endpoint, id, config);
      if (fault !== null) throw fault;
    },
    async *call(request, signal) {
      const fault = credentialFault(endpoint, id, config);
      if (fault !== null) throw fault;
      const extra = textHeaders(request.params["extra_headers"]);
      const callee = calleeOf(endpoint, name, extra);
      const call = await protocol.write({ name, endpoint, abilities, config, callee }, request);
      for (const note of call.notes) yield { type: "note", ...note };
      const patient = call.patient || endpoint.quirks.local;
      const deadlines = deadlinesOf(
        request.params["timeout"],
        { stream: true, patient },
        request.patience,
      );
      const open = () => openExchange(options, protocol, { callee, deadlines, extra, signal });
      try {
        yield* exchangeParts(open(), protocol, call, callee);
      } catch (thrown) {
        if (call.bare === null || !refusesSchema(thrown, FORMAT_WORDS)) throw thrown;
        const note = weakenedNote(endpoint, [{ pointer: "", keyword: "schema" }]);
        if (note !== null) yield { type: "note", ...note };
        const params = await request.again?.(thrown);
        const { bare } =
          params === undefined
            ? call
            : await protocol.write(
                { name, endpoint, abilities, config, callee },
                { ...request, params },
              );
        yield* exchangeParts(open(), protocol, { ...call, body: bare ?? call.bare }, callee);
      }
    },
  };
}

async function* exchangeParts(
  exchange: Exchange,
  protocol: NativeProtocol,
  call: NativeCall,
  callee: Callee,
): AsyncGenerator<ModelPart> {
  try {
    const response = await exchange.fetch(call.url, {
      method: "POST",
      body: JSON.stringify(call.body),
    });
    const type = response.headers.get("content-type") ?? "";
    const reader = protocol.reader(callee);
    if (/json|html/.test(type)) yield* wholeParts(await exchange.text(response), callee, reader);
    else yield* streamedParts(exchange, response, callee, reader);
  } finally {
    exchange.close();
  }
}

/**
 * A reply in one piece, from a server that does not stream; some send a list of what they would
 * have streamed.
 */
function* wholeParts(body: string, callee: Callee, reader: ReplyReader): Generator<ModelPart> {
  const value = parsed(body, callee);
  const events = Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];
  for (const event of events) yield* reader.take(event);
  const end = reader.end();
  if (end === null) {
    const reason = `${callee.host} sent a reply without an answer: ${excerpt(body, callee)}`;
    throw providerFailure(callee, reason, { status: 200, retryable: false });
  }
  yield* end;
}

async function listModels(
  options: NativeOptions,
  protocol: NativeProtocol,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { endpoint, config } = options;
  if (endpoint.models.length > 0) return endpoint.models;
  const fault = credentialFault(endpoint, endpoint.written, config);
  if (fault !== null) throw fault;
  const callee = calleeOf(endpoint, "models", {});
  const deadlines = { total: 30_000, first: null, stall: null };
  const exchange = openExchange(options, protocol, { callee, deadlines, extra: {}, signal });
  try {
    const text = await exchange.text(await exchange.fetch(protocol.listUrl(endpoint)));
    const reply = parsed(text, callee);
    return isObject(reply) ? protocol.names(reply) : [];
  } finally {
    exchange.close();
  }
}

interface Opening {
  readonly callee: Callee;
  readonly deadlines: Deadlines;
  readonly extra: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

function openExchange(
  options: NativeOptions,
  protocol: NativeProtocol,
  opening: Opening,
): Exchange {
  const { endpoint, fetch } = options;
  const { callee, deadlines, extra, signal } = opening;
  const own = Object.entries(endpoint.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = { ...protocol.headers(endpoint), ...Object.fromEntries(own), ...extra };
  return new Exchange({ callee, fetch, signal, deadlines, headers });
}

function parsed(body: string, callee: Callee): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw notJson(callee, body);
  }
}

/** By which these providers say what they refuse. */
const FORMAT_WORDS =
  /schema|output_config|output format|structured output|text\.format|grammar|too many states/i;
