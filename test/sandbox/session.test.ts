import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/core/json.ts";
import { ModullmError } from "../../src/core/error.ts";
import type { Outcome, SandboxSession, SessionOptions } from "../../src/sandbox/sandbox.ts";
import { type Guest, openSession, startGuest } from "../../src/sandbox/session.ts";
import { failureOf, rejectionOf, valueOf } from "./suite/case.ts";
import { patience } from "../patience.ts";

const never = new AbortController().signal;

function guest(way: string, more: Partial<Guest> = {}): Guest {
  const args = [join(import.meta.dir, "hostile-guest.ts"), way];
  return { level: "none", command: process.execPath, args, env: {}, hello: {}, ...more };
}

interface Meeting extends SessionOptions {
  readonly runs?: number;
  readonly values?: Readonly<Record<string, Json>>;
}

/** Opens a session with that guest, runs something in it, and closes it. */
async function meet(
  way: string,
  { runs = 1, values = {}, ...options }: Meeting = {},
): Promise<readonly Outcome[]> {
  const session = await openSession(
    guest(way),
    { ...options, limits: { timeoutMs: 5000, ...options.limits } },
    never,
  );
  try {
    const outcomes: Outcome[] = [];
    for (let n = 0; n < runs; n++) {
      outcomes.push(await session.run("code", values));
    }
    return outcomes;
  } finally {
    await session.close();
    expect(session.alive).toBe(false);
  }
}

async function only(outcomes: Promise<readonly Outcome[]>): Promise<Outcome> {
  const [outcome, ...rest] = await outcomes;
  if (!outcome || rest.length > 0) throw new Error("Expected one outcome");
  return outcome;
}

async function unavailable(opening: Promise<SandboxSession>): Promise<ModullmError> {
  const thrown = await rejectionOf(opening);
  if (!(thrown instanceof ModullmError)) throw thrown;
  expect(thrown.code).toBe("RLLM_009");
  expect(thrown.details["exception"]).toBe("SandboxUnavailable");
  return thrown;
}

