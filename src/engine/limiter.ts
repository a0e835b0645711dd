/**
 * Lets a number of things happen at once; the rest wait in the order they came. Two calls and no
 * function to run, because every model call of a large tree goes through here, and a closure and a
 * frame for each would cost a tenth of a run.
 */
export interface Limiter {
  /**
   * Takes room, at once (null) or when the promise resolves. It is taken even where the caller was
   * cancelled meanwhile.
   * @param most at a time, whoever they are for; each caller may say another number
   */
  enter(most: number): Promise<void> | null;
  /** Gives it back: once for each `enter`, after any promise it gave. */
  leave(): void;
}

/**
 * One limiter for each server that is called, made once for a process and shared by all its runs.
 */
export interface Limiters {
  /** @param server what tells servers apart, such as a provider and its address */
  of(server: string): Limiter;
  /** How many there are. */
  readonly size: number;
}

export function createLimiters(): Limiters {
  const limiters = new Map<string, Limiter>();
  return {
    of(server) {
      const known = limiters.get(server) ?? createLimiter();
      limiters.set(server, known);
      return known;
    },
    get size() {
      return limiters.size;
    },
  };
}

function createLimiter(): Limiter {
  let busy = 0;
  const waiting: { readonly most: number; readonly start: () => void }[] = [];
  return {
    enter(most) {
      // Nobody overtakes: one that wants more room would else be passed by for ever.
      if (busy >= most || waiting.length > 0)
        return new Promise((start) => waiting.push({ most, start }));
      busy++;
      return null;
    },
    leave() {
      busy--;
      for (let next = waiting[0]; next && busy < next.most; next = waiting[0]) {
        waiting.shift();
        busy++;
        next.start();
      }
    },
  };
}
