/** How long runs took: the values themselves while they are few, else how many in each bucket. */
export type Latencies =
  | { readonly exact: readonly number[] }
  | { readonly buckets: Readonly<Record<string, number>> };

/** Up to this many latencies are kept as they are. */
export const MOST_EXACT = 100;

/** Each bucket ends this many times further up than it begins: percentiles are right within 1 %. */
const WIDTH = Math.log(1.01);
const LEAST_MS = 0.001;

/** The upper end of a bucket in milliseconds; it begins where the one before ends. */
export function bucketEnd(bucket: number): number {
  return Math.exp(bucket * WIDTH) * LEAST_MS;
}

export function bucketsOf(latencies: Latencies): Readonly<Record<string, number>> {
  if ("buckets" in latencies) return latencies.buckets;
  const buckets: Record<string, number> = {};
  for (const ms of latencies.exact) {
    const bucket = bucketOf(ms);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

/** @param most how many values are kept as they are */
export function addLatencies(a: Latencies, b: Latencies, most: number): Latencies {
  if ("exact" in a && "exact" in b && a.exact.length + b.exact.length <= most)
    return { exact: [...a.exact, ...b.exact] };
  return { buckets: addCounts(bucketsOf(a), bucketsOf(b), 1) };
}

/** The first without the second, which is part of it. */
export function takeLatencies(a: Latencies, b: Latencies): Latencies {
  if ("buckets" in a || "buckets" in b)
    return { buckets: addCounts(bucketsOf(a), bucketsOf(b), -1) };
  const left = [...a.exact];
  for (const value of b.exact) left.splice(left.indexOf(value), 1);
  return { exact: left };
}

export function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
  sign: 1 | -1,
): Record<string, number> {
  // Without a prototype: `constructor` may be a word, too.
  const sums: Record<string, number> = Object.assign(Object.create(null), a);
  for (const [word, times] of Object.entries(b)) {
    sums[word] = (sums[word] ?? 0) + sign * times;
    if (sums[word] === 0) delete sums[word];
  }
  return sums;
}

function bucketOf(ms: number): string {
  return String(Math.max(0, Math.ceil(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / WIDTH)));
}