describe("openSession()", () => {
  test("speaks with a guest that keeps to the channel", async () => {
    const value = { a: ["é", 1.5, null] };
    const outcomes = await meet("good", { runs: 3, values: { value } });
    expect(outcomes.map(valueOf)).toEqual([value, value, value]);
  });

  test("takes the level that a guest says it reached", async () => {
    const session = await openSession(guest("another level"), {}, never);
    expect(session.level).toBe("namespaces");
    await session.close();
  });

  test("refuses a guest that does not start, and says why", async () => {
    const reasons = [
      ["unavailable", "this kernel has no Landlock"],
      ["other greeting", "it sent something else than `ready`"],
      ["dies at once", "its process ended with status 3 and gave no result"],
    ] as const;
    for (const [way, reason] of reasons) {
      const error = await unavailable(openSession(guest(way), {}, never));
      expect(error.message).toBe(`Cannot start a sandbox of level "none": ${reason}`);
      expect(error.details["reason"]).toBe(reason);
    }
  });

  test("tells what a guest printed that could not start", async () => {
    const { details } = await unavailable(openSession(guest("complains and dies"), {}, never));
    expect(details["printed"]).toBe("cannot load a library");
  });

  test("waits no longer than it is told for a guest that says nothing", async () => {
    const start = performance.now();
    const error = await unavailable(
      openSession(guest("says nothing", { startMs: 300 }), {}, never),
    );
    expect(error.details["reason"]).toBe("it did not start within 0.3 s");
    expect(performance.now() - start).toBeLessThan(patience(1500));
  });

  test("ends one that must start whole by the end of its input, and one that doesn't care by force", async () => {
    const ends = [];
    for (const more of [{ startsWhole: true }, { startsWhole: true, startMs: 300 }, {}]) {
      const started = startGuest(
        guest(more.startMs === undefined ? "starts slowly" : "says nothing"),
      );
      const controller = new AbortController();
      const opening = openSession(guest("", { ...more, started }), {}, controller.signal);
      await Bun.sleep(200);
      controller.abort("enough");
      expect(await rejectionOf(opening)).toBe("enough");
      const { signal, status } = await started.ended;
      ends.push(signal ?? status);
    }
    expect(ends).toEqual([0, "SIGKILL", "SIGKILL"]);
  });

  test("refuses a command that does not exist, and a folder that does not", async () => {
    const missing = await unavailable(
      openSession(guest("good", { command: "/nowhere/python3" }), {}, never),
    );
    expect(missing.details["reason"]).toContain('"/nowhere/python3" can\'t be started');
    await unavailable(openSession(guest("good", { cwd: "/nowhere" }), {}, never));
  });

  test("cleans up after a guest, once, when it is gone", async () => {
    for (const way of ["good", "dies at once", "dies half-way"]) {
      let cleaned = 0;
      const cleanUp = () => Promise.resolve(void cleaned++);
      const session = await openSession(guest(way, { cleanUp }), {}, never).catch(() => null);
      await session?.run("code", {});
      await Promise.all([session?.close(), session?.close()]);
      expect([way, cleaned]).toEqual([way, 1]);
    }
  });

  test("tells who closes of a failed cleaning-up", async () => {
    const session = await openSession(
      guest("good", { cleanUp: () => Promise.reject(new Error("busy")) }),
      {},
      never,
    );
    expect(await rejectionOf(session.close())).toMatchObject({ message: "busy" });
  });

  test("tells why a guest did not start, also where it can't be cleaned up after", async () => {
    const cleanUp = () => Promise.reject(new Error("busy"));
    const { details } = await unavailable(
      openSession(guest("dies at once", { cleanUp }), {}, never),
    );
    expect(details["reason"]).toBe("its process ended with status 3 and gave no result");
  });

  test("refuses a second run while the first goes on", async () => {
    const session = await openSession(guest("no answer"), { limits: { timeoutMs: 300 } }, never);
    const first = session.run("code", {});
    expect(await rejectionOf(session.run("code", {}))).toMatchObject({ code: "RLLM_999" });
    expect(failureOf(await first).exception).toBe("TimeoutError");
  });
});

describe("a session is ended with ProtocolError by a guest that", () => {
  const broken: Readonly<Record<string, string>> = {
    garbage: "no message",
    "nonce alone": "no message",
    "wrong nonce": "no message",
    "not an object": "no message",
    "no kind": "no message",
    "half a message": "no message",
    "deep message": "no message",
    binary: "not UTF-8",
    "endless lines": "no message",
    "unknown kind": '"won"',
    "ready again": '"ready"',
    "calls what is not granted": "not granted",
    "calls without a name": "not granted",
    "calls without arguments": "no list of arguments",
    "calls with too many": "more than 16 arguments",
    "calls with a prototype": "__proto__",
    "calls twice at once": "out of turn",
  };
  for (const [way, reason] of Object.entries(broken)) {
    test(way, async () => {
      let calls = 0;
      const look = () => Promise.resolve(calls++);
      const failure = failureOf(await only(meet(way, { functions: { look } })));
      expect(failure.exception).toBe("ProtocolError");
      expect(failure.reason).toContain(reason);
      expect(calls).toBe(0);
    });
  }
});

