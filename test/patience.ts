/** Milliseconds of a quiet machine that the measured loop takes; a slow processor needs more. */
const QUIET_MS = 25;
const ROUNDS = 4_000_000;
/** What a measurement cannot see: the machine may have been busier before. */
const MARGIN = 4;

/** How many times longer than a quiet one this machine takes now; at least 1. */
export function slowness(): number {
  const start = performance.now();
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) sum = (sum * 31 + round) % 1_000_003;
  const took = performance.now() - start + (sum < 0 ? 1 : 0);
  return Math.max(1, took / QUIET_MS);
}

/**
 * Milliseconds that this machine may take, as busy as it is now, for what takes a quiet one `quiet`
 * milliseconds. Asked when the work is done.
 */
export function patience(quiet: number): number {
  return quiet * MARGIN * slowness();
}
