import type { Config } from "../config/config.ts";
import type { JsonSchema } from "../contract/contract.ts";
import type { ModullmError } from "../core/error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Callee } from "./failure.ts";
import type { ModelNote, ModelRequest } from "./model.ts";
import type { Abilities, SchemaMode } from "./quirks.ts";
import type { Translation } from "./schema/translation.ts";
import type { BodyDecoder, ReplyReader } from "./stream.ts";

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

export type EnforcedMode = Exclude<SchemaMode, "none">;
export type Translator = (schema: JsonSchema, mode: EnforcedMode) => Translation;

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

/** Who a request is authorized for, and until when. */
export interface Authorizing {
  /** `provider/name`, for messages. */
  readonly id: string;
  readonly callee: Callee;
  readonly signal: AbortSignal;
}

export interface AuthorizedRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly body: string;
}

/** What authorizes one request. */
export interface Authorized {
  readonly headers: Readonly<Record<string, string>>;
  /** What of it is never shown, wherever a server quotes it. */
  readonly secrets: readonly string[];
}

/**
 * A protocol: what is sent, and what the events of the reply mean. Connections, limits, errors and
 * the reading of replies are the same for all.
 */
export interface NativeProtocol {
  /** The key and whatever else every request carries; names in lower case. */
  headers(endpoint: Endpoint): Readonly<Record<string, string>>;
  /** What tells accounts apart beside the key and the configured headers. @default nothing does */
  account?(): string;
  /**
   * Checks that `authorize` could do its work. @default nothing is to be checked
   * @throws {ModullmError} RLLM_014 without credentials
   */
  ready?(id: string): void;
  /**
   * Headers that one request carries beside: a signature, or a token that has to be asked for.
   * @default none
   * @throws {ModullmError} RLLM_014 without credentials
   */
  readonly authorize?: (request: AuthorizedRequest, at: Authorizing) => Promise<Authorized>;
  /**
   * @throws {ModullmError} RLLM_017 where the provider has no way to say something of the request
   */
  write(model: NativeModel, request: ModelRequest): Promise<NativeCall>;
  /** @default the body is text */
  decoder?(callee: Callee): BodyDecoder;
  reader(model: NativeModel, request: ModelRequest): ReplyReader;
  listUrl(endpoint: Endpoint): URL;
  /** The names in a reply to that address; a list that has no name is `data`. */
  names(reply: Readonly<Record<string, unknown>>): readonly string[];
  /** The failures that mean something more definite there. @default all stay as they are */
  explain?(failure: ModullmError, callee: Callee, name: string): ModullmError;
}
