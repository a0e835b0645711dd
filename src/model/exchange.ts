import { ModullmError } from "../core/error.ts";
import { VERSION } from "../core/version.ts";
import { isReachable } from "./failover/reachable.ts";
import { decoded } from "./encodings.ts";
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
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onAbort: () => void;
  #failure: ModullmError | null = null;
  /** Ends the wait that is going on; there is never more than one. */
  #giveUp: ((failure: Error) => void) | null = null;
  /** When the wait for the next piece began, by `performance.now()`; null while nobody waits. */
  #waitingSince: number | null = null;
  /** Whether the body has ended by itself, so that there is nothing left to abort. */
  #whole = false;
  /** Where the request went last; null before it was sent. */
  #url: URL | null = null;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#onAbort = () => this.stop(cancelled(options.signal));
    if (options.signal.aborted) this.#onAbort();
    else options.signal.addEventListener("abort", this.#onAbort, { once: true });
    const { total, first, connect = null } = options.deadlines;
    this.#arm("total", total, "the call was not finished");
    this.#arm("first", first, "no answer came");
    if (connect !== null && (first === null || connect < first))
      this.#timers.set(
        "connect",
        setTimeout(() => void this.#checkConnection(connect), connect),
      );
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
  async fetch(url: URL, init: { method?: "POST"; body?: string } = {}): Promise<Response> {
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

  /** The pieces of the body as they come, each within `stall` of the one before. */
  read(response: Response): AsyncGenerator<Uint8Array> {
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

  async *#pieces(response: Response): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    const reader = response.body.getReader();
    let total = 0;
    try {
      for (;;) {
        // Counted while waiting only: a reader that takes its time is no stall.
        this.#waitingSince = performance.now();
        const { done, value } = await this.#race(reader.read());
        this.#waitingSince = null;
        if (done) {
          this.#whole = true;
          return;
        }
        if (total === 0) {
          this.#disarm("first");
          this.#watchGap(this.#options.deadlines.stall);
        }
        total += value.byteLength;
        if (total > BYTE_LIMIT) throw this.stop(tooLong(this.#options.callee));
        yield value;
      }
    } catch (thrown) {
      throw this.explain(thrown);
    } finally {
      this.#disarm("first");
      this.#disarm("gap");
      if (!this.#whole) void reader.cancel().catch(() => undefined);
    }
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
    if (milliseconds === null) this.#disarm("end");
    else if (!this.#timers.has("end")) this.#arm("end", milliseconds, "the stream was not closed");
  }

  close(): void {
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    for (const name of this.#timers.keys()) this.#disarm(name);
    if (!this.#whole) this.#controller.abort();
  }

  async #follow(first: URL, init: { method?: "POST"; body?: string }): Promise<Response> {
    let url = first;
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      const request = {
        method: init.method ?? "GET",
        ...(init.body === undefined ? {} : { body: init.body }),
        headers: { ...HEADERS, ...this.#options.headers },
        redirect: "manual",
        signal: this.#controller.signal,
        ...FOR_BUN,
      } satisfies RequestInit & typeof FOR_BUN;
      this.#url = url;
      const response = await this.#race(this.#options.fetch(url.href, request));
      this.#disarm("connect");
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

  /** One timer for all pieces: it looks how long the wait for the next one has been. */
  #watchGap(milliseconds: number | null): void {
    if (milliseconds === null) return;
    const look = (wait: number): void => {
      const timer = setTimeout(() => {
        const since = this.#waitingSince;
        const left = since === null ? milliseconds : since + milliseconds - performance.now();
        if (left > 1) look(left);
        else this.stop(this.#late("gap", milliseconds, "the answer stopped coming: nothing"));
      }, wait);
      this.#timers.set("gap", timer);
    };
    look(milliseconds);
  }

  /** The time for a connection is over and nothing has come: is there a server at all? */
  async #checkConnection(milliseconds: number): Promise<void> {
    const url = this.#url;
    if (url === null || (await isReachable(url.href)) || !this.#timers.has("connect")) return;
    this.stop(this.#late("connect", milliseconds, "no connection could be had"));
  }

  #late(name: string, milliseconds: number, what: string): ModullmError {
    const seconds = Math.round(milliseconds / 100) / 10;
    const hint =
      name === "total"
        ? "Raise llm_params.timeout, or use a faster model."
        : `Raise runtime.deadlines.${name} in config.yaml, or name another model in llm.fallbacks.`;
    const facts = { retryable: true, deadline: name, hint };
    return providerFailure(this.#options.callee, `${what} within ${seconds} s`, facts);
  }

  #arm(name: string, milliseconds: number | null, what: string): void {
    this.#disarm(name);
    if (milliseconds === null) return;
    this.#timers.set(
      name,
      setTimeout(() => this.stop(this.#late(name, milliseconds, what)), milliseconds),
    );
  }

  #disarm(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** RLLM_022 for a caller that does not wait any longer. */
export function cancelled(signal: AbortSignal): ModullmError {
  const { reason } = signal as { reason: unknown };
  if (reason instanceof ModullmError && reason.code === "RLLM_022") return reason;
  const why = reason instanceof Error ? reason.message : "the caller aborted";
  return new ModullmError("RLLM_022", "Stopped the model call: it was cancelled", {
    details: { reason: why },
  });
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
