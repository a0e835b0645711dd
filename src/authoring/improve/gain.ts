/** How a changed program did in the tests that the program as it was had, too. */
export interface Gain {
  readonly tests: number;
  /** Tests that pass now and did not before. */
  readonly better: number;
  /** Tests that passed before and don't now. */
  readonly worse: number;
  /** The share that passes now, less the share that passed before. */
  readonly value: number;
  readonly interval: readonly [number, number];
  /** How often such intervals hold the true gain. */
  readonly level: number;
}

/** Chances of error on both sides together, for all that are compared. */
const ERROR = 0.05;

/**
 * The gain with an exact interval for paired tests: a test that did not change says nothing, and
 * the share of those that changed for the better has Clopper and Pearson's interval. It lies above
 * 0 exactly where the sign test (McNemar's exact one) finds a difference.
 * @param options.among how many changes are compared: the interval holds for all of them together
 */
export function gainOf(
  before: readonly boolean[],
  after: readonly boolean[],
  { among }: { readonly among: number },
): Gain {
  const tests = before.length;
  const better = after.filter((ok, at) => ok && before[at] === false).length;
  const worse = after.filter((ok, at) => !ok && before[at] === true).length;
  const changed = better + worse;
  const error = ERROR / among;
  const interval = clopperPearson(better, changed, error).map((share) =>
    changed === 0 ? 0 : (changed / tests) * (2 * share - 1),
  );
  const [low = 0, high = 0] = interval;
  const value = tests === 0 ? 0 : (better - worse) / tests;
  return { tests, better, worse, value, interval: [low, high], level: 1 - error };
}

/** How many changes so many tests can tell from chance, if all of them change for the better. */
export function comparable(tests: number): number {
  return Math.floor(ERROR / (2 * 0.5 ** tests));
}

/** The fewest tests that, all changing for the better, tell one change from chance. */
export const FEWEST_CHANGED = 6;

function clopperPearson(hits: number, of: number, error: number): readonly [number, number] {
  const low = hits === 0 ? 0 : bisect((share) => chanceOfAtLeast(hits, of, share) < error / 2);
  const high =
    hits === of ? 1 : bisect((share) => 1 - chanceOfAtLeast(hits + 1, of, share) > error / 2);
  return [low, high];
}

/** Halvings: more than a double has digits. */
const STEPS = 60;

/** Where a condition that holds from 0 on ends. */
function bisect(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Of a binomial distribution; shares of exactly 0 and 1 are not asked for. */
function chanceOfAtLeast(hits: number, of: number, share: number): number {
  let chance = 0;
  let ways = 0;
  for (let each = 0; each <= of; each++) {
    if (each > 0) ways += Math.log(of - each + 1) - Math.log(each);
    if (each >= hits)
      chance += Math.exp(ways + each * Math.log(share) + (of - each) * Math.log1p(-share));
  }
  return chance;
}
