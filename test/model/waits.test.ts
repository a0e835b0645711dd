import { describe, expect, test } from "bun:test";
import { askedWait, durationOf } from "../../src/model/waits.ts";
import { readError } from "../../src/model/said.ts";

const wait = (headers: Record<string, string>, status = 429) =>
  askedWait(status, new Headers(headers));

test("durationOf() reads durations as servers write them", () => {
  const texts = ["6m0s", "1s", "250ms", "1h30m", "7.66s", "1m26.4s", "34.5s", "500us", "2d"];
  expect(texts.map(durationOf)).toEqual([
    360_000, 1000, 250, 5_400_000, 7660, 86_400, 34_500, 1, 172_800_000,
  ]);
  expect(["", "s", "1", "1x", "1s2", "-1s", "soon"].map(durationOf)).toEqual(
    Array.from({ length: 7 }, () => null),
  );
});

describe("askedWait()", () => {
  test("takes what says it best first", () => {
    const all = { "retry-after-ms": "120", "retry-after": "9", "x-ratelimit-reset-tokens": "1s" };
    expect(wait(all)).toBe(120);
    expect(wait({ ...all, "retry-after-ms": "" })).toBe(9000);
    expect(wait({ "x-ratelimit-reset-tokens": "1s" })).toBe(1000);
  });

  for (const [text, milliseconds] of [
    ["6m0s", 360_000],
    ["1s", 1000],
    ["250ms", 250],
    ["2.5", 2500],
    ["12", 12_000],
  ] as const) {
    test(`reads x-ratelimit-reset-requests: ${text}`, () => {
      expect(wait({ "x-ratelimit-reset-requests": text })).toBe(milliseconds);
    });
  }

  test("reads times since 1970 in seconds and milliseconds, and dates", () => {
    const at = Date.now() + 30_000;
    for (const text of [String(at), String(at / 1000), new Date(at).toISOString()]) {
      const asked = wait({ "anthropic-ratelimit-requests-reset": text }) ?? 0;
      expect([text, asked > 25_000 && asked <= 30_000]).toEqual([text, true]);
    }
    expect(wait({ "x-ratelimit-reset": "1000000001" })).toBe(0);
  });

  test("waits for the limit that is used up, however long the others take", () => {
    const limits = {
      "x-ratelimit-reset-requests": "6m0s",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-tokens": "2s",
      "x-ratelimit-remaining-tokens": "0",
    };
    expect(wait(limits)).toBe(2000);
    expect(wait({ ...limits, "x-ratelimit-remaining-requests": "0" })).toBe(360_000);
    expect(wait({ ...limits, "x-ratelimit-remaining-tokens": "5" })).toBeNull();
    expect(wait({ "x-ratelimit-reset-requests": "9s", "x-ratelimit-reset-tokens": "2s" })).toBe(
      2000,
    );
  });

  test("takes the limits for a wait at 429 only", () => {
    expect(wait({ "x-ratelimit-reset-tokens": "1s" }, 500)).toBeNull();
    expect(wait({}, 429)).toBeNull();
  });
});

test("readError() finds a wait in the words", () => {
  const said = (message: string) => readError(JSON.stringify({ error: { message } })).retryAfterMs;
  expect(said("Rate limit reached. Please try again in 6m0s.")).toBe(360_000);
  expect(said("Please try again in 1.2s. Visit https://…")).toBe(1200);
  expect(said("Please retry after 20 seconds.")).toBe(20_000);
  expect(said("Please try again in 250ms.")).toBe(250);
  expect(said("Please try again later")).toBeNull();
});
