import { bucketEnd } from "../store/latencies.ts";

/** @param fractions 0.9 for p90; what falls between two values is on the line that joins them */
export function quantiles(
  values: readonly number[],
  fractions: readonly number[],
): readonly (number | null)[] {
  const sorted = Float64Array.from(values).toSorted();
  return fractions.map((fraction) => {
    const at = (sorted.length - 1) * fraction;
    const low = sorted[Math.floor(at)];
    const high = sorted[Math.ceil(at)];
    return low === undefined || high === undefined
      ? null
      : low + (high - low) * (at - Math.floor(at));
  });
}

export function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * To whole microseconds, hundredths of a percent and so on: what is behind is noise of floating
 * point.
 */
export function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}

/** Of values that are known by their buckets: they are taken to lie evenly in them. */
export function bucketQuantiles(
  buckets: Readonly<Record<string, number>>,
  fractions: readonly number[],
): readonly (number | null)[] {
  const sorted = Object.entries(buckets)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .toSorted((a, b) => a.bucket - b.bucket);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  return fractions.map((fraction) => {
    let left = fraction * total;
    for (const { bucket, count } of sorted) {
      if (left > count) {
        left -= count;
        continue;
      }
      const start = bucket === 0 ? 0 : bucketEnd(bucket - 1);
      return start + ((bucketEnd(bucket) - start) * left) / count;
    }
    return null;
  });
}
