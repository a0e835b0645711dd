import { expect } from "bun:test";
import { type Case, failureOf, valueOf } from "./case.ts";
import { patience } from "../../patience.ts";

/** Milliseconds that an end may take after the deadline. */
const GRACE_MS = 500;

export const LIMIT_CASES = {
  "kills code that does not end, soon after the deadline": {
    async check({ open, snippets }) {
      for (const code of [snippets.endless, snippets.stuck]) {
        const session = await open({ limits: { timeoutMs: 300 } });
        const outcome = await session.run(code, {});
        expect(failureOf(outcome).exception).toBe("TimeoutError");
        expect(outcome.ms).toBeGreaterThanOrEqual(299);
        expect(outcome.ms).toBeLessThan(patience(300 + GRACE_MS));
        expect(session.alive).toBe(false);
        failureOf(await session.run(snippets.quiet, {}));
        await session.close();
      }
    },
  },
  "gives each run its own time": {
    async check({ open, snippets }) {
      const session = await open({ limits: { timeoutMs: 1000 } });
      for (let n = 0; n < 3; n++) {
        valueOf(await session.run(snippets.quiet, {}));
        await Bun.sleep(500);
      }
      expect(session.alive).toBe(true);
      await session.close();
    },
  },
  "refuses an allocation over the memory limit": {
    async check({ run, snippets }) {
      expect(
        failureOf(await run(snippets.bigAllocation, { limits: { memoryMb: 128 } })).exception,
      ).toBe("MemoryError");
    },
  },
  "ends code that takes more and more memory, at no cost to the host": {
    async check({ run, snippets }) {
      const before = process.memoryUsage.rss();
      const failure = failureOf(
        await run(snippets.growing, { limits: { memoryMb: 128, timeoutMs: 20_000 } }),
      );
      expect(["MemoryError", "CrashError"]).toContain(failure.exception);
      expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
    },
  },
  "gives what was printed, apart from the result": {
    async check({ open, snippets }) {
      const session = await open();
      expect(await session.run(snippets.prints(2, 3), {})).toMatchObject({
        value: "done",
        printed: "xxx\nxxx\n",
        printedDropped: 0,
      });
      expect(await session.run(snippets.printsUnicode, {})).toMatchObject({
        value: null,
        printed: "héllo 🎉\n",
      });
      expect(await session.run(snippets.quiet, {})).toMatchObject({
        printed: "",
        printedDropped: 0,
      });
      await session.close();
    },
  },
  "gives what was printed before an exception": {
    async check({ run, snippets }) {
      const outcome = await run(`${snippets.prints(1, 3)}\n${snippets.undefinedName.code}`);
      failureOf(outcome);
      expect(outcome.printed).toBe("xxx\n");
    },
  },
  "has all that a run printed when it ends": {
    async check({ open, snippets }) {
      const session = await open({ limits: { maxPrintedBytes: 1_000_000 } });
      for (let n = 0; n < 50; n++) {
        const { printed } = await session.run(snippets.prints(60, 999), {});
        expect([n, printed.length]).toEqual([n, 60_000]);
      }
      await session.close();
    },
  },
  "keeps the first of what is printed and counts the rest": {
    async check({ open, snippets }) {
      const session = await open({ limits: { maxPrintedBytes: 1000 } });
      for (let n = 0; n < 2; n++) {
        const outcome = await session.run(snippets.prints(10, 499), {});
        expect(outcome).toMatchObject({ ok: true, printedDropped: 4000 });
        expect(outcome.printed).toBe(`${"x".repeat(499)}\n`.repeat(2));
      }
      await session.close();
    },
  },
  "is not held up by a flood of printed text": {
    async check({ run, snippets }) {
      const before = process.memoryUsage.rss();
      const outcome = await run(snippets.prints(2000, 9_999), { limits: { timeoutMs: 20_000 } });
      expect(valueOf(outcome)).toBe("done");
      expect(outcome.printed.length).toBe(64 * 1024);
      expect(outcome.printedDropped).toBe(20_000_000 - 64 * 1024);
      expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
    },
  },
} satisfies Record<string, Case>;
