import { marked, PIECE, pieceCount } from "./pieces.ts";
import { termsOf } from "./terms.ts";

/** Numbers of a vector where nothing else is asked for. */
export const DIMENSIONS = 512;

/** What each thing that a text has weighs. A word's pieces together weigh what is given here. */
const WEIGHTS = { word: 1, pair: 0.5, pieces: 1, sign: 0.25 };
/** Shorter words are mostly such that say little: of, and, le, на. */
const FULL_LENGTH = 5;
const ALPHABETIC = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
/** Decimals: with more the vectors would be no better, and their text twice as long. */
const DECIMALS = 1e9;

/**
 * A vector of unit length whose direction is the words, the pairs of neighbouring words and the
 * pieces of words that a text has, each added at a place that its hash says. Only sums, products
 * and square roots are used, which every machine rounds alike.
 */
export function lexicalVector(text: string, dimensions: number = DIMENSIONS): readonly number[] {
  const sums = new Float64Array(dimensions);
  for (const [hash, weight] of featuresOf(text)) {
    const at = hash % dimensions;
    // Of features that fall on one place half take away, so that none grows by chance.
    const sign = (hash / dimensions) & 1 ? -1 : 1;
    sums[at] = (sums[at] ?? 0) + sign * Math.sqrt(weight);
  }
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  if (length > 0)
    return Array.from(sums, (value) => Math.round((value / length) * DECIMALS) / DECIMALS);
  // Nothing to go by, or all of it took itself away: a direction of its own.
  return Array.from(sums, (_, at) => (at === 0 ? 1 : 0));
}

/** Where the hashes of each kind of feature begin. */
const SEEDS = { word: 1, pair: 2, piece: 3, sign: 4 };

/**
 * How much there is of each feature, by its hash. The square root of it counts: the tenth time says
 * less than the first.
 */
function featuresOf(text: string): ReadonlyMap<number, number> {
  const features = new Map<number, number>();
  const add = (hash: number, weight: number): void => {
    features.set(hash, (features.get(hash) ?? 0) + weight);
  };
  const { words, signs } = termsOf(text);
  let before: number | null = null;
  for (const word of words) {
    const share = ALPHABETIC.test(word) ? Math.min(1, word.length / FULL_LENGTH) : 1;
    const hash = hashOf(word, SEEDS.word);
    add(hash, WEIGHTS.word * share);
    if (before !== null) add(mixed(Math.imul(before, SEEDS.pair) ^ hash), WEIGHTS.pair * share);
    before = hash;
    const whole = marked(word);
    const pieces = pieceCount(whole);
    for (let at = 0; at < pieces; at++)
      add(hashOf(whole, SEEDS.piece, at, at + PIECE), (WEIGHTS.pieces * share) / pieces);
  }
  for (const sign of signs) add(hashOf(sign, SEEDS.sign), WEIGHTS.sign);
  return features;
}

/** FNV-1a over UTF-16 units; 32 bits, never negative. */
function hashOf(text: string, seed: number, from = 0, to: number = text.length): number {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193);
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** Spreads what differs in a few bits over all of them. */
function mixed(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
