import { ModullmError } from "../core/error.ts";
import { NEVER } from "../core/never.ts";
import { VERSION } from "../core/version.ts";
import { stopped } from "../core/waiting.ts";
import { isReachable } from "./failover/reachable.ts";
import { decoded } from "./encodings.ts";
import type { Pieces } from "./encodings.ts";
import { excerpt, providerFailure, statusFailure, versionHint } from "./failure.ts";
import type { Callee } from "./failure.ts";
import { transportFailure } from "./transport.ts";

/** Limits of one call, in milliseconds; null is none. */
export interface Deadlines {
  /** The whole call. */
  readonly total: number | null;
  /** From the request to a connection. @default none but the system's own */
  readonly connect?: number | null;
  /** From the request to the first byte of the body. */
  readonly first: number | null;
  /** Between two pieces of the body. */
  readonly stall: number | null;
}

export interface ExchangeOptions {
  readonly callee: Callee;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly deadlines: Deadlines;
  /** All headers that are sent, but for content-type, accept and user-agent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What one request of an exchange has of its own. */
export interface RequestParts {
  readonly method?: "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The most a reply may weigh, so that an endless one can't fill the memory. */
const BYTE_LIMIT = 32 * 1024 * 1024;

/** The most that is read of an answer with an error status. */
const ERROR_BYTES = 64 * 1024;
/** Milliseconds that are waited for the rest of such an answer. */
const ERROR_TIME = 5000;
const REDIRECTS = 5;
const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "accept-encoding": "identity",
  "user-agent": `modullm/${VERSION}`,
};
/**
 * Bun gives up on its own after five minutes without a byte, and complains on stderr of a body that
 * is not compressed as it says: limits and encodings are settled here. Node knows neither option.
 */
const FOR_BUN = { timeout: false, decompress: false } as const;

/**
 * One HTTP call under limits: who may stop it, how long it may take, how much may come back, and
 * where its headers may go.
 *
 * Whatever goes wrong is thrown as a `ModullmError`: RLLM_022 when the caller aborted, RLLM_017 for
 * the rest. `close` ends the timers and the connection, and must be called in any case.
 */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #controller = new AbortController();
  /** The limits that hold now. */
  readonly #limits = new Map<LimitName, Limit>();
  /** One for all limits: it looks which of them are passed. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it does, by `performance.now()`. */
  #wakes = Number.POSITIVE_INFINITY;
  readonly #onAbort: () => void;
  #failure: ModullmError | null = null;
  /** Ends the wait that is going on; there is never more than one. */
  #giveUp: ((failure: Error) => void) | null = null;
  /** When the wait for the next piece began, by `performance.now()`; null while nobody waits. */
  #waitingSince: number | null = null;
  /** Whether a body was read, to its end or as far as it mattered. */
  #left = false;
  /** Where the request went last; null before it was sent. */
  #url: URL | null = null;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#onAbort = () => this.stop(cancelled(options.signal));
    if (options.signal.aborted) this.#onAbort();
    else if (options.signal !== NEVER)
      options.signal.addEventListener("abort", this.#onAbort, { once: true });
    const { total, first, connect = null } = options.deadlines;
    // The shortest first: the timer is then set once.
    if (connect !== null && (first === null || connect < first)) this.#arm("connect", connect);
    this.#arm("first", first);
    this.#arm("total", total);
  }

  /** Ends the call with this error, unless another one came first. */
  stop(error: ModullmError): ModullmError {
    this.#failure ??= error;
    this.#controller.abort(this.#failure);
    this.#giveUp?.(this.#failure);
    return this.#failure;
  }

  /** Where the request went, redirects followed; null before it was sent. */
  get url(): URL | null {
    return this.#url;
  }

