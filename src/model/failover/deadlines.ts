import type { Deadlines } from "../exchange.ts";
import type { ModelRequest, Patience } from "../model.ts";

/** Milliseconds of the whole call where nothing is set, as OpenAI's own clients have it. */
const DEFAULT_TOTAL = 600_000;
/**
 * Milliseconds to wait for a connection, a first sign of life or the next one while another model
 * could answer instead.
 */
const SHORT = 10_000;
/** The same on the last model. */
const LONG = 120_000;
/** While another model is left, for servers that load or think before they say anything. */
const LOADING = 90_000;

const NOTHING_SET: Patience = {
  another: false,
  connect: null,
  first: null,
  gap: null,
  total: null,
};

export interface CallFacts {
  /** Whether the answer comes in pieces: a whole one shows no sign of life before it is done. */
  readonly stream: boolean;
  /** Whether the server may load a model, or think, in silence. */
  readonly patient: boolean;
}

/**
 * Limits of one call, by what the program says (`timeout`, in seconds), what the user has set, and
 * whether another model is left. A server that loads or thinks first gets at least a minute and a
 * half, and on the last model the whole call unless something is set.
 */
export function deadlinesOf(
  timeout: unknown,
  { stream, patient }: CallFacts,
  patience: Patience = NOTHING_SET,
): Deadlines {
  const given = isTimeout(timeout);
  const total = totalOf(timeout, patience);
  const usual = patience.another ? SHORT : LONG;
  const reach = patience.connect ?? usual;
  const connect = reach < total ? reach : null;
  if (!stream) return { total, connect, first: null, stall: null };
  const limit = (set: number | null): number | null => {
    if (!patient) return set ?? usual;
    return set === null && !patience.another ? null : Math.max(set ?? 0, LOADING);
  };
  // On a last model the program's own limit is all the patience there is.
  const first =
    given && !patience.another && patience.first === null ? null : limit(patience.first);
  const gap = limit(patience.gap);
  return { total, connect, first, stall: gap === null ? null : Math.min(gap, total) };
}

/** Milliseconds that a call may take, with all its tries. */
export function totalOf(timeout: unknown, patience: Patience = NOTHING_SET): number {
  return isTimeout(timeout) ? timeout * 1000 : (patience.total ?? DEFAULT_TOTAL);
}

export function isTimeout(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

/**
 * Whether to have an answer in pieces. Also where nobody watches it come: only so a dead server is
 * told from a busy one. Not from servers that would then leave the count of tokens out, unless
 * another model is left; and not from models that think in silence, which some accounts may not
 * stream.
 */
export function wantsStream(
  request: ModelRequest,
  { patient, local, streamUsage }: { patient: boolean; local: boolean; streamUsage: boolean },
): boolean {
  const { params, patience } = request;
  if (request.stream || params["stream"] === true) return true;
  const whole =
    patience === undefined || params["stream"] === false || params["audio"] !== undefined;
  if (whole || (patient && !local)) return false;
  return patience.another || (streamUsage && !local);
}
