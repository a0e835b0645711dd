import { randomFrom } from "../core/random.ts";
import type { Row, Rows } from "./row.ts";

export interface SampleOptions {
  /** How many rows. */
  readonly count: number;
  /** The same seed gives the same rows. */
  readonly seed: number;
}

/**
 * So many rows, each as likely as any other, in the order of the source; all where there are fewer.
 */
export async function* sampleOf(rows: Rows, { count, seed }: SampleOptions): Rows {
  const random = randomFrom(seed);
  const kept: Row[] = [];
  let seen = 0;
  for await (const row of rows) {
    seen++;
    if (kept.length < count) kept.push(row);
    else {
      const at = Math.floor(random() * seen);
      if (at < count) kept[at] = row;
    }
  }
  yield* kept.toSorted((a, b) => a.number - b.number);
}

/** The first rows. */
export async function* firstOf(rows: Rows, count: number): Rows {
  if (count === 0) return;
  let taken = 0;
  for await (const row of rows) {
    yield row;
    if (++taken >= count) return;
  }
}
