import { createPlaces } from "./places.ts";
import type { SandboxSession } from "./sandbox.ts";

export interface StandingOptions {
  /** Sessions that stand open at a time; the next one waits for the end of another. */
  readonly most: number;
  /** Milliseconds without a run after which a session ends. */
  readonly idleMs: number;
}

/** Sessions that stay open between runs, counted, and ended when nobody uses them. */
export interface StandingSessions {
  /** @throws what opening throws, and the signal's reason while it waits for room */
  open(opening: () => Promise<SandboxSession>, signal: AbortSignal): Promise<SandboxSession>;
}

export function createStandingSessions({ most, idleMs }: StandingOptions): StandingSessions {
  const places = createPlaces(most);
  return {
    async open(opening, signal) {
      const leave = await places.enter(signal);
      try {
        return endWhenIdle(await opening(), idleMs, leave);
      } catch (thrown) {
        leave();
        throw thrown;
      }
    },
  };
}

/** @param leave called once, when the session has ended */
function endWhenIdle(session: SandboxSession, idleMs: number, leave: () => void): SandboxSession {
  let runs = 0;
  let ending: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function close(): Promise<void> {
    if (timer) clearTimeout(timer);
    return (ending ??= session.close().finally(leave));
  }

  function waitForUse(): void {
    timer = setTimeout(() => void close().catch(() => {}), idleMs);
    // A session that nobody closes keeps no process alive.
    timer.unref();
  }

  waitForUse();
  return {
    level: session.level,
    get alive() {
      return session.alive;
    },
    async run(...given) {
      if (timer) clearTimeout(timer);
      runs++;
      try {
        return await session.run(...given);
      } finally {
        // One that a time limit or a crash has ended gives its place back at once.
        if (!session.alive) void close().catch(() => {});
        else if (--runs === 0 && ending === null) waitForUse();
      }
    },
    close,
  };
}
