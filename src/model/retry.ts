import { ModullmError, withDetails } from "../core/error.ts";
import { reasonOf } from "./failure.ts";
import { cancelled } from "./exchange.ts";
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
/** A server that is not there is seldom there a moment later: one quick look, for one that is just starting. */
const REFUSED_WAIT = 200;

/**
 * A model that waits out transient failures: RLLM_017 that says `retryable` and comes before any text.
 *
 * Waits 0.5, 1, 2 … s (at most 8, a quarter of it by chance), or as long as the server asks for, up to 60 s. Each wait is
 * a `retry-wait` note. `params.timeout` covers the tries and the waits between them. Once text has been
 * given nothing is tried again here, as the caller may have shown it. `details.attempts` counts the tries.
 *
 * A server that says it is loading the model is waited for, up to two minutes.
 *
 * While another model is left, patience is short: silence that passed a deadline is not waited for again, a server that asks for
 * more than 5 s does not get them, and a model that has rested is tried once.
 */
export function withRetry(model: Model, options: RetryOptions = {}): Model {
  const settings = { retries: 2, sleep: sleepFor, random: Math.random, breaker: null, ...options };
  const { breaker } = settings;
  return {
    id: model.id,
    ...(model.origin === undefined ? {} : { origin: model.origin }),
    window: model.window,
    ...(model.abilities === undefined ? {} : { abilities: model.abilities }),
    ready: (signal, note) => model.ready(signal, note),
    ...(breaker === null ? {} : { restsUntil: () => breaker.restsUntil() }),
    call: (request, signal) => callWithRetry(model, settings, request, signal),
  };
}

async function* callWithRetry(
  model: Model,
  settings: Required<RetryOptions>,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const { timeout } = request.params;
  const { breaker } = settings;
  const another = request.patience?.another ?? false;
  const end = performance.now() + totalOf(timeout, request.patience);
  const told = new Set<string>();
  const probing = breaker?.begin() ?? false;
  let waited = 0;
  const retries = probing && another ? 0 : settings.retries;
  for (let attempt = 1; ; attempt++) {
    let committed = false;
    // The time that is left, where the program limits it; the first try gets the number as it is written.
    const left = (end - performance.now()) / 1000;
    const params = isTimeout(timeout) && attempt > 1 ? { ...request.params, timeout: left } : request.params;
    try {
      for await (const part of model.call(attempt > 1 ? { ...request, params } : request, signal)) {
        if (part.type === "text") committed = true;
        else if (part.type === "finish") breaker?.succeeded();
        else if (part.type === "note") {
          if (told.has(part.message)) continue;
          told.add(part.message);
        }
        yield part;
      }
      return;
    } catch (thrown) {
      if (!(thrown instanceof ModullmError) || thrown.code !== "RLLM_017") throw thrown;
      const failure = withDetails(thrown, { attempts: attempt });
      report(failure, breaker);
      const wait = committed ? null : waitBefore(failure, attempt, { ...settings, retries, another, waited });
      if (wait === null || performance.now() + wait >= end) throw failure;
      if (wait > LONGEST_WAIT) throw asksTooMuch(model, failure, wait);
      yield waitNote(model, failure, { wait, attempt });
      waited += wait;
      await settings.sleep(wait, signal);
      if (signal.aborted) throw cancelled(signal);
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

/** A refusal of the request shows that the server is well. */
function report(failure: ModullmError, breaker: Breaker | null): void {
  if (breaker === null || isLoading(failure)) return;
  if (failure.retryable) breaker.failed(askedWait(failure));
  else breaker.succeeded();
}

function askedWait({ details }: ModullmError): number | null {
  const asked = details["retry_after_ms"];
  return typeof asked === "number" ? asked : null;
}

/** Milliseconds to wait before another try; null when there is to be none. */
function waitBefore(
  failure: ModullmError,
  attempt: number,
  settings: { retries: number; random: () => number; another: boolean; waited: number },
): number | null {
  if (!failure.retryable) return null;
  const { another } = settings;
  if (another && failure.details["deadline"] !== undefined) return null;
  const asked = askedWait(failure);
  if (asked !== null && asked > (another ? LONGEST_WAIT_BEFORE_ANOTHER : LONGEST_WAIT)) return another ? null : asked;
  const backoff = Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_BACKOFF);
  if (isLoading(failure) && settings.waited < LONGEST_LOADING) return backoff;
  if (attempt > settings.retries) return null;
  if (failure.details["refused"] === true) return attempt > 1 ? null : REFUSED_WAIT;
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

function waitNote(model: Model, failure: ModullmError, facts: { wait: number; attempt: number }): ModelPart {
  const status = failure.details["status"];
  return {
    type: "note",
    kind: "retry-wait",
    message: `Trying ${model.id} again in ${seconds(facts.wait)}: ${reasonOf(failure)}`,
    data: { wait_ms: facts.wait, attempt: facts.attempt, status: typeof status === "number" ? status : null },
  };
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

function sleepFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
