import type { SandboxSession, SessionOptions } from "./sandbox.ts";
import { type Guest, openSession } from "./session.ts";

/** The sessions of one sandbox, so that its end is theirs. */
export interface OpenSessions {
  /** @throws as `openSession` */
  open(guest: Guest, options: SessionOptions, signal: AbortSignal): Promise<SandboxSession>;
  /**
   * Ends all of them, those too that are being opened. @throws what a cleaning-up throws, once all
   * have ended
   */
  close(): Promise<void>;
}

export function createOpenSessions(): OpenSessions {
  const sessions = new Set<Promise<SandboxSession>>();
  return {
    async open(guest, options, signal) {
      async function cleanUp(): Promise<void> {
        sessions.delete(opening);
        await guest.cleanUp?.();
      }
      const opening = openSession({ ...guest, cleanUp }, options, signal);
      sessions.add(opening);
      return await opening;
    },
    async close() {
      const opened = await Promise.allSettled(sessions);
      const ended = await Promise.allSettled(
        opened.map(async (each) => each.status === "fulfilled" && (await each.value.close())),
      );
      for (const each of ended) if (each.status === "rejected") throw each.reason;
    },
  };
}
