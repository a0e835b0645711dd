/**
 * The plugin protocol, version 2: JSON-RPC 2.0, one message a line (UTF-8, `\n`), over the plugin's
 * standard input and output. What it writes to standard error is its log. `docs/plugin-protocol.md`
 * says the same in prose, with a state diagram and every limit.
 *
 * Order: the host sends `initialize` first and nothing else before its result; then any requests,
 * many at once; then `shutdown`, after whose result the plugin exits. Closing standard input means
 * `shutdown` without an answer. The host cancels a request with the notification `cancel`; the
 * plugin then answers that request with the error `cancelled`, soon. A plugin never sends requests.
 *
 * Version 2 added tools: what is marked so is neither sent to a plugin that answers `initialize`
 * with version 1, nor expected of it.
 */
export const PROTOCOL_VERSION = 2;

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
  /** Since version 2. */
  rerank: { params: RerankParams; result: RerankResult };
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
  /** Since version 2. The tools of the manifest that can be called with these settings. */
  "tools/list": {
    params: Record<string, never>;
    result: { readonly tools: readonly ToolInfo[] };
  };
  /** Since version 2. Many at once; may stream `progress` notifications with the request's id. */
  "tools/call": { params: ToolCallParams; result: ToolCallResult };
  shutdown: { params: Record<string, never>; result: Record<string, never> };
}

/** Notifications by method. */
export interface Notifications {
  /** Plugin to host, while a `chat` is being answered. */
  "chat/part": { readonly id: number; readonly part: ChatPart };
  /**
   * Plugin to host, while a `models/pull` or a `tools/call` is being done; resets the host's
   * deadline. Bytes, or any unit that both have; null where unknown.
   */
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
export type Ability =
  | "chat"
  | "embed"
  | "models/list"
  | "models/pull"
  | "rerank"
  | "tokens/count"
  | "tools/call"
  | "tools/list";

export interface ModelInfo {
  /** What stands behind `provider/` in a program. */
  readonly name: string;
  /** Tokens; null where unknown. */
  readonly window: number | null;
  /** Whether answers are made to meet `schema`: `enforced`, or `ignored`. @default "ignored" */
  readonly schema?: "enforced" | "ignored";
  /** Media types beside text, such as `image/png` or `image/*`. @default none */
  readonly media?: readonly string[];
  /**
   * Since version 2. Whether it calls tools; one that does not is never sent any. @default false
   */
  readonly tools?: boolean;
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
  /** Since version 2. Tools that the model may call. @default none */
  readonly tools?: readonly ToolOffer[];
  /** Whether it calls as it likes, at least one, none, or the one named. Comes with `tools`. */
  readonly tool_choice?: "auto" | "required" | "none" | { readonly name: string };
  /** Whether several calls may come in one turn. Comes with `tools`. */
  readonly parallel?: boolean;
}

/** A tool, as a model is told of it. */
export interface ToolOffer {
  /** Letters, digits, `_` and `-`, at most 64 of them. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly input: { readonly [key: string]: Json };
}

/**
 * One message of a conversation. Every message of a tool follows the assistant's message that has
 * its call.
 */
export type ChatMessage =
  | {
      readonly role: "system" | "user";
      readonly content: string;
      readonly attachments?: readonly Attachment[];
    }
  | {
      readonly role: "assistant";
      /** Empty where the model only called tools. */
      readonly content: string;
      readonly attachments?: readonly Attachment[];
      /** Since version 2. The calls that came with the text, in their order. */
      readonly calls?: readonly ToolCall[];
      /** Since version 2. What the plugin gave as `kept` parts in this turn, as it came. */
      readonly kept?: readonly Json[];
    }
  | {
      /** Since version 2. */
      readonly role: "tool";
      readonly content: string;
      readonly attachments?: readonly Attachment[];
      /** The call that this answers. */
      readonly call: { readonly id: string; readonly name: string };
      /** Whether the tool failed; `content` then says why. */
      readonly failed: boolean;
    };

export interface Attachment {
  readonly media_type: string;
  /** Base64, on one line. */
  readonly data: string;
  readonly name: string;
}

/** One call of a tool that a model made. */
export interface ToolCall {
  /** Unique in the conversation. */
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, whole. */
  readonly arguments: string;
  /** What the plugin wants back with this call, as it came. */
  readonly signature?: string;
}

export type ChatPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "note"; readonly message: string }
  /** Nothing to tell, but still at work; resets the host's deadline. */
  | { readonly type: "alive" }
  /** Since version 2. A call of a tool, once it is whole. Without an id the host gives it one. */
  | {
      readonly type: "tool-call";
      readonly id?: string;
      readonly name: string;
      readonly arguments: string;
      readonly signature?: string;
    }
  /** Since version 2. A picture or sound that the model gives. */
  | {
      readonly type: "media";
      readonly media_type: string;
      readonly data: string;
      readonly name: string;
    }
  /** Since version 2. What the plugin wants back with this turn, such as thoughts. */
  | { readonly type: "kept"; readonly value: Json };

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
  /**
   * Since version 2. How many numbers a vector shall have; a model that lets nobody choose ignores
   * it, which is an error to the host. @default as many as the model gives
   */
  readonly dimensions?: number;
  /**
   * Since version 2. What the vectors are for: texts that are looked for, or a query that looks for
   * them. @default "document"
   */
  readonly purpose?: "document" | "query";
}

export interface EmbedResult {
  /** One for each text, all of one length. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: { readonly prompt_tokens: number } | null;
}

/** A tool that the plugin has. */
export interface ToolInfo extends ToolOffer {
  /** JSON Schema of `value` in its results. @default it promises none */
  readonly output?: { readonly [key: string]: Json };
  /** As semver has them. @default the plugin's */
  readonly version?: string;
}

export interface ToolCallParams {
  readonly name: string;
  /** Meets the tool's `input`. */
  readonly input: { readonly [key: string]: Json };
}

/** What came of a call; it has a `content`, a `value` or both. */
export interface ToolCallResult {
  /** What the model reads. @default `value` as JSON */
  readonly content?: string;
  /** Meets the tool's `output` where it has one, unless it failed. */
  readonly value?: Json;
  /** Pictures, sound and documents that go along with it. @default none */
  readonly attachments?: readonly Attachment[];
  /** Whether the tool failed; `content` then says why, and the model reads it. @default false */
  readonly failed?: boolean;
}

export interface RerankParams {
  readonly model: string;
  readonly query: string;
  readonly documents: readonly string[];
}

export interface RerankResult {
  /**
   * How well each document answers the query, in the order of the documents, the higher the better.
   * The host may ask for some documents here and for others there: each has the score that it would
   * have alone.
   */
  readonly scores: readonly number[];
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
  /** There is no such tool. `data: {tool}` */
  tool_not_found: -32_005,
} as const;

/** A plugin's manifest: `modullm-plugin.json`, or the field `modullm` of package.json. */
export interface Manifest {
  /** Also the provider's name in programs: lower-case letters, digits and `-`. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** `typescript` and `javascript` run on the host's binary itself. */
  readonly language: "typescript" | "javascript" | "python" | "bash" | "binary" | (string & {});
  /** The version of this protocol it was made for. Tools need 2. */
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
  /**
   * The tools that it provides: what people agree to before it runs. `tools/list` may leave some
   * out and describe them in other words; their schemas and versions are these. @default none
   */
  readonly tools?: readonly ToolInfo[];
}
