import { ModullmError, withDetails } from "../core/error.ts";
import type { Breaker } from "./failover/breaker.ts";
import { reasonOf } from "./failure.ts";
import type { ModelNote } from "./model.ts";
import { sleepFor } from "../core/waiting.ts";

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

export function settingsOf(options: RetryOptions): Required<RetryOptions> {
  return { retries: 2, sleep: sleepFor, random: Math.random, breaker: null, ...options };
}

/** What a call is, as far as its tries depend on it. */
export interface TriedCall {
  /** `provider/name` */
  readonly id: string;
  /** Whether another model is left. */
  readonly another: boolean;
  /** Failed tries before this call began. */
  readonly tried: number;
  /** How long it may take, with all its tries. */
  readonly milliseconds: number;
}

/** What follows a failed try. */
export interface NextTry {
  readonly failure: ModullmError;
  /** Milliseconds to wait first. */
  readonly wait: number;
  readonly note: ModelNote;
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
 * The tries of one call: decides what follows each that failed, and calls nothing itself. Tells the
 * breaker of those that did.
 */
export class Tries {
  readonly #settings: Required<RetryOptions>;
  readonly #call: TriedCall;
  readonly #end: number;
  readonly #retries: number;
  #attempts = 0;
  /** Milliseconds waited so far. */
  #waited = 0;
  /** Tries that met a server which was loading its model: those are no failures. */
  #loading = 0;

  /** The call begins now. */
  constructor(settings: Required<RetryOptions>, call: TriedCall) {
    this.#settings = settings;
    this.#call = call;
    this.#end = performance.now() + call.milliseconds;
    const probing = settings.breaker?.begin() ?? false;
    this.#retries = probing && call.another ? 0 : settings.retries;
  }

  /** Milliseconds until the call must be over. */
  left(): number {
    return this.#end - performance.now();
  }

  /**
   * @param committed whether something was given that can't be taken back
   * @throws what was thrown, with the number of tries, where there is to be no other
   */
  failed(thrown: unknown, { committed = false }: { committed?: boolean } = {}): NextTry {
    if (!(thrown instanceof ModullmError) || thrown.code !== "RLLM_017") throw thrown;
    const attempt = ++this.#attempts;
    const { random, breaker } = this.#settings;
    const { id, another, tried } = this.#call;
    const loading = this.#loading;
    const failure = withDetails(thrown, {
      attempts: attempt,
      ...(loading > 0 ? { loading_attempts: loading } : {}),
    });
    report(failure, breaker);
    const failed = tried + attempt - loading;
    const facts = { retries: this.#retries, random, another, waited: this.#waited, failed };
    const wait = committed ? null : waitBefore(failure, attempt, facts);
    if (isLoading(failure)) this.#loading++;
    if (wait === null || wait >= this.left()) throw failure;
    if (wait > LONGEST_WAIT) throw asksTooMuch(id, failure, wait);
    this.#waited += wait;
    return { failure, wait, note: waitNote(id, failure, { wait, attempt }) };
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

function asksTooMuch(id: string, failure: ModullmError, wait: number): ModullmError {
  const reason =
    `${reasonOf(failure)} (it asks to wait ${seconds(wait)}, longer than the ` +
    `${seconds(LONGEST_WAIT)} that are waited here)`;
  return new ModullmError("RLLM_017", `Cannot call model "${id}": ${reason}`, {
    details: { ...failure.details, reason },
    hint: `Run it again in ${seconds(wait)}, or name another model in llm.fallbacks.`,
    retryable: true,
    cause: failure,
  });
}

function waitNote(
  id: string,
  failure: ModullmError,
  facts: { wait: number; attempt: number },
): ModelNote {
  const status = failure.details["status"];
  return {
    kind: "retry-wait",
    message: `Trying ${id} again in ${seconds(facts.wait)}: ${reasonOf(failure)}`,
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
