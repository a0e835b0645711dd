/** How many may begin in how long. */
export interface Rate {
  readonly count: number;
  readonly milliseconds: number;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `60/m`, `1/s`, `500/h`, `10000/d`; null for anything else. */
export function parseRate(text: string): Rate | null {
  const [, count = "", unit = ""] = /^([1-9]\d*)\/([smhd])$/.exec(text) ?? [];
  const milliseconds = UNITS[unit];
  return milliseconds === undefined ? null : { count: Number(count), milliseconds };
}

/** Milliseconds to wait before the next one; each call takes one place. They come evenly. */
export function createPace({ count, milliseconds }: Rate): (now: number) => number {
  let next = 0;
  return (now) => {
    const due = Math.max(now, next);
    next = due + milliseconds / count;
    return due - now;
  };
}
