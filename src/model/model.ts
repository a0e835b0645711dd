import type { JsonSchema } from "../contract/contract.ts";
import type { ModullmError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import type { NoteKind, Usage } from "../core/events.ts";
import type { Attachment } from "./attachment.ts";
import type { Abilities, Protocol } from "./quirks.ts";
import type { ToolCall, ToolChoice, ToolOffer } from "./tool.ts";

/**
 * One model that can be called. Holds no state between calls; calls may run at the same time.
 */
export interface Model {
  /** `provider/name`, as the program wrote it. */
  readonly id: string;
  /**
   * Where calls go, without secrets; tells two servers apart that go by one name. Absent: the id
   * says it all.
   */
  readonly origin?: string;
  /**
   * A digest of the account that calls are made with: key and configured headers. Absent: there is
   * none.
   */
  readonly account?: string;
  /** Context window in tokens; null where unknown. */
  readonly window: number | null;
  /**
   * What it can do and how it is asked. Absent: it is asked nothing (a model that runs in this
   * process).
   */
  readonly abilities?: Abilities;
  /**
   * Checks without paying that a call could be made: credentials, a local model's presence (pulling
   * it if the provider was made so). Called once before anything of a run is paid for.
   * @throws {ModullmError} RLLM_014 without credentials, RLLM_010 for a local model that is not
   * there
   */
  ready(signal: AbortSignal, note: (note: ModelNote) => void): Promise<void>;
  /**
   * Milliseconds since the epoch until which calls are better spared, because the last ones failed;
   * null: it may be called. Advice: a call is made all the same. Absent: nothing is kept on record.
   */
  restsUntil?(): number | null;
  /**
   * One call, streamed. An adapter may give the whole text as one part.
   *
   * The stream ends with exactly one `finish`. A reply without any text has no `text` part (not an
   * empty one). Aborting `signal` closes the connection and ends the stream with RLLM_022. A stream
   * that ends before the model finished is an error, never a short success.
   * @throws {ModullmError} RLLM_017 when the provider refuses or fails (`retryable` says whether to
   * try again), RLLM_011
   *   when the reply is not one
   */
  call(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
}

export interface ModelRequest {
  readonly messages: readonly Message[];
  /** `llm_params` of the program, checked. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The output contract's schema: enforced where the server can, ignored where it can't. */
  readonly schema: JsonSchema;
  /**
   * Tools that the model may call; never together with `params.tools`. Where a server can't hold a
   * model to a schema while it has tools, `schema` is enforced only with `choice: "none"`.
   * @default none
   */
  readonly tools?: {
    readonly offers: readonly ToolOffer[];
    readonly choice: ToolChoice;
    /** Whether several calls may come in one turn. */
    readonly parallel: boolean;
  };
  /**
   * Whether the caller shows text as it comes; without it an adapter may fetch the answer whole.
   */
  readonly stream: boolean;
  /** How long to wait for what. @default as on a last model, with nothing set */
  readonly patience?: Patience;
  /**
   * What this call has had already, where it begins anew because its answer broke off. @default
   * nothing
   */
  readonly before?: {
    /** Failed tries. */
    readonly tries: number;
    readonly milliseconds: number;
  };
  /**
   * Asked before every further request of this call, whoever sends it: another try, or the same
   * without what a server refused. Gives the parameters to send then. What it throws ends the call.
   * @default nothing limits the requests
   */
  readonly again?: (failure: ModullmError) => Promise<ModelRequest["params"]>;
  /**
   * What the prompt was rendered from. Only for models that run in this process; never sent
   * anywhere.
   */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * How long a caller waits before it gives up on a call. What is set is in milliseconds; null:
 * nothing is set.
 */
export interface Patience {
  /** Whether another model takes over when this one fails: then waiting is short. */
  readonly another: boolean;
  /** Until the server is reached. */
  readonly connect: number | null;
  /** From the request to the first sign of life: any byte of the answer, a keep-alive too. */
  readonly first: number | null;
  /** Between two signs of life. */
  readonly gap: number | null;
  /** The whole call with its retries; `params.timeout` wins. */
  readonly total: number | null;
}

/**
 * One message of a conversation. Every `ToolMessage` follows the assistant's message that has its
 * call, and all calls of one are answered before the next message of the user or the assistant.
 */
export type Message = TextMessage | AssistantMessage | ToolMessage;

export interface TextMessage {
  readonly role: "system" | "user";
  readonly content: string;
  /** Pictures, sound and documents that go with the text, before it; on a user's message only. */
  readonly attachments?: readonly Attachment[];
}

export interface AssistantMessage {
  readonly role: "assistant";
  /** Empty where the model only called tools. */
  readonly content: string;
  /** Pictures and sound that the model gave; not sent where no model takes its own back. */
  readonly attachments?: readonly Attachment[];
  /** Calls that came with the text, after it, in their order. @default none */
  readonly calls?: readonly ToolCall[];
  /** The turn's `kept` parts: they go back to the provider that sent them. @default none */
  readonly kept?: readonly Kept[];
}

export interface ToolMessage {
  readonly role: "tool";
  /** The result as text. */
  readonly content: string;
  /** Pictures, sound and documents of the result. @default none */
  readonly attachments?: readonly Attachment[];
  /** The call that this answers. */
  readonly call: Pick<ToolCall, "id" | "name">;
  readonly failed: boolean;
}

/** What a provider wants back in the next turn as it came: thoughts, signed or encrypted. */
export interface Kept {
  /** Whose it is; other protocols leave it out. */
  readonly protocol: Protocol | "plugin";
  readonly value: Json;
}

export type ModelPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  /** A call of a tool, once it is whole; in the order in which the model made them. */
  | ({ readonly type: "tool-call" } & ToolCall)
  /** A picture or sound that the model gives, in its place between the texts. */
  | { readonly type: "media"; readonly file: Attachment }
  | { readonly type: "kept"; readonly kept: Kept }
  | ({ readonly type: "note" } & ModelNote)
  | {
      readonly type: "finish";
      /** `tool-calls`: the model waits for the results of its calls, which came before. */
      readonly reason: "stop" | "tool-calls" | "length" | "content-filter" | "other";
      /** Null where the server did not count. */
      readonly usage: Usage | null;
      /** The model that answered, as the server names it; null where it does not say. */
      readonly served: string | null;
      /** What the server calls a reason that is `other`. */
      readonly said?: string;
      /** Tools that the model called in place of an answer, or beside it. */
      readonly called?: readonly string[];
      /**
       * Whether the server said in so many words that there is no text: asking again won't help.
       */
      readonly empty?: boolean;
    };

/**
 * Something a watcher should know: a schema that had to be weakened, a wait before another try, a
 * pull's progress.
 */
export interface ModelNote {
  readonly kind: NoteKind;
  readonly message: string;
  readonly data?: Json;
}
