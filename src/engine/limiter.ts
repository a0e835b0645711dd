/** Lets a number of things happen at once; the rest wait in the order they came. */
export interface Limiter {
  /** Runs `work` when there is room. A wait that is aborted rejects with the signal's reason and takes no room. */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

export function createLimiter(most: number): Limiter {
  let busy = 0;
  const waiting: (() => void)[] = [];

  async function enter(signal: AbortSignal): Promise<void> {
    if (busy < most) {
      busy++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(go);
    });
  }

  return {
    async run(work, signal) {
      signal.throwIfAborted();
      await enter(signal);
      try {
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
