import { average } from "./quantiles.ts";

/** Numbers from 0 to 1, both excluded. */
export type Random = () => number;

/** What a quantity may turn out to be. A rank is a number between 0 and 1: 0.9 asks for the p90. */
export interface Spread {
  readonly mean: number;
  /** The value that was seen at that rank, with nothing added. */
  seen(rank: number): number;
  /**
   * One guess at the distribution behind the values that were seen: few of them could come from
   * many. Over many guesses and ranks, nine of ten values to come lie under the p90 that nine of
   * ten draws lie under.
   */
  guess(random: Random): (rank: number) => number;
}

/**
 * A spread after past values. Latencies and lengths are taken for log-normal, or, where there are
 * enough values to tell that they are not, for spread as they were; what was the same three times
 * or more is taken for fixed.
 *
 * @param options.fitted coefficients that were fitted to the same values @default 0
 */
export function spreadOf(
  values: readonly number[],
  options: { readonly fitted?: number } = {},
): Spread | null {
  const mean = average(values);
  if (mean === null) return null;
  const sorted = Float64Array.from(values).toSorted();
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const seen = (rank: number): number => sorted[Math.floor(rank * sorted.length)] ?? most;
  if (least === most && (sorted.length >= ENOUGH_TO_BE_FIXED || most === 0)) return fixed(most);
  // Logarithms need positive values.
  if (least <= 0) return { mean, seen, guess: () => seen };
  return { mean, seen, guess: guesses(sorted.map(Math.log), options.fitted ?? 0) };
}

/**
 * A spread by a formula instead of values: nothing about it was seen, so there is nothing to guess
 * beyond it.
 */
export function spreadBy(formula: (rank: number) => number): Spread {
  const mean =
    average(Array.from({ length: STEPS }, (_, step) => formula((step + 0.5) / STEPS))) ?? 0;
  return { mean, seen: formula, guess: () => formula };
}

/** The standard normal's value at a rank; off by less than 0.05 up to three standard deviations. */
export function normalAt(rank: number): number {
  return 4.91 * (rank ** 0.14 - (1 - rank) ** 0.14);
}

/** A small generator (xorshift); the same seed gives the same numbers. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
}

const ENOUGH_TO_BE_FIXED = 3;
const STEPS = 1000;

/**
 * What is believed of a latency's spread before any run, as if two runs had shown it: a standard
 * deviation of the logarithm of 0.5, a p90 of about twice the median.
 */
const PRIOR = { runs: 2, deviation: 0.5 };

/** Fewer values can't tell a log-normal from anything else. */
const ENOUGH_FOR_SHAPE = 20;
/**
 * Chi-squared with two degrees of freedom: one log-normal in twenty is taken for something else,
 * which does little harm.
 */
const NOT_NORMAL = 5.99;

function fixed(value: number): Spread {
  return { mean: value, seen: () => value, guess: () => () => value };
}

/**
 * Mean and deviation of the logarithms as they may be (normal and inverse chi-squared), and the
 * shape between them.
 */
function guesses(logs: Float64Array, fitted: number): Spread["guess"] {
  const count = logs.length;
  const mean = logs.reduce((sum, log) => sum + log, 0) / count;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const freedom = Math.max(1, count - 1 - fitted) + PRIOR.runs;
  const deviation = Math.sqrt((PRIOR.runs * PRIOR.deviation ** 2 + squares) / freedom);
  const shape = looksNormal(logs, mean, squares)
    ? normalAt
    : shapeOf(logs, mean, Math.sqrt(squares / count));
  return (random) => {
    const wide = deviation * Math.sqrt(freedom / chiSquared(freedom, random));
    const middle = mean + (wide * normalAt(random())) / Math.sqrt(count);
    return (rank) => Math.exp(middle + wide * shape(rank));
  };
}

/** Skewness and kurtosis together (Jarque and Bera). */
function looksNormal(logs: Float64Array, mean: number, squares: number): boolean {
  const count = logs.length;
  if (count < ENOUGH_FOR_SHAPE) return true;
  const variance = squares / count;
  const skewness = logs.reduce((sum, log) => sum + (log - mean) ** 3, 0) / count / variance ** 1.5;
  const kurtosis = logs.reduce((sum, log) => sum + (log - mean) ** 4, 0) / count / variance ** 2;
  return (count / 6) * (skewness ** 2 + (kurtosis - 3) ** 2 / 4) <= NOT_NORMAL;
}

/**
 * The values as they were, in deviations from the mean; beyond the ends as a normal would go on.
 */
function shapeOf(logs: Float64Array, mean: number, deviation: number): (rank: number) => number {
  const count = logs.length;
  return (rank) => {
    const at = rank * (count + 1) - 1;
    const low = logs[Math.floor(at)];
    const high = logs[Math.floor(at) + 1];
    if (low !== undefined && high !== undefined)
      return (low + (high - low) * (at - Math.floor(at)) - mean) / deviation;
    const end = ((at < 0 ? logs[0] : logs.at(-1)) ?? mean) - mean;
    return at < 0
      ? Math.min(end / deviation, normalAt(rank))
      : Math.max(end / deviation, normalAt(rank));
  };
}

/** After Wilson and Hilferty; kept off zero, where a spread would know no bounds. */
function chiSquared(freedom: number, random: Random): number {
  const part = 2 / (9 * freedom);
  return freedom * Math.max(0.2, 1 - part + normalAt(random()) * Math.sqrt(part)) ** 3;
}
