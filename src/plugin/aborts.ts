/** Hears of aborts for many calls. */
export interface Aborts {
  /**
   * @param aborted called once when the signal is aborted, unless what this gives was called before
   */
  watch(signal: AbortSignal, aborted: () => void): () => void;
}

/**
 * One listener for each signal, for as long as the signal lives: a run makes many calls with one,
 * and to add and remove a listener takes longer than the rest of a call here.
 */
export function createAborts(): Aborts {
  const watched = new WeakMap<AbortSignal, Set<() => void>>();
  function listen(signal: AbortSignal): Set<() => void> {
    const waiting = new Set<() => void>();
    watched.set(signal, waiting);
    const onAbort = (): void => {
      for (const aborted of waiting) aborted();
      waiting.clear();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    return waiting;
  }
  return {
    watch(signal, aborted) {
      const waiting = watched.get(signal) ?? listen(signal);
      waiting.add(aborted);
      return () => waiting.delete(aborted);
    },
  };
}
