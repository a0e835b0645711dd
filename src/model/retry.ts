import { ModullmError, withDetails } from "../core/error.ts";
import { reasonOf } from "./failure.ts";
import { cancelled } from "./exchange.ts";
import { sleepFor } from "./sleep.ts";
import type { Breaker } from "./failover/breaker.ts";
import { isTimeout, totalOf } from "./failover/deadlines.ts";
import type { Model, ModelPart, ModelRequest } from "./model.ts";

export interface RetryOptions {
  /** Tries after the first. @default 2 */
  readonly retries?: number;
  /** Waits; must end early, without throwing, when the signal is aborted. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Between 0 and 1, for the jitter. */
  readonly random?: () => number;
  /** Keeps a record of what fails. @default none is kept */
  readonly breaker?: Breaker | null;
}

/** The longest wait a server may ask for, in milliseconds. */
const LONGEST_WAIT = 60_000;
/** The same while another model is left: after that it is quicker to ask that one. */
const LONGEST_WAIT_BEFORE_ANOTHER = 5000;
const FIRST_WAIT = 500;
const LONGEST_BACKOFF = 8000;
/** How long a server that is loading its model is waited for, in milliseconds. */
const LONGEST_LOADING = 120_000;
/**
 * A server that is not there is seldom there a moment later: one quick look, for one that is just
 * starting.
 */
const REFUSED_WAIT = 200;

/**
 * A model that waits out transient failures: RLLM_017 that says `retryable` and comes before any
 * text.
 *
 * Waits 0.5, 1, 2 … s (at most 8, a quarter of it by chance), or as long as the server asks for, up
 * to 60 s. Each wait is a `retry-wait` note. `params.timeout` covers the tries and the waits
 * between them. Once text has been given nothing is tried again here, as the caller may have shown
 * it. `details.attempts` counts the tries.
 *
 * A server that says it is loading the model is waited for, up to two minutes.
 *
 * While another model is left, patience is short: silence that passed a deadline is not waited for
 * again, a server that asks for more than 5 s does not get them, and a model that has rested is
 * tried once.
 */
export function withRetry(model: Model, options: RetryOptions = {}): Model {
  const settings = { retries: 2, sleep: sleepFor, random: Math.random, breaker: null, ...options };
  const { breaker } = settings;
  const retried: Model = {
    id: model.id,
    ...(model.origin === undefined ? {} : { origin: model.origin }),
    get account() {
      return model.account ?? "";
    },
    // Some know only once they are ready.
    get window() {
      return model.window;
    },
    ready: (signal, note) => model.ready(signal, note),
    ...(breaker === null ? {} : { restsUntil: () => breaker.restsUntil() }),
    call: (request, signal) => new FirstTry(begin(model, settings, request, signal)),
  };
  if (model.abilities === undefined) return retried;
  return Object.defineProperty(retried, "abilities", {
    get: () => model.abilities,
    enumerable: true,
  });
}

/** One call with all its tries. */
interface CallState {
  readonly model: Model;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly settings: Required<RetryOptions>;
  /** Tries after the first. */
  readonly retries: number;
  readonly another: boolean;
  /** Failed tries before this one began. */
  readonly tried: number;
  /** When it must be over, by `performance.now()`. */
  readonly end: number;
  /** Messages of notes: each is given once, whatever the number of tries. */
  told: Set<string> | null;
  /** Whether text was given. */
  committed: boolean;
}

function begin(
  model: Model,
  settings: Required<RetryOptions>,
  request: ModelRequest,
  signal: AbortSignal,
): CallState {
  const another = request.patience?.another ?? false;
  const { tries: tried, milliseconds } = request.before ?? { tries: 0, milliseconds: 0 };
  const left = totalOf(request.params["timeout"], request.patience) - milliseconds;
  const end = performance.now() + left;
  const probing = settings.breaker?.begin() ?? false;
  const retries = probing && another ? 0 : settings.retries;
  return {
    model,
    request: milliseconds === 0 ? request : endingIn(request, left),
    signal,
    settings,
    retries,
    another,
    tried,
    end,
    told: null,
    committed: false,
  };
}

/** The same request, to be over in so many milliseconds. */
function endingIn(request: ModelRequest, milliseconds: number): ModelRequest {
  const { params, patience } = request;
  const left = Math.max(1, milliseconds);
  if (isTimeout(params["timeout"]))
    return { ...request, params: { ...params, timeout: left / 1000 } };
  return patience === undefined ? request : { ...request, patience: { ...patience, total: left } };
}

/**
 * The first try hands its parts on as they are, and tries after that take over when it fails. Not a
 * generator, nor async: nearly every call is a first try that succeeds, and another generator
 * around it would cost a run a twentieth of its time.
 */
class FirstTry implements AsyncIterableIterator<ModelPart> {
  readonly #state: CallState;
  readonly #parts: AsyncIterator<ModelPart>;
  #later: AsyncGenerator<ModelPart> | null = null;

  constructor(state: CallState) {
    this.#state = state;
    this.#parts = state.model.call(state.request, state.signal)[Symbol.asyncIterator]();
  }

