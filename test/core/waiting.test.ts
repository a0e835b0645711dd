import { describe, expect, test } from "bun:test";
import { ModullmError } from "../../src/core/error.ts";
import { deferred, sleepFor, stopped, unlessAborted } from "../../src/core/waiting.ts";

const error = (signal: AbortSignal): ModullmError => stopped(signal, "the call");

describe("unlessAborted()", () => {
  test("gives what was waited for", async () => {
    const { promise, resolve } = deferred<number>();
    const waiting = unlessAborted(promise, new AbortController().signal, error);
    resolve(7);
    expect(await waiting).toBe(7);
  });

  test("throws what failed", () => {
    const { promise, reject } = deferred<number>();
    const waiting = unlessAborted(promise, new AbortController().signal, error);
    reject(new Error("no"));
    expect(waiting).rejects.toThrow("no");
  });

  test("does not wait for what doesn't hear the signal", () => {
    const abort = new AbortController();
    const waiting = unlessAborted(deferred<number>().promise, abort.signal, error);
    abort.abort(new Error("enough"));
    expect(waiting).rejects.toMatchObject({ code: "RLLM_022", details: { reason: "enough" } });
  });

  test("throws for a signal that was aborted before, even with a value there", () => {
    const waiting = unlessAborted(Promise.resolve(1), AbortSignal.abort(), error);
    expect(waiting).rejects.toMatchObject({ code: "RLLM_022" });
  });
});

test("stopped() gives the reason itself where it is a cancellation", () => {
  const reason = new ModullmError("RLLM_022", "Stopped", { details: {} });
  expect(stopped(AbortSignal.abort(reason), "the call")).toBe(reason);
});

test("sleepFor() ends early, without throwing, when the signal is aborted", async () => {
  await sleepFor(600_000, AbortSignal.abort());
  const abort = new AbortController();
  const sleeping = sleepFor(600_000, abort.signal);
  abort.abort();
  await sleeping;
});