  /** Whatever was thrown while this exchange was open, as the error it stands for. */
  explain(thrown: unknown): ModullmError {
    if (this.#failure !== null) return this.#failure;
    if (thrown instanceof ModullmError) return this.stop(thrown);
    const { callee } = this.#options;
    const url = this.#url ?? new URL(`http://${callee.host}`);
    return this.stop(transportFailure(callee, thrown, url));
  }

  /** Headers, redirects and limits are settled here. An error status is thrown. */
  async fetch(url: URL, init: RequestParts = {}): Promise<Response> {
    try {
      const response = await this.#follow(url, init);
      if (response.ok) return response;
      this.endWithin(ERROR_TIME);
      const body = await this.#start(response, ERROR_BYTES);
      throw statusFailure(this.#options.callee, response, { body, url: this.#url ?? url });
    } catch (thrown) {
      throw this.explain(thrown);
    }
  }

  /**
   * The whole body as text, in one piece: it costs a third of reading pieces. Null where a piece
   * could be late, nothing says how long the body is, or it must be decoded.
   */
  whole(response: Response): Promise<string> | null {
    const { first, stall } = this.#options.deadlines;
    if (first !== null || stall !== null || !hasShortBody(response.headers)) return null;
    return this.#whole(response);
  }

  /** The pieces of the body as they come, each within `stall` of the one before. */
  read(response: Response): AsyncIterable<Uint8Array> {
    const pieces = this.#pieces(response);
    const encoding = response.headers.get("content-encoding");
    return encoding === null || encoding === "identity"
      ? pieces
      : this.#limited(decoded(pieces, encoding));
  }

  async *#limited(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let total = 0;
    for await (const piece of pieces) {
      total += piece.byteLength;
      if (total > BYTE_LIMIT) throw this.stop(tooLong(this.#options.callee));
      yield piece;
    }
  }

  async #whole(response: Response): Promise<string> {
    try {
      const text = await this.#race(response.text());
      this.#left = true;
      return text;
    } catch (thrown) {
      throw this.explain(thrown);
    }
  }

  /** Not a generator: every piece of every reply comes through here. */
  #pieces(response: Response): Pieces {
    const reader = response.body?.getReader();
    let total = 0;
    const leave = (): IteratorReturnResult<undefined> => {
      this.#limits.delete("first");
      this.#limits.delete("gap");
      this.#left = true;
      void reader?.cancel().catch(() => undefined);
      return { done: true, value: undefined };
    };
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      if (reader === undefined) return leave();
      try {
        // Counted while waiting only: a reader that takes its time is no stall.
        this.#waitingSince = performance.now();
        const { done, value } = await this.#race(reader.read());
        this.#waitingSince = null;
        if (done) return leave();
        if (total === 0) {
          this.#limits.delete("first");
          this.#arm("gap", this.#options.deadlines.stall);
        }
        total += value.byteLength;
        if (total > BYTE_LIMIT) throw this.stop(tooLong(this.#options.callee));
        return { done, value };
      } catch (thrown) {
        leave();
        throw this.explain(thrown);
      }
    };
    return {
      next,
      return: async () => leave(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** The whole body as text. */
  async text(response: Response): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const piece of this.read(response)) text += decoder.decode(piece, { stream: true });
    return text + decoder.decode();
  }

  /**
   * From now on only this long: what matters is there, and what may still come is not worth waiting
   * for. Null takes it back; a limit that runs already goes on.
   */
  endWithin(milliseconds: number | null): void {
    if (milliseconds === null) this.#limits.delete("end");
    else if (!this.#limits.has("end")) this.#arm("end", milliseconds);
  }

  close(): void {
    const { signal } = this.#options;
    if (signal !== NEVER) signal.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#timer);
    // Leaving a body ends the connection too, and costs less.
    if (!this.#left) this.#controller.abort();
  }

  async #follow(first: URL, init: RequestParts): Promise<Response> {
    let url = first;
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      const request = {
        method: init.method ?? "GET",
        ...(init.body === undefined ? {} : { body: init.body }),
        headers: { ...HEADERS, ...this.#options.headers, ...init.headers },
        redirect: "manual",
        signal: this.#controller.signal,
        ...FOR_BUN,
      } satisfies RequestInit & typeof FOR_BUN;
      this.#url = url;
      const response = await this.#race(this.#options.fetch(url.href, request));
      this.#limits.delete("connect");
      const location =
        response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
      if (location === null) return response;
      const next = URL.canParse(location, url.href) ? new URL(location, url.href) : null;
      if (next === null || !sameServer(url, next))
        throw strayed(this.#options.callee, next?.host ?? location);
      void response.body?.cancel().catch(() => undefined);
      url = next;
    }
    throw providerFailure(this.#options.callee, `${url.host} redirects in circles`, {
      retryable: false,
    });
  }

  /** The first bytes of a body; what is cut off or breaks on the way does not matter here. */
  async #start(response: Response, limit: number): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    try {
      for await (const piece of this.read(response)) {
        text += decoder.decode(piece, { stream: true });
        if (text.length > limit) break;
      }
    } catch {
      if (this.#failure?.code === "RLLM_022") throw this.#failure;
      this.#failure = null;
    }
    return text;
  }

  /** A promise that also ends when the exchange does: not every body notices an abort. */
  #race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#giveUp = reject;
      promise.then(resolve, reject);
      if (this.#controller.signal.aborted)
        reject(this.#failure ?? new Error("The exchange is closed"));
    });
  }

  #arm(name: LimitName, milliseconds: number | null): void {
    if (milliseconds === null) return;
    const at = performance.now() + milliseconds;
    this.#limits.set(name, { at, milliseconds });
    if (at < this.#wakes) this.#wakeAt(at);
  }

  #wakeAt(at: number): void {
    clearTimeout(this.#timer);
    this.#wakes = at;
    this.#timer = setTimeout(() => this.#look(), at - performance.now());
  }

  /** Ends the call where a limit is passed; looks again when the next one could be. */
  #look(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [name, { at, milliseconds }] of this.#limits) {
      const end = name === "gap" ? (this.#waitingSince ?? now) + milliseconds : at;
      if (end > now + 1) next = Math.min(next, end);
      else if (name === "connect") void this.#checkConnection(milliseconds);
      else return void this.stop(this.#late(name, milliseconds));
    }
    if (next === Number.POSITIVE_INFINITY) this.#wakes = next;
    else this.#wakeAt(next);
  }

  /** The time for a connection is over and nothing has come: is there a server at all? */
  async #checkConnection(milliseconds: number): Promise<void> {
    const url = this.#url;
    // Asked once; what comes of it counts only while there is still no answer.
    this.#limits.set("connect", { at: Number.POSITIVE_INFINITY, milliseconds });
    if (url === null || (await isReachable(url.href)) || !this.#limits.has("connect")) return;
    this.stop(this.#late("connect", milliseconds));
  }

  #late(name: LimitName, milliseconds: number): ModullmError {
    const seconds = Math.round(milliseconds / 100) / 10;
    const hint =
      name === "total"
        ? "Raise llm_params.timeout, or use a faster model."
        : `Raise runtime.deadlines.${name} in config.yaml, or name another model in llm.fallbacks.`;
    const facts = { retryable: true, deadline: name, hint };
    return providerFailure(this.#options.callee, `${LATE[name]} within ${seconds} s`, facts);
  }
}

/** What a call is late with when it passes each limit. */
const LATE = {
  total: "the call was not finished",
  connect: "no connection could be had",
  first: "no answer came",
  gap: "the answer stopped coming: nothing",
  end: "the stream was not closed",
} as const;

type LimitName = keyof typeof LATE;

interface Limit {
  /** When it is passed, by `performance.now()`; `gap` counts from when the wait began. */
  readonly at: number;
  readonly milliseconds: number;
}

/** RLLM_022 for a caller that does not wait any longer. */
export function cancelled(signal: AbortSignal): ModullmError {
  return stopped(signal, "the model call");
}

/** RLLM_017 for a reply that is no JSON, or not all of it. */
export function notJson(callee: Callee, body: string, url: URL | null = null): ModullmError {
  const start = body.trimStart();
  if (start === "")
    return providerFailure(callee, `${callee.host} sent an empty reply`, {
      status: 200,
      retryable: true,
    });
  const half = start.startsWith("{");
  const hint = versionHint(url);
  const what = half
    ? "half a reply"
    : start.startsWith("<")
      ? "a web page instead of a reply"
      : "a reply that is not JSON";
  return providerFailure(callee, `${callee.host} sent ${what}: ${excerpt(start, callee)}`, {
    status: 200,
    retryable: half,
    ...(hint === "" ? {} : { hint: `${callee.host} may not be the address of a model.${hint}` }),
  });
}

function tooLong(callee: Callee): ModullmError {
  const reason = `the reply passed ${BYTE_LIMIT / 1024 / 1024} MiB without an end`;
  return providerFailure(callee, reason, { retryable: false });
}

/** Whether a body is sent as it is, and its end is known and within the limit. */
function hasShortBody(headers: Headers): boolean {
  const length = headers.get("content-length");
  if (length === null || !(Number(length) <= BYTE_LIMIT)) return false;
  return !headers.has("content-encoding") && !headers.has("transfer-encoding");
}

function sameServer(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return (
    from.hostname === to.hostname &&
    from.protocol === "http:" &&
    to.protocol === "https:" &&
    to.port === ""
  );
}

function strayed(callee: Callee, host: string): ModullmError {
  return providerFailure(
    callee,
    `${callee.host} redirects to ${host}, where neither the key nor the prompt may go`,
    {
      retryable: false,
      hint: `If ${host} is the right server, make it the base URL.`,
    },
  );
}
