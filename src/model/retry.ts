import { cancelled } from "./exchange.ts";
import { isTimeout, totalOf } from "./failover/deadlines.ts";
import type { Model, ModelPart, ModelRequest } from "./model.ts";
import { type RetryOptions, settingsOf, Tries } from "./tries.ts";

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
  const settings = settingsOf(options);
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
  readonly tries: Tries;
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
  const { tries: tried, milliseconds } = request.before ?? { tries: 0, milliseconds: 0 };
  const left = totalOf(request.params["timeout"], request.patience) - milliseconds;
  const another = request.patience?.another ?? false;
  return {
    model,
    request: milliseconds === 0 ? request : endingIn(request, left),
    signal,
    settings,
    tries: new Tries(settings, { id: model.id, another, tried, milliseconds: left }),
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
  const { model, settings, request, signal, tries } = state;
  let thrown = first;
  for (;;) {
    const { failure, wait, note } = tries.failed(thrown, { committed: state.committed });
    yield { type: "note", ...note };
    await settings.sleep(wait, signal);
    if (signal.aborted) throw cancelled(signal);
    const params = request.again ? await request.again(failure) : request.params;
    const next = endingIn({ ...request, params }, tries.left());
    try {
      for await (const part of model.call(next, signal)) if (isNews(part, state)) yield part;
      return;
    } catch (error) {
      thrown = error;
    }
  }
}
