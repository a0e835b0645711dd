/** Lets a number of things happen at once; the rest wait in the order they came. */
export interface Limiter {
  /** Runs `work` when there is room. One whose signal is aborted while it waits takes no room when its turn comes. */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

export function createLimiter(most: number): Limiter {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work, signal) {
      signal.throwIfAborted();
      if (busy < most) busy++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        // The room goes straight to the next one, so that nobody overtakes.
        const next = waiting.shift();
        if (next) next();
        else busy--;
      }
    },
  };
}
