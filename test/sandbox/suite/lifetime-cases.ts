import { expect } from "bun:test";
import { readdirSync } from "node:fs";
import { ModullmError } from "../../../src/core/error.ts";
import { LEVELS, reaches } from "../../../src/core/sandbox-level.ts";
import { type Case, failureOf, rejectionOf, valueOf } from "./case.ts";
import { gone, processesBelow } from "./processes.ts";

const never = (): Promise<null> => new Promise(() => {});

export const LIFETIME_CASES = {
  "names a level that it reaches": {
    async check({ sandbox, open }) {
      expect(LEVELS).toContain(sandbox.level);
      const session = await open();
      expect(reaches(session.level, sandbox.level)).toBe(true);
      await session.close();
    },
  },
  "is dead once closed, with nothing running": {
    async check({ open, snippets }) {
      const before = processesBelow(process.pid);
      const session = await open();
      const started = processesBelow(process.pid).filter(
        ({ id }) => !before.some((old) => old.id === id),
      );
      valueOf(await session.run(snippets.quiet, {}));
      expect(session.alive).toBe(true);
      await session.close();
      expect(session.alive).toBe(false);
      expect(await gone(started)).toEqual([]);
      failureOf(await session.run(snippets.quiet, {}));
      await session.close();
    },
  },
  "ends a run by closing": {
    async check({ open, snippets }) {
      const session = await open();
      const running = session.run(snippets.endless, {});
      await Bun.sleep(100);
      await session.close();
      expect(failureOf(await running).exception).not.toBe("TimeoutError");
    },
  },
  "ends a run by closing while a function is busy": {
    async check({ open }) {
      const session = await open({ functions: { never } });
      const running = session.run("result = never()", {});
      await Bun.sleep(200);
      await session.close();
      failureOf(await running);
    },
  },
  "rejects a run with the reason of the signal": {
    async check({ open, snippets }) {
      const controller = new AbortController();
      const session = await open({}, controller.signal);
      const reason = new ModullmError("RLLM_022", "Stopped the run: the caller cancelled it");
      setTimeout(() => controller.abort(reason), 100);
      expect(await rejectionOf(session.run(snippets.endless, {}))).toBe(reason);
      expect(session.alive).toBe(false);
      await session.close();
    },
  },
  "rejects a run with the reason of the signal while a function is busy": {
    async check({ open }) {
      const controller = new AbortController();
      const session = await open({ functions: { never } }, controller.signal);
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 200);
      expect(await rejectionOf(session.run("result = never()", {}))).toBe(reason);
      await session.close();
    },
  },
  "tells a function of the signal": {
    async check({ open }) {
      const controller = new AbortController();
      const heard: unknown[] = [];
      const listen = (_: unknown, signal: AbortSignal) =>
        new Promise<null>((resolve) => {
          signal.addEventListener("abort", () => {
            heard.push(signal.reason);
            resolve(null);
          });
        });
      const session = await open({ functions: { listen } }, controller.signal);
      setTimeout(() => controller.abort("enough"), 200);
      expect(await rejectionOf(session.run("result = listen()", {}))).toBe("enough");
      expect(heard).toEqual(["enough"]);
      await session.close();
    },
  },
  "rejects an opening with the reason of the signal": {
    async check({ open }) {
      const before = AbortSignal.abort("before it began");
      expect(await rejectionOf(open({}, before))).toBe("before it began");
      const controller = new AbortController();
      const opening = rejectionOf(open({}, controller.signal));
      controller.abort("at once");
      expect(await opening).toBe("at once");
    },
  },
  "lets go of the signal": {
    async check({ open, snippets }) {
      const controller = new AbortController();
      const session = await open({}, controller.signal);
      valueOf(await session.run(snippets.quiet, {}));
      await session.close();
      controller.abort("too late to matter");
      const other = await open();
      expect(valueOf(await other.run(snippets.echo, { value: 1 }))).toBe(1);
      await other.close();
    },
  },
  "runs ten sessions at once, each for itself": {
    async check({ open, snippets }) {
      const sessions = await Promise.all(
        Array.from({ length: 10 }, () => open({ limits: { timeoutMs: 20_000 } })),
      );
      const outcomes = await Promise.all(
        sessions.map((session, value) => session.run(snippets.echo, { value })),
      );
      expect(outcomes.map(valueOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const ended = await Promise.all(sessions.map((session) => session.run(snippets.echo, {})));
      expect(ended.map(valueOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      await Promise.all(sessions.map((session) => session.close()));
    },
  },
  "ends its sessions when it is closed": {
    async check({ sandbox, open, snippets }) {
      const [idle, busy] = [await open(), await open()];
      const running = busy.run(snippets.endless, {});
      await Bun.sleep(50);
      await sandbox.close();
      expect([idle.alive, busy.alive]).toEqual([false, false]);
      failureOf(await running);
      await sandbox.close();
    },
  },
  "leaks no file descriptor": {
    async check({ run, snippets }) {
      if (process.platform !== "linux") return;
      const cycle = async () => void valueOf(await run(snippets.echo, { values: { value: 1 } }));
      for (let n = 0; n < 3; n++) await cycle();
      const before = readdirSync("/proc/self/fd").length;
      for (let n = 0; n < 10; n++) await cycle();
      expect(readdirSync("/proc/self/fd").length - before).toBeLessThan(5);
    },
  },
} satisfies Record<string, Case>;
