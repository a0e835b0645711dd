/** Room for a number of things at a time; the rest wait in the order they came. */
export interface Places {
  /**
   * Takes a place, and gives what gives it back. @throws the signal's reason, when it is aborted
   * before there is one
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createPlaces(most: number): Places {
  let taken = 0;
  const waiting = new Set<() => void>();

  function leave(): void {
    // The place goes straight to the next one, so that nobody overtakes.
    const [next] = waiting;
    if (next) next();
    else taken--;
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      function come(): void {
        waiting.delete(come);
        signal.removeEventListener("abort", giveUp);
        resolve();
      }
      function giveUp(): void {
        waiting.delete(come);
        reject(signal.reason);
      }
      waiting.add(come);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (taken < most) taken++;
      else await turn(signal);
      return leave;
    },
  };
}
