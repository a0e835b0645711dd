const DURATION = /^(\d+)(ms|s|m|h|d|w)$/;
const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `10m`, `7d` in milliseconds; null for what is no duration. */
export function parseDuration(text: string): number | null {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (MILLISECONDS[unit] ?? 0);
}
