/**
 * The plugin protocol, version 1: JSON-RPC 2.0, one message a line (UTF-8, `\n`), over the plugin's
 * standard input and output. What it writes to standard error is its log. `docs/plugin-protocol.md`
 * says the same in prose, with a state diagram and every limit.
 *
 * Order: the host sends `initialize` first and nothing else before its result; then any requests,
 * many at once; then `shutdown`, after whose result the plugin exits. Closing standard input means
 * `shutdown` without an answer. The host cancels a request with the notification `cancel`; the
 * plugin then answers that request with the error `cancelled`, soon. A plugin never sends requests.
 */
export const PROTOCOL_VERSION = 1;

/** The host writes whole numbers beyond ±(2^53 − 1) with all their digits. */
type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Requests by method: what the host sends as `params`, and what the plugin gives as `result`. */
export interface Methods {
  initialize: { params: InitializeParams; result: InitializeResult };
  "models/list": {
    params: Record<string, never>;
    result: { readonly models: readonly ModelInfo[] };
  };
  /** Streams `chat/part` notifications with the request's id, then gives its result. */
  chat: { params: ChatParams; result: ChatResult };
  embed: { params: EmbedParams; result: EmbedResult };
  "tokens/count": {
    params: { readonly model: string; readonly text: string };
    result: { readonly tokens: number };
  };
  health: {
    params: Record<string, never>;
    result: { readonly ok: boolean; readonly message?: string };
  };
  /** Streams `progress` notifications with the request's id. */
  "models/pull": { params: { readonly model: string }; result: Record<string, never> };
  shutdown: { params: Record<string, never>; result: Record<string, never> };
}

/** Notifications by method. */
export interface Notifications {
  /** Plugin to host, while a `chat` is being answered. */
  "chat/part": { readonly id: number; readonly part: ChatPart };
  /** Plugin to host, while a `models/pull` is being done. Bytes; null where unknown. */
  progress: {
    readonly id: number;
    readonly message: string;
    readonly completed: number | null;
    readonly total: number | null;
  };
  /** Host to plugin. */
  cancel: { readonly id: number };
}

export interface InitializeParams {
  /** The highest version that the host speaks; the plugin answers with one that both speak. */
  readonly protocol_version: number;
  readonly host: { readonly name: string; readonly version: string };
  /** As the user's configuration has them, checked against the manifest's `settings` schema. */
  readonly settings: { readonly [key: string]: Json };
  /** A folder that the plugin may keep things in. */
  readonly data_folder: string;
}

export interface InitializeResult {
  readonly protocol_version: number;
  readonly name: string;
  readonly version: string;
  readonly provides: readonly Ability[];
}

/**
 * Which methods a plugin has, beside `initialize`, `health` and `shutdown`, which every one has.
 */
export type Ability = "chat" | "embed" | "models/list" | "models/pull" | "tokens/count";

export interface ModelInfo {
  /** What stands behind `provider/` in a program. */
  readonly name: string;
  /** Tokens; null where unknown. */
  readonly window: number | null;
  /** Whether answers are made to meet `schema`: `enforced`, or `ignored`. @default "ignored" */
  readonly schema?: "enforced" | "ignored";
  /** Media types beside text, such as `image/png` or `image/*`. @default none */
  readonly media?: readonly string[];
}

export interface ChatParams {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /**
   * The program's `llm_params`. What the plugin does not know, it ignores and says so in a `note`
   * part.
   */
  readonly params: { readonly [key: string]: Json };
  /** JSON Schema of the answer. The host checks the answer in any case. */
  readonly schema: { readonly [key: string]: Json } | null;
  /** Whether someone watches: parts may then be sent as small as they come. */
  readonly stream: boolean;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  readonly attachments?: readonly {
    readonly media_type: string;
    readonly data: string;
    readonly name: string;
  }[];
}

export type ChatPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "note"; readonly message: string }
  /** Nothing to tell, but still at work; resets the host's deadline. */
  | { readonly type: "alive" };

export interface ChatResult {
  readonly reason: "stop" | "length" | "content-filter" | "other";
  /** Null where the plugin does not count. */
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  /** The model that answered; null where it is the one asked for. */
  readonly served: string | null;
}

export interface EmbedParams {
  readonly model: string;
  readonly texts: readonly string[];
}

export interface EmbedResult {
  /** One for each text, all of one length. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: { readonly prompt_tokens: number } | null;
}

/** Error codes beside those of JSON-RPC (-32700, -32600, -32601, -32602, -32603). */
export const ERRORS = {
  /** The request was cancelled. */
  cancelled: -32_000,
  /** There is no such model. `data: {model}` */
  model_not_found: -32_001,
  /** A key or setting is missing or refused. */
  unauthorized: -32_002,
  /**
   * What stands behind the plugin failed, but may not next time. `data: {status?, retry_after_ms?}`
   */
  unavailable: -32_003,
  /**
   * What stands behind the plugin refused the request; it would again. `data: {status?,
   * provider_code?}`
   */
  refused: -32_004,
} as const;

/** A plugin's manifest: `modullm-plugin.json`, or the field `modullm` of package.json. */
export interface Manifest {
  /** Also the provider's name in programs: lower-case letters, digits and `-`. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** `typescript` and `javascript` run on the host's binary itself. */
  readonly language: "typescript" | "javascript" | "python" | "bash" | "binary" | (string & {});
  /** The version of this protocol it was made for. */
  readonly interface_version: number;
  /**
   * How to start it, by platform (`linux`, `darwin`, `win32`, or `default`): program and arguments.
   * Paths are relative to the manifest's folder. For `typescript` and `javascript` one entry, the
   * file.
   */
  readonly command: { readonly [platform: string]: readonly string[] };
  readonly provides: readonly Ability[];
  /**
   * Names of the environment variables that it gets; it gets no others, but PATH, HOME, TMPDIR and
   * LANG. @default none
   */
  readonly env?: readonly string[];
  /**
   * What belongs to it: files and folders in its own folder, with `/`. The manifest, package.json,
   * its lock file and what `command` starts always do. @default all that is there
   */
  readonly files?: readonly string[];
  /**
   * JSON Schema of its settings in config.yaml (`plugins.NAME`). @default an object without
   * properties
   */
  readonly settings?: { readonly [key: string]: Json };
}
