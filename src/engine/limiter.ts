/**
 * Lets a number of things happen at once; the rest wait in the order they came. Two calls and no
 * function to run, because every model call of a large tree goes through here, and a closure and a
 * frame for each would cost a tenth of a run.
 */
export interface Limiter {
  /**
   * Takes room, at once (null) or when the promise resolves. It is taken even where the caller was
   * cancelled meanwhile.
   */
  enter(): Promise<void> | null;
  /** Gives it back: once for each `enter`, after any promise it gave. */
  leave(): void;
}

export function createLimiter(most: number): Limiter {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return {
    enter() {
      if (busy >= most) return new Promise((resolve) => waiting.push(resolve));
      busy++;
      return null;
    },
    leave() {
      // The room goes straight to the next one, so that nobody overtakes.
      const next = waiting.shift();
      if (next) next();
      else busy--;
    },
  };
}
