/** How often a process may end badly before it is left alone for a while. */
export interface Intensity {
  readonly most: number;
  /** Milliseconds in which these count. */
  readonly within: number;
}

/** Counts the bad ends of a process that is started again whenever it is needed. */
export interface RestartLimit {
  /** @param reason why it ended: a clause of which the process is the subject */
  failed(reason: string): void;
  /** Null where it may be started. */
  refusal(): { readonly count: number; readonly wait: number; readonly reason: string } | null;
}

export function createRestartLimit({ most, within }: Intensity): RestartLimit {
  let failures: number[] = [];
  let last = "";
  return {
    failed(reason) {
      failures.push(performance.now());
      last = reason;
    },
    refusal() {
      const now = performance.now();
      failures = failures.filter((at) => at > now - within);
      const [oldest] = failures;
      if (oldest === undefined || failures.length < most) return null;
      return { count: failures.length, wait: oldest + within - now, reason: last };
    },
  };
}
