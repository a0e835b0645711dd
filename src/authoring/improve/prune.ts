import { type Candidate, keyOf, UNCHANGED } from "./candidate.ts";
import { MOST_IN_SET } from "./demonstrations.ts";
import { compareScores, type Score, type Tried } from "./score.ts";

export interface PruneOptions {
  readonly gain: (tried: Tried) => Score;
  /** Null where nothing more can be tried. */
  readonly measure: (candidate: Candidate) => Promise<Tried | null>;
}

/** Candidates that pruning measures at most: the instruction, then halves, quarters and so on. */
export const MOST_PRUNINGS = 2 * MOST_IN_SET;

/**
 * A candidate without what it does as well without: its instruction, then its examples, halves
 * first.
 */
export async function pruned(best: Tried, { gain, measure }: PruneOptions): Promise<Tried> {
  let kept = best;
  async function without(part: Partial<Candidate>): Promise<boolean> {
    const candidate = { ...kept.candidate, ...part };
    const isSame = [UNCHANGED, kept.candidate].some((each) => keyOf(each) === keyOf(candidate));
    const tried = isSame ? null : await measure(candidate);
    if (tried === null || compareScores(gain(tried), gain(kept)) < 0) return false;
    kept = tried;
    return true;
  }

  await without({ instruction: null });
  for (let size = Math.ceil(best.candidate.examples.length / 2); size > 0; size >>= 1)
    for (let at = 0; at < kept.candidate.examples.length;)
      if (!(await without({ examples: kept.candidate.examples.toSpliced(at, size) }))) at += size;
  return kept;
}