  next(): Promise<IteratorResult<ModelPart>> {
    if (this.#later !== null) return this.#later.next();
    return this.#parts.next().then(this.#take, this.#fail);
  }

  readonly #take = (
    result: IteratorResult<ModelPart>,
  ): IteratorResult<ModelPart> | Promise<IteratorResult<ModelPart>> =>
    result.done === true || isNews(result.value, this.#state) ? result : this.next();

  readonly #fail = (thrown: unknown): Promise<IteratorResult<ModelPart>> => {
    this.#later = tryAgain(this.#state, thrown);
    return this.#later.next();
  };

  async return(): Promise<IteratorResult<ModelPart>> {
    await (this.#later ?? this.#parts).return?.(undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Takes note of a part; false for a note that was given before. */
function isNews(part: ModelPart, state: CallState): boolean {
  if (part.type === "text" || part.type === "media") state.committed = true;
  else if (part.type === "finish") state.settings.breaker?.succeeded();
  else if (part.type === "note") {
    state.told ??= new Set();
    if (state.told.has(part.message)) return false;
    state.told.add(part.message);
  }
  return true;
}

/** What follows a first try that failed with this. */
async function* tryAgain(state: CallState, first: unknown): AsyncGenerator<ModelPart> {
  const { model, settings, request, signal, tried, end } = state;
  let thrown = first;
  let waited = 0;
  // Tries that met a server which was loading its model: those are no failures.
  let loading = 0;
  for (let attempt = 1; ; attempt++) {
    if (!(thrown instanceof ModullmError) || thrown.code !== "RLLM_017") throw thrown;
    const failure = withDetails(thrown, {
      attempts: attempt,
      ...(loading > 0 ? { loading_attempts: loading } : {}),
    });
    report(failure, settings.breaker);
    const failed = tried + attempt - loading;
    const wait = state.committed
      ? null
      : waitBefore(failure, attempt, { ...state, random: settings.random, waited, failed });
    if (isLoading(failure)) loading++;
    if (wait === null || performance.now() + wait >= end) throw failure;
    if (wait > LONGEST_WAIT) throw asksTooMuch(model, failure, wait);
    yield waitNote(model, failure, { wait, attempt });
    waited += wait;
    await settings.sleep(wait, signal);
    if (signal.aborted) throw cancelled(signal);
    const params = request.again ? await request.again(failure) : request.params;
    const next = endingIn({ ...request, params }, end - performance.now());
    try {
      for await (const part of model.call(next, signal)) if (isNews(part, state)) yield part;
      return;
    } catch (error) {
      thrown = error;
    }
  }
}

/** A server that says so is well, and will answer: llama.cpp and Hugging Face do, with 503. */
function isLoading(failure: ModullmError): boolean {
  return (
    failure.details["status"] === 503 &&
    /(model|is) (is )?(currently )?loading|loading (the )?model/i.test(reasonOf(failure))
  );
}

/** A refusal of the request shows that the server is well; what never reached it shows nothing. */
function report(failure: ModullmError, breaker: Breaker | null): void {
  if (breaker === null || isLoading(failure)) return;
  if (failure.retryable) breaker.failed(askedWait(failure));
  else if (typeof failure.details["status"] === "number") breaker.succeeded();
}

function askedWait({ details }: ModullmError): number | null {
  const asked = details["retry_after_ms"];
  return typeof asked === "number" ? asked : null;
}

/** Milliseconds to wait before another try; null when there is to be none. */
function waitBefore(
  failure: ModullmError,
  attempt: number,
  settings: {
    retries: number;
    random: () => number;
    another: boolean;
    /** Milliseconds waited so far. */
    waited: number;
    /** Tries that failed, not those that met a server that was loading. */
    failed: number;
  },
): number | null {
  if (!failure.retryable) return null;
  const { another, failed } = settings;
  if (another && failure.details["deadline"] !== undefined) return null;
  const asked = askedWait(failure);
  if (asked !== null && asked > (another ? LONGEST_WAIT_BEFORE_ANOTHER : LONGEST_WAIT))
    return another ? null : asked;
  const backoff = Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_BACKOFF);
  if (isLoading(failure)) return settings.waited < LONGEST_LOADING ? backoff : null;
  if (failed > settings.retries) return null;
  if (failure.details["refused"] === true) return failed > 1 ? null : REFUSED_WAIT;
  const jittered = Math.round(backoff * (1 - settings.random() * 0.25));
  return asked === null ? jittered : Math.max(asked, jittered);
}

function asksTooMuch(model: Model, failure: ModullmError, wait: number): ModullmError {
  const reason = `${reasonOf(failure)} (it asks to wait ${seconds(wait)}, longer than the ${seconds(LONGEST_WAIT)} that are waited here)`;
  return new ModullmError("RLLM_017", `Cannot call model "${model.id}": ${reason}`, {
    details: { ...failure.details, reason },
    hint: `Run it again in ${seconds(wait)}, or name another model in llm.fallbacks.`,
    retryable: true,
    cause: failure,
  });
}

function waitNote(
  model: Model,
  failure: ModullmError,
  facts: { wait: number; attempt: number },
): ModelPart {
  const status = failure.details["status"];
  return {
    type: "note",
    kind: "retry-wait",
    message: `Trying ${model.id} again in ${seconds(facts.wait)}: ${reasonOf(failure)}`,
    data: {
      wait_ms: facts.wait,
      attempt: facts.attempt,
      status: typeof status === "number" ? status : null,
    },
  };
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
