import type { ChatParams, ChatPart, ChatResult } from "../../plugins/sdk/protocol.ts";
import type { JsonObject } from "../core/json.ts";
import type { Message, ModelPart, ModelRequest, ToolMessage } from "../model/model.ts";
import { cancellation } from "./failures.ts";
import type { PluginHost } from "./host.ts";
import { chatDeadlines } from "./patience.ts";

export interface ChatOptions {
  readonly host: PluginHost;
  /** Starts the plugin; null where that is done. */
  readonly introduce: (signal: AbortSignal) => Promise<void> | null;
  readonly signal: AbortSignal;
}

/** Parameters that are the host's to keep. */
const STEERING = new Set(["timeout", "stream"]);
const DONE: IteratorResult<ModelPart> = { done: true, value: undefined };

/** One chat, streamed. Nothing is asked before the first part is. */
export function streamChat(
  name: string,
  request: ModelRequest,
  options: ChatOptions,
): AsyncIterable<ModelPart> {
  return new ChatStream(name, request, options);
}

interface Reader {
  resolve(result: IteratorResult<ModelPart>): void;
  reject(error: unknown): void;
}

/** A class, because a generator takes longer for a part than the plugin does. */
class ChatStream implements AsyncIterableIterator<ModelPart> {
  readonly #name: string;
  readonly #request: ModelRequest;
  readonly #options: ChatOptions;
  readonly #parts: ModelPart[] = [];
  #next = 0;
  #reader: Reader | null = null;
  #state: "new" | "open" | "ended" = "new";
  #failure: Error | null = null;
  #cancel: (() => void) | null = null;

  constructor(name: string, request: ModelRequest, options: ChatOptions) {
    this.#name = name;
    this.#request = request;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ModelPart>> {
    if (this.#state === "new") this.#begin();
    const value = this.#parts[this.#next];
    if (value !== undefined) {
      this.#next++;
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== null) {
      const failed = Promise.reject(this.#failure);
      this.#failure = null;
      return failed;
    }
    if (this.#state === "ended") return Promise.resolve(DONE);
    // What was read is not kept.
    this.#parts.length = 0;
    this.#next = 0;
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  /** The reader stops before the end. */
  return(): Promise<IteratorResult<ModelPart>> {
    this.#state = "ended";
    this.#parts.length = 0;
    this.#cancel?.();
    return Promise.resolve(DONE);
  }

  #begin(): void {
    this.#state = "open";
    const { signal, introduce } = this.#options;
    if (signal.aborted) return this.#fail(cancellation(signal));
    const introduced = introduce(signal);
    if (introduced === null) return this.#ask();
    introduced.then(
      () => this.#ask(),
      (thrown: unknown) => this.#fail(thrown),
    );
  }

  #ask(): void {
    // Whoever read it may have gone while the plugin started.
    if (this.#state === "ended") return;
    this.#options.host
      .request("chat", chatParams(this.#name, this.#request), {
        signal: this.#options.signal,
        deadlines: chatDeadlines(this.#request),
        onPart: (part) => this.#push(part),
        begun: (cancel) => {
          this.#cancel = cancel;
        },
      })
      .then(
        (result) => this.#finish(result),
        (thrown: unknown) => this.#fail(thrown),
      );
  }

  #push(part: ChatPart): void {
    const told = partOf(part);
    if (told !== null) this.#give(told);
  }

  #give(part: ModelPart): void {
    if (this.#state === "ended") return;
    const reader = this.#reader;
    if (reader === null) {
      this.#parts.push(part);
      return;
    }
    this.#reader = null;
    reader.resolve({ done: false, value: part });
  }

  #finish({ reason, usage, served }: ChatResult): void {
    this.#give({ type: "finish", reason, usage, served });
    this.#cancel = null;
    this.#state = "ended";
  }

  #fail(thrown: unknown): void {
    if (this.#state === "ended") return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#cancel = null;
    this.#state = "ended";
    const reader = this.#reader;
    if (reader === null) this.#failure = error;
    else reader.reject(error);
  }
}

function chatParams(model: string, { messages, params, schema, stream }: ModelRequest): ChatParams {
  return {
    model,
    messages: messages.filter(isPlain).map(({ role, content, attachments }) =>
      attachments === undefined || attachments.length === 0
        ? { role, content }
        : {
            role,
            content,
            attachments: attachments.map(({ mediaType, data, name }) => ({
              media_type: mediaType,
              data,
              name,
            })),
          },
    ),
    params: sentParams(params),
    // It was read from YAML or JSON.
    schema: Object.keys(schema).length === 0 ? null : (schema as JsonObject),
    stream,
  };
}

/** Version 1 of the protocol knows no tools, and a model that has none is given no results. */
function isPlain(message: Message): message is Exclude<Message, ToolMessage> {
  return message.role !== "tool";
}

function sentParams(params: ModelRequest["params"]): JsonObject {
  const sent = Object.entries(params).filter(
    ([key, value]) => !STEERING.has(key) && value !== undefined && value !== null,
  );
  // They were read from YAML or JSON.
  return Object.fromEntries(sent) as JsonObject;
}

/** Null where there is nothing to hand on. */
function partOf(part: ChatPart): ModelPart | null {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text === "" ? null : { type: part.type, text: part.text };
    case "note":
      return { type: "note", kind: "warning", message: part.message };
    case "alive":
      return null;
  }
}
