import type { NodeEstimate } from "./predict-node.ts";
import { flat, type Planned } from "./predict-plan.ts";
import { play } from "./predict-schedule.ts";
import { createRandom, type Random } from "./predict-spread.ts";

/** Runs of the whole tree, played through. */
export interface Samples {
  /**
   * Mean of the milliseconds, with values as they were seen: guesses at what else may happen would
   * make it endless.
   */
  readonly meanMs: number;
  readonly ms: Float64Array;
  readonly tokens: Float64Array;
  readonly usd: Float64Array;
}

/**
 * Plays the tree often enough for percentiles that hold to about one percent. The same tree gives
 * the same numbers.
 */
export function sampleTree(root: Planned, concurrency: number): Samples {
  const nodes = flat(root);
  const estimates = [...new Set(nodes.map((node) => node.estimate))];
  const indexes = new Map(nodes.map((node) => [node, estimates.indexOf(node.estimate)]));
  const size = nodes.reduce((sum, node) => sum + node.expected, 0);
  const count = Math.round(Math.min(MOST, Math.max(LEAST, WORK / size)));
  const random = createRandom(SEED);
  const [ms, tokens, usd] = [
    new Float64Array(count),
    new Float64Array(count),
    new Float64Array(count),
  ];
  let [at, seen] = [0, 0];
  let guesses: readonly Guess[] = [];

  // The root's ranks are spread evenly, which makes a single program's numbers exact.
  const rankOf = (task: Planned): number => (task === root ? (at + 0.5) / count : random());
  const times = (task: Planned): number =>
    (task.times.length === 1
      ? task.times[0]
      : task.times[Math.floor(random() * task.times.length)]) ?? 1;
  const asGuessed = {
    concurrency,
    times,
    duration(task: Planned): number {
      const rank = rankOf(task);
      const guess = guesses[indexes.get(task) ?? 0];
      tokens[at] = (tokens[at] ?? 0) + (guess?.tokens(rank) ?? 0);
      usd[at] = (usd[at] ?? 0) + (guess?.usd(rank) ?? 0);
      return guess?.ms(rank) ?? 0;
    },
  };
  const asSeen = {
    concurrency,
    times,
    duration: (task: Planned): number => task.estimate.latency.spread?.seen(rankOf(task)) ?? 0,
  };
  for (; at < count; at++) {
    guesses = estimates.map((estimate) => guessOf(estimate, random));
    ms[at] = play(root, asGuessed);
    if (root.children.length > 0) seen += play(root, asSeen);
  }
  const alone = root.estimate.latency.spread?.mean ?? 0;
  return { meanMs: root.children.length > 0 ? seen / count : alone, ms, tokens, usd };
}

const SEED = 0x5eed;
/**
 * Runs of programs to play in all, and of the tree at least and at most: sums of many vary little.
 */
const WORK = 200_000;
const [LEAST, MOST] = [50, 2000];

interface Guess {
  ms(rank: number): number;
  tokens(rank: number): number;
  usd(rank: number): number;
}

/** One for all runs of a program: what is wrong about its mean is wrong in every one of them. */
function guessOf({ latency, tokens, cost }: NodeEstimate, random: Random): Guess {
  return {
    ms: latency.spread?.guess(random) ?? nothing,
    tokens: tokens.spread?.guess(random) ?? nothing,
    usd: cost.spread?.guess(random) ?? nothing,
  };
}

function nothing(): number {
  return 0;
}
