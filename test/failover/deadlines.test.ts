import { describe, expect, test } from "bun:test";
import { deadlinesOf, wantsStream } from "../../src/model/failover/deadlines.ts";
import type { Patience } from "../../src/model/model.ts";
import { ask } from "../model/calls.ts";

function patience(more: Partial<Patience> = {}): Patience {
  return { another: false, connect: null, first: null, gap: null, total: null, ...more };
}

const HOSTED = { stream: true, patient: false };
const LOADING = { stream: true, patient: true };

describe("deadlinesOf()", () => {
  test("waits 10 s for anything while another model is left, and 120 s on the last one", () => {
    const limits = { total: 600_000, connect: 10_000, first: 10_000, stall: 10_000 };
    expect(deadlinesOf(undefined, HOSTED, patience({ another: true }))).toEqual(limits);
    const last = { total: 600_000, connect: 120_000, first: 120_000, stall: 120_000 };
    expect(deadlinesOf(undefined, HOSTED, patience())).toEqual(last);
    expect(deadlinesOf(undefined, HOSTED)).toEqual(last);
  });

  test("gives a server that loads or thinks first a minute and a half, and on the last model the whole call", () => {
    const another = deadlinesOf(undefined, LOADING, patience({ another: true }));
    expect(another).toEqual({ total: 600_000, connect: 10_000, first: 90_000, stall: 90_000 });
    const last = deadlinesOf(undefined, LOADING, patience());
    expect(last).toEqual({ total: 600_000, connect: 120_000, first: null, stall: null });
  });

  test("knows no first sign of an answer that comes whole", () => {
    const limits = deadlinesOf(
      undefined,
      { stream: false, patient: false },
      patience({ another: true }),
    );
    expect(limits).toEqual({ total: 600_000, connect: 10_000, first: null, stall: null });
  });

  test("takes what is set, whether another model is left or not", () => {
    const set = { connect: 1000, first: 2000, gap: 3000, total: 50_000 };
    for (const another of [true, false]) {
      const limits = deadlinesOf(undefined, HOSTED, patience({ ...set, another }));
      expect(limits).toEqual({ total: 50_000, connect: 1000, first: 2000, stall: 3000 });
    }
    const loading = deadlinesOf(undefined, LOADING, patience(set));
    expect(loading).toEqual({ total: 50_000, connect: 1000, first: 90_000, stall: 50_000 });
  });

  test("takes the program's timeout for all the patience there is with a last model", () => {
    expect(deadlinesOf(20, HOSTED, patience())).toEqual({
      total: 20_000,
      connect: null,
      first: null,
      stall: 20_000,
    });
    const another = deadlinesOf(20, HOSTED, patience({ another: true }));
    expect(another).toEqual({ total: 20_000, connect: 10_000, first: 10_000, stall: 10_000 });
    expect(deadlinesOf(20, HOSTED, patience({ total: 5000 })).total).toBe(20_000);
  });
});

describe("wantsStream()", () => {
  const hosted = { patient: false, local: false, streamUsage: true };

  test("is true for who watches, and for a server that counts in a stream", () => {
    expect(wantsStream(ask({ stream: true }), hosted)).toBe(true);
    expect(wantsStream(ask({ params: { stream: true } }), hosted)).toBe(true);
    expect(wantsStream(ask({ patience: patience() }), hosted)).toBe(true);
  });

  test("is false where nobody asked, where the program says so, and for a count that would be lost", () => {
    expect(wantsStream(ask(), hosted)).toBe(false);
    expect(wantsStream(ask({ patience: patience(), params: { stream: false } }), hosted)).toBe(
      false,
    );
    expect(wantsStream(ask({ patience: patience() }), { ...hosted, streamUsage: false })).toBe(
      false,
    );
  });

  test("is true wherever another model is left, but for models that think in silence", () => {
    const request = ask({ patience: patience({ another: true }) });
    expect(wantsStream(request, { ...hosted, streamUsage: false })).toBe(true);
    expect(wantsStream(request, { patient: true, local: true, streamUsage: true })).toBe(true);
    expect(wantsStream(request, { ...hosted, patient: true })).toBe(false);
  });
});