describe("a session", () => {
  test("is ended by a guest that speaks before it is asked", async () => {
    for (const way of ["speaks before it is asked", "half a line too early"]) {
      const session = await openSession(guest(way), {}, never);
      await Bun.sleep(300);
      expect(session.alive).toBe(false);
      const failure = failureOf(await session.run("code", {}));
      expect(failure).toMatchObject({ exception: "ProtocolError", reason: "it spoke out of turn" });
    }
  });

  test("refuses values that are none", async () => {
    for (const [way, reason] of [
      ["deep value", "nested deeper than 64"],
      ["prototype key", "__proto__"],
      ["infinite number", "not a finite number"],
    ] as const) {
      const failure = failureOf(await only(meet(way)));
      expect(failure).toMatchObject({
        exception: "ResultError",
        reason: expect.stringContaining(reason) as string,
      });
    }
  });

  test("takes a result without a value for null", async () => {
    expect(valueOf(await only(meet("no value")))).toBeNull();
  });

  test("holds no line over the limit", async () => {
    const before = process.memoryUsage.rss();
    for (const way of ["endless line", "long line"]) {
      const failure = failureOf(await only(meet(way, { limits: { maxValueBytes: 1_000_000 } })));
      expect([way, failure.exception]).toEqual([way, "ResultError"]);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
  });

  test("ends at the deadline whatever keeps it waiting", async () => {
    for (const way of [
      "no answer",
      "slow line",
      "closes its channel",
      "never reads",
      "endless prints",
    ]) {
      const values = way === "never reads" ? { value: "x".repeat(3_000_000) } : {};
      const outcome = await only(meet(way, { limits: { timeoutMs: 300 }, values }));
      expect([way, failureOf(outcome).exception]).toEqual([way, "TimeoutError"]);
      expect(outcome.ms).toBeLessThan(patience(800));
    }
  });

  test("keeps the limit of printed text, however much comes", async () => {
    const outcome = await only(
      meet("endless prints", { limits: { timeoutMs: 500, maxPrintedBytes: 10 } }),
    );
    expect(outcome.printed).toBe("xxxxxxxxxx");
    expect(outcome.printedDropped).toBeGreaterThan(1_000_000);
  });

  test("gives the first of two results, and ends", async () => {
    const [first, second] = await meet("two results", { runs: 2 });
    expect([first?.ok, second?.ok]).toEqual([true, false]);
    const later = await openSession(guest("second result later"), {}, never);
    expect(valueOf(await later.run("code", {}))).toBe(1);
    await Bun.sleep(300);
    expect(later.alive).toBe(false);
    expect(failureOf(await later.run("code", {})).exception).toBe("ProtocolError");
  });

  test("tells how a guest died", async () => {
    const half = failureOf(await only(meet("dies half-way")));
    expect(half).toMatchObject({
      exception: "CrashError",
      reason: "its process ended with status 0 and gave no result",
    });
    const killed = failureOf(await only(meet("killed half-way")));
    expect(killed).toMatchObject({
      exception: "CrashError",
      reason: "its process died of SIGSEGV",
    });
    const session = await openSession(guest("dies idle"), {}, never);
    expect(valueOf(await session.run("code", {}))).toBe(1);
    await Bun.sleep(300);
    expect(session.alive).toBe(false);
    expect(failureOf(await session.run("code", {})).exception).toBe("CrashError");
  });

  test("takes nothing but texts and a line from a failure, and cuts them", async () => {
    expect(failureOf(await only(meet("odd failure")))).toEqual({
      exception: "Error",
      reason: "it gave no reason",
      line: null,
      hint: null,
    });
    const { exception, reason, line, hint } = failureOf(await only(meet("long failure")));
    expect([exception.length, reason.length, line, hint?.length]).toEqual([200, 2000, 3, 500]);
  });

  test("kills what a guest leaves in its group", async () => {
    const outcome = await only(meet("leaves a child in its group"));
    expect(failureOf(outcome).exception).toBe("CrashError");
    expect(await isAlive(Number(outcome.printed))).toBe(false);
  });

  test("does not wait for what has left its group and holds the pipes", async () => {
    const outcome = await only(meet("leaves a child of its own"));
    expect(failureOf(outcome).exception).toBe("CrashError");
    expect(outcome.ms).toBeLessThan(patience(2000));
    const child = Number(outcome.printed);
    expect(await isAlive(child)).toBe(true);
    process.kill(child, "SIGKILL");
  });
});

/** Whether a process is there and no zombie, after a moment to die. */
async function isAlive(pid: number): Promise<boolean> {
  await Bun.sleep(100);
  try {
    process.kill(pid, 0);
    return (
      process.platform !== "linux" || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
    );
  } catch {
    return false;
  }
}
