import type { ChatPart, ChatResult } from "../../plugins/sdk/protocol.ts";
import type { ModelPart, ModelRequest } from "../model/model.ts";
import { chatParams, holdsTools } from "./chat-params.ts";
import { createPartReader, type PartReader } from "./chat-parts.ts";
import { cancellation, withoutTools } from "./failures.ts";
import type { PluginHost } from "./host.ts";
import { chatDeadlines } from "./patience.ts";

export interface ChatOptions {
  readonly host: PluginHost;
  /** Starts the plugin; null where that is done. */
  readonly introduce: (signal: AbortSignal) => Promise<void> | null;
  readonly signal: AbortSignal;
  /** Whether the model says that it calls tools. */
  readonly callsTools: boolean;
}

const DONE: IteratorResult<ModelPart> = { done: true, value: undefined };

/** One chat, streamed. Nothing is asked before the first part is. */
export function streamChat(
  name: string,
  request: ModelRequest,
  options: ChatOptions,
): AsyncIterable<ModelPart> {
  return new ChatStream(name, request, options);
}

interface Waiting {
  resolve(result: IteratorResult<ModelPart>): void;
  reject(error: unknown): void;
}

/** A class, because a generator takes longer for a part than the plugin does. */
class ChatStream implements AsyncIterableIterator<ModelPart> {
  readonly #name: string;
  readonly #request: ModelRequest;
  readonly #options: ChatOptions;
  readonly #reader: PartReader;
  readonly #parts: ModelPart[] = [];
  #next = 0;
  #waiting: Waiting | null = null;
  #state: "new" | "open" | "ended" = "new";
  #failure: Error | null = null;
  #cancel: (() => void) | null = null;

  constructor(name: string, request: ModelRequest, options: ChatOptions) {
    this.#name = name;
    this.#request = request;
    this.#options = options;
    this.#reader = createPartReader(options.host.name, request);
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
      this.#waiting = { resolve, reject };
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
    const { host, signal, callsTools } = this.#options;
    const asked = { plugin: host.name, model: this.#name };
    // Version 1 has no tools, whatever a model says.
    const hasTools = callsTools && (host.initialized?.protocol_version ?? 1) >= 2;
    if (!hasTools && holdsTools(this.#request)) return this.#fail(withoutTools(asked));
    host
      .request("chat", chatParams(asked, this.#request), {
        signal,
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
    const told = this.#reader.read(part);
    if (told !== null) this.#give(told);
  }

  #give(part: ModelPart): void {
    if (this.#state === "ended") return;
    const waiting = this.#waiting;
    if (waiting === null) {
      this.#parts.push(part);
      return;
    }
    this.#waiting = null;
    waiting.resolve({ done: false, value: part });
  }

  #finish({ reason, usage, served }: ChatResult): void {
    const { called } = this.#reader;
    const tools = called.length === 0 ? {} : { called };
    this.#give({ type: "finish", reason, usage, served, ...tools });
    this.#cancel = null;
    this.#state = "ended";
  }

  #fail(thrown: unknown): void {
    if (this.#state === "ended") return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#cancel = null;
    this.#state = "ended";
    const waiting = this.#waiting;
    if (waiting === null) this.#failure = error;
    else waiting.reject(error);
  }
}
