import { fit, valueAt } from "./fit.ts";
import { type Spread, spreadOf } from "./predict-spread.ts";

/** Of the first request of a run to come. */
export interface PromptSize {
  /** Null where they can't even be estimated. */
  readonly promptTokens: number | null;
  /**
   * Whether that is a count of the request as it will be sent, not an estimate of one that depends
   * on other answers.
   */
  readonly promptKnown: boolean;
}

/** A run in the numbers a prediction needs. */
export interface Sample {
  readonly ms: number;
  /** Tokens of the first counted request, which is what is known of a run to come. */
  readonly first: number;
  readonly prompt: number;
  readonly completion: number;
  readonly usd: number | null;
}

export interface Restated {
  readonly method: "fit" | "average";
  readonly samples: readonly Sample[];
  /** Null when no line fits. */
  readonly ms: Spread | null;
}

/**
 * Past runs as they would have been with a prompt of the size asked about: retries send it again,
 * answers stay as long as they were.
 */
export function restate(
  { promptTokens, promptKnown }: PromptSize,
  samples: readonly Sample[],
): Restated {
  if (promptTokens === null || !promptKnown) return { method: "average", samples, ms: null };
  const resized = samples.map((sample) => {
    const repeats = sample.first === 0 ? 1 : sample.prompt / sample.first;
    return { ...sample, prompt: promptTokens * repeats, usd: null };
  });
  const prices = pricesOf(samples);
  const priced = resized.map((sample) => ({
    ...sample,
    usd: prices === null ? null : valueAt(prices, [sample.prompt, sample.completion]),
  }));
  return { method: "fit", samples: priced, ms: latencyByFit(promptTokens, samples) };
}

/** A line through fewer points says more about the points than about the program. */
const LEAST_RUNS_FOR_FIT = 8;

/**
 * Each run's latency, changed by as much as the line through all of them says that the prompt's
 * size changes it.
 */
function latencyByFit(promptTokens: number, samples: readonly Sample[]): Spread | null {
  if (samples.length < LEAST_RUNS_FOR_FIT) return null;
  const row = (first: number, { completion }: Sample): readonly number[] => [1, first, completion];
  const line = fit(
    samples.map((sample) => row(sample.first, sample)),
    samples.map((sample) => sample.ms),
  );
  if (line === null) return null;
  const values = samples.map((sample) => {
    const then = valueAt(line, row(sample.first, sample));
    return then > 0 ? (sample.ms * valueAt(line, row(promptTokens, sample))) / then : sample.ms;
  });
  return spreadOf(values, { fitted: 2 });
}

/**
 * Dollars for a prompt token and a completion token; runs without a price don't count. Null without
 * any.
 */
function pricesOf(samples: readonly Sample[]): readonly number[] | null {
  const priced = samples.filter((sample) => sample.usd !== null);
  if (priced.length > 0 && priced.every((sample) => sample.usd === 0)) return [0, 0];
  return fit(
    priced.map((sample) => [sample.prompt, sample.completion]),
    priced.map((sample) => sample.usd ?? 0),
  );
}
