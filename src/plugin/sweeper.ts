export interface Sweeper {
  /** Sweeps at this time, by `performance.now()`, or before. */
  by(at: number): void;
  stop(): void;
}

/**
 * One timer for all deadlines: most requests are answered long before theirs, and a timer for each
 * would be set in vain. It does not keep the program alive; the plugin's process does.
 */
export function createSweeper(sweep: () => void): Sweeper {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let next = Number.POSITIVE_INFINITY;
  return {
    by(at) {
      if (at >= next) return;
      next = at;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          next = Number.POSITIVE_INFINITY;
          sweep();
        },
        Math.max(0, Math.ceil(at - performance.now())),
      );
      timer.unref();
    },
    stop() {
      clearTimeout(timer);
      next = Number.NEGATIVE_INFINITY;
    },
  };
}
