import type { Interruption, Terminal } from "./output.ts";
import { watchReader } from "./reader-watch.ts";

/** What ends a command of this process before its time. */
export interface Interruptions {
  readonly listen: Terminal["onInterrupt"];
  /** The first of them; null as long as there is none. */
  by(): Interruption | null;
  /** To be told that nobody reads stdout any more. False: nobody listens. */
  readerLeft(): boolean;
}

/**
 * Milliseconds within which a second signal is the first one once more: a terminal sends Ctrl-C to
 * all its programs, and those that started this one, as npm and the npm package's launcher do, hand
 * it on besides.
 */
const ECHO_MS = 200;

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

export function createInterruptions(): Interruptions {
  const listeners = new Set<() => void>();
  let first: Interruption | null = null;

  function readerLeft(): boolean {
    first ??= "SIGPIPE";
    for (const callback of listeners) callback();
    return listeners.size > 0;
  }

  function listen(callback: () => void): () => void {
    let since: number | null = null;
    const take = (signal: keyof typeof SIGNALS): void => {
      if (since !== null && performance.now() - since > ECHO_MS) process.exit(SIGNALS[signal]);
      if (since !== null) return;
      since = performance.now();
      first ??= signal;
      callback();
    };
    const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
    for (const name of names) process.on(name, take);
    listeners.add(callback);
    if (first === "SIGPIPE") queueMicrotask(callback);
    const stopWatching = watchReader(1, () => void readerLeft());
    return () => {
      listeners.delete(callback);
      stopWatching();
      // What was interrupted is ending, and has something to say yet: an echo must not keep it from
      // that.
      if (since !== null) return;
      for (const name of names) process.off(name, take);
    };
  }

  return { listen, by: () => first, readerLeft };
}
