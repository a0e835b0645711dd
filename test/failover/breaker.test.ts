import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBreakerFiles } from "../../src/model/failover/breaker-files.ts";
import {
  type Breaker,
  type BreakerStore,
  createBreaker,
  createMemoryStore,
} from "../../src/model/failover/breaker.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "breakers-"));
  folders.push(folder);
  return folder;
}

interface Bench {
  readonly breaker: Breaker;
  readonly store: BreakerStore;
  /** Milliseconds since the epoch, moved by hand. */
  now: number;
}

function bench(store: BreakerStore = createMemoryStore()): Bench {
  const made: Bench = {
    store,
    now: 1_000_000,
    breaker: createBreaker("a/m", { store, now: () => made.now }),
  };
  return made;
}

function fail(breaker: Breaker, times: number, asked: number | null = null): void {
  for (let index = 0; index < times; index++) breaker.failed(asked);
}

describe("createBreaker()", () => {
  test("opens after three failures in a row", () => {
    const { breaker } = bench();
    fail(breaker, 2);
    expect(breaker.restsUntil()).toBeNull();
    fail(breaker, 1);
    expect(breaker.restsUntil()).toBe(1_005_000);
  });

  test("forgets failures that a success follows", () => {
    const { breaker, store } = bench();
    fail(breaker, 2);
    breaker.succeeded();
    fail(breaker, 2);
    expect(breaker.restsUntil()).toBeNull();
    breaker.succeeded();
    expect(store.get("a/m")).toBeNull();
  });

  test("rests for 5, 10 and 20 s, and never longer by itself", () => {
    const made = bench();
    fail(made.breaker, 3);
    const rests: number[] = [];
    for (let index = 0; index < 4; index++) {
      const until = made.breaker.restsUntil() ?? 0;
      rests.push(until - made.now);
      made.now = until;
      expect([made.breaker.restsUntil(), made.breaker.begin()]).toEqual([null, true]);
      made.breaker.failed(null);
    }
    expect(rests).toEqual([5000, 10_000, 20_000, 20_000]);
  });

  test("lets one probe through, and spares the model until that has ended", () => {
    const made = bench();
    const other = createBreaker("a/m", { store: made.store, now: () => made.now });
    fail(made.breaker, 3);
    made.now += 5000;
    expect(made.breaker.begin()).toBe(true);
    expect(other.restsUntil()).toBe(made.now + 5000);
    made.breaker.succeeded();
    expect([other.restsUntil(), other.begin()]).toEqual([null, false]);
  });

  test("rests as long as the server asks for, up to 60 s", () => {
    const { breaker, now } = bench();
    fail(breaker, 3, 30_000);
    expect(breaker.restsUntil()).toBe(now + 30_000);
    fail(breaker, 1, 3_600_000);
    expect(breaker.restsUntil()).toBe(now + 60_000);
  });

  test("forgets old failures, and a record from a clock that was wrong", () => {
    const made = bench();
    fail(made.breaker, 2);
    made.now += 121_000;
    fail(made.breaker, 1);
    expect(made.breaker.restsUntil()).toBeNull();
    made.store.put("a/m", {
      failures: 9,
      failed: made.now + 9e9,
      until: made.now + 9e9,
      rest: 20_000,
    });
    expect(made.breaker.restsUntil()).toBeNull();
  });
});

describe("createBreakerFiles()", () => {
  test("shares records between stores, as between processes", async () => {
    const folder = join(makeFolder(), "breakers");
    const [one, two] = [createBreakerFiles(folder), createBreakerFiles(folder)];
    expect(two.get("a/m")).toBeNull();
    fail(createBreaker("a/m", { store: one }), 3);
    await Bun.sleep(300);
    expect(createBreaker("a/m", { store: two }).restsUntil()).toBeGreaterThan(Date.now());
    expect(two.get("b/m")).toBeNull();
    two.remove("a/m");
    await Bun.sleep(300);
    expect(one.get("a/m")).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    "",
    "{",
    "null",
    '{"failures": -1}',
    '{"failures": "9", "failed": 1, "until": 1, "rest": 1}',
    "9".repeat(2000),
  ])("takes a file that holds %p for none", (text) => {
    const folder = makeFolder();
    const store = createBreakerFiles(folder);
    fail(createBreaker("a/m", { store }), 3);
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), text);
    expect(createBreakerFiles(folder).get("a/m")).toBeNull();
  });

  test("keeps the records of this process where nothing can be written or read", () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "file"), "");
    const store = createBreakerFiles(join(folder, "file", "breakers"));
    fail(createBreaker("a/m", { store }), 3);
    expect(createBreaker("a/m", { store }).restsUntil()).not.toBeNull();
    store.remove("a/m");
    expect(store.get("a/m")).toBeNull();
  });

  test("is not held up by a folder in the place of a file", () => {
    const folder = makeFolder();
    fail(createBreaker("a/m", { store: createBreakerFiles(folder) }), 1);
    const [file = ""] = readdirSync(folder);
    rmSync(join(folder, file));
    mkdirSync(join(folder, file));
    const store = createBreakerFiles(folder);
    fail(createBreaker("a/m", { store }), 3);
    expect(createBreaker("a/m", { store }).restsUntil()).not.toBeNull();
  });
});
