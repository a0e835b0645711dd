import type { Config } from "../config/config.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { isObject, parseJson, writeJson } from "../core/json.ts";
import { accountOf } from "./account.ts";
import { credentialFault } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { ModullmError } from "../core/error.ts";
import { Exchange, notJson } from "./exchange.ts";
import type { Deadlines } from "./exchange.ts";
import { cutPromptNote } from "./cut-prompt.ts";
import { deadlinesOf } from "./failover/deadlines.ts";
import { providerFailure, refusesSchema } from "./failure.ts";
import type { Callee } from "./failure.ts";
import { abilitiesOf } from "./families.ts";
import type { Model, ModelNote, ModelPart, ModelProvider, ModelRequest } from "./model.ts";
import { calleeOf } from "./openai/address.ts";
import { textHeaders, weakenedNote } from "./openai/request.ts";
import type { Abilities, SchemaMode } from "./quirks.ts";
import { replyParts } from "./stream.ts";
import type { ReplyReader } from "./stream.ts";
import { translateSchema } from "./schema/translate.ts";
import type { Translation } from "./schema/translate.ts";

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
  /** What is sent of a schema; worked out once for each, as a program is run many times. */
  readonly translate: Translator;
}

type EnforcedMode = Exclude<SchemaMode, "none">;
type Translator = (schema: JsonSchema, mode: EnforcedMode) => Translation;

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
  /** Whether the answer is asked for in pieces. */
  readonly stream: boolean;
  /** Tokens that the server was told to hold. @default it was not told */
  readonly window?: number;
}

/**
 * A protocol: what is sent, and what the events of the reply mean. Connections, limits, errors and
 * the reading of replies are the same for all.
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
  /** The names in a reply to that address; a list that has no name is `data`. */
  names(reply: Readonly<Record<string, unknown>>): readonly string[];
  /** The failures that mean something more definite there. @default all stay as they are */
  explain?(failure: ModullmError, callee: Callee, name: string): ModullmError;
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
  const translate = createTranslator();
  const ready = async (): Promise<void> => {
    const fault = credentialFault(endpoint, id, config);
    if (fault !== null) throw fault;
  };
  return {
    id,
    origin: endpoint.baseUrl,
    get account() {
      return accountOf(endpoint);
    },
    window: null,
    abilities,
    ready,
    async *call(request, signal) {
      await ready();
      const extra = textHeaders(request.params["extra_headers"]);
      const callee = calleeOf(endpoint, name, extra);
      const at = { name, endpoint, abilities, config, callee, translate };
      const call = await protocol.write(at, request);
      for (const note of call.notes) yield { type: "note", ...note };
      const patient = call.patient || endpoint.quirks.local;
      const deadlines = deadlinesOf(
        request.params["timeout"],
        { stream: call.stream, patient },
        request.patience,
      );
      const opening = { callee, deadlines, extra, signal };
      try {
        yield* exchangeParts(options, protocol, opening, { call, request });
      } catch (thrown) {
        if (call.bare === null || !refusesSchema(thrown, FORMAT_WORDS))
          throw explained(protocol, thrown, callee, name);
        const note = weakenedNote(endpoint, [{ pointer: "", keyword: "schema" }]);
        if (note !== null) yield { type: "note", ...note };
        const params = await request.again?.(thrown);
        const other = params && (await protocol.write(at, { ...request, params })).bare;
        const bare = { ...call, body: other ?? call.bare };
        yield* exchangeParts(options, protocol, opening, { call: bare, request });
      }
    },
  };
}

function createTranslator(): Translator {
  const known = new WeakMap<JsonSchema, Map<EnforcedMode, Translation>>();
  return (schema, mode) => {
    const made = known.get(schema) ?? new Map<EnforcedMode, Translation>();
    known.set(schema, made);
    const translation = made.get(mode) ?? translateSchema(schema, mode);
    made.set(mode, translation);
    return translation;
  };
}

async function* exchangeParts(
  options: NativeOptions,
  protocol: NativeProtocol,
  opening: Opening,
  { call, request }: { readonly call: NativeCall; readonly request: ModelRequest },
): AsyncGenerator<ModelPart> {
  const { callee } = opening;
  const exchange = openExchange(options, protocol, opening);
  try {
    const body = writeJson(call.body);
    const response = await exchange.fetch(call.url, { method: "POST", body });
    const parts = replyParts(exchange, response, callee, protocol.reader(callee));
    for await (const part of parts) {
      const usage = part.type === "finish" ? part.usage : null;
      const note = usage && cutPromptNote(callee.model, request, usage, call.window ?? null);
      if (note !== null) yield { type: "note", ...note };
      yield part;
    }
  } finally {
    exchange.close();
  }
}

/** @throws {ModullmError} RLLM_014 or RLLM_017 */
async function listModels(
  options: NativeOptions,
  protocol: NativeProtocol,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { endpoint, config } = options;
  if (endpoint.models.length > 0) return endpoint.models;
  const fault = credentialFault(endpoint, endpoint.written, config);
  if (fault !== null) throw fault;
  return askNames(options, protocol, signal);
}

/** The names that the server lists, whatever the user has listed. */
export async function askNames(
  options: NativeOptions,
  protocol: NativeProtocol,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { endpoint } = options;
  const callee = calleeOf(endpoint, "*", {});
  const deadlines = { total: LIST_TIME, first: null, stall: null };
  const exchange = openExchange(options, protocol, { callee, deadlines, extra: {}, signal });
  try {
    const text = await exchange.text(await exchange.fetch(protocol.listUrl(endpoint)));
    const reply = parsed(text, callee);
    if (Array.isArray(reply)) return protocol.names({ data: reply });
    return isObject(reply) ? protocol.names(reply) : [];
  } catch (thrown) {
    throw explained(protocol, exchange.explain(thrown), callee, "");
  } finally {
    exchange.close();
  }
}

function explained(
  protocol: NativeProtocol,
  thrown: unknown,
  callee: Callee,
  name: string,
): unknown {
  if (!(thrown instanceof ModullmError)) return thrown;
  return protocol.explain?.(thrown, callee, name) ?? thrown;
}

/** Milliseconds to list the models. */
const LIST_TIME = 30_000;

export interface Opening {
  readonly callee: Callee;
  readonly deadlines: Deadlines;
  readonly extra: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export function openExchange(
  options: NativeOptions,
  protocol: NativeProtocol,
  opening: Opening,
): Exchange {
  const { endpoint, fetch } = options;
  const { callee, deadlines, extra, signal } = opening;
  const headers = { ...protocol.headers(endpoint), ...textHeaders(endpoint.headers), ...extra };
  for (const [name, value] of Object.entries(headers))
    if (!HEADER_TEXT.test(value)) throw unsendable(callee, name);
  return new Exchange({ callee, fetch, signal, deadlines, headers });
}

/** What HTTP carries: Latin-1 without control characters. */
const HEADER_TEXT = /^[\t\x20-\x7E\xA0-\xFF]*$/;

function unsendable(callee: Callee, name: string): ModullmError {
  const reason = `the header "${name}" holds a character that can't be sent`;
  const hint = `Correct it under providers in config.yaml, or in the base URL.`;
  return providerFailure(callee, reason, { retryable: false, hint });
}

function parsed(body: string, callee: Callee): unknown {
  try {
    return parseJson(body, { decimals: "nearest" });
  } catch {
    throw notJson(callee, body);
  }
}

/** By which servers say that it is the form of the answer what they refuse. */
const FORMAT_WORDS =
  /schema|response_?format|output_config|output format|structured output|text\.format|guided|grammar|too many states/i;
