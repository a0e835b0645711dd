import { type Candidate, sizeOf } from "./candidate.ts";
import type { GivenTest, Mark } from "./meter.ts";

/** A candidate that was run in all tests of the training part but those that its examples give. */
export interface Tried {
  readonly candidate: Candidate;
  readonly marks: ReadonlyMap<number, Mark>;
}

/** Tests that pass; of equals, what is met of all expectations. */
export type Score = readonly [passes: number, share: number];

export function compareScores([a, share]: Score, [b, other]: Score): number {
  return a - b || (Math.abs(share - other) < ROUNDING ? 0 : share - other);
}

/** Sums of shares are off by less than this. */
const ROUNDING = 1e-9;

/** Whether marks in tests are better than a candidate's in the same. */
export function isBetter(
  tests: readonly GivenTest[],
  marks: readonly Mark[],
  than: Tried,
): boolean {
  return compareScores(sumOf(marks), sumOf(marksIn(than, tests))) > 0;
}

export function marksIn({ marks }: Tried, tests: readonly GivenTest[]): readonly Mark[] {
  return tests.flatMap(({ id }) => marks.get(id) ?? []);
}

/**
 * How much better it does than another. Tests that its examples were made from count as no gain:
 * by the share of the others, examples from tests that pass anyway would look good.
 */
export function gainOver(other: Tried, { marks }: Tried): Score {
  const [passes, share] = sumOf([...marks.values()]);
  const [passed, shared] = sumOf([...marks.keys()].flatMap((id) => other.marks.get(id) ?? []));
  return [passes - passed, share - shared];
}

/** Best first; of equals the smaller. */
export function rankedOver(unchanged: Tried, tried: readonly Tried[]): readonly Tried[] {
  return tried.toSorted(
    (a, b) =>
      compareScores(gainOver(unchanged, b), gainOver(unchanged, a)) ||
      sizeOf(a.candidate) - sizeOf(b.candidate),
  );
}

/** One that is best in some test, the likelier the more tests there are: of the Pareto front. */
export function drawFromFront(
  tried: readonly Tried[],
  tests: readonly GivenTest[],
  random: () => number,
): Tried | null {
  const tickets = tests.flatMap(({ id }) => {
    const valued = tried.flatMap((each) => {
      const mark = each.marks.get(id);
      return mark === undefined ? [] : [{ each, value: mark.ok ? 1 : mark.share / 2 }];
    });
    const best = Math.max(...valued.map(({ value }) => value));
    return valued.filter(({ value }) => value === best).map(({ each }) => each);
  });
  return tickets[Math.floor(random() * tickets.length)] ?? null;
}

function sumOf(marks: readonly Mark[]): Score {
  return [marks.filter(({ ok }) => ok).length, marks.reduce((sum, { share }) => sum + share, 0)];
}
