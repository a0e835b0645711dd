import { expect, test } from "bun:test";
import fc from "fast-check";
import { bucketsOf } from "../../src/store/latencies.ts";
import type { RunRecord } from "../../src/store/runs.ts";
import { differenceOf, readSummary, summarize, sumOf } from "../../src/store/summary.ts";
import type { RunSummary } from "../../src/store/run-summary.ts";
import { attempt, run } from "./samples.ts";

/** Whole numbers, so that sums and differences are exact. */
const count = fc.integer({ min: 0, max: 500 });

const anyRun: fc.Arbitrary<RunRecord> = fc
  .record({
    ms: count,
    ok: fc.boolean(),
    inputOk: fc.boolean(),
    outputOk: fc.option(fc.boolean()),
    attempts: fc.array(
      fc.record({
        model: fc.constantFrom("a/m", "b/m", "constructor", "__proto__"),
        promptTokens: fc.option(count),
        completionTokens: fc.option(count),
        usd: fc.option(count),
        edits: fc.array(fc.constantFrom("fence", "comma", "toString")),
        cached: fc.constantFrom("run", "store", null),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ attempts, ok, ...rest }) =>
    run({ ...rest, ok, error: ok ? null : "RLLM_013", attempts: attempts.map(attempt) }),
  );

test("sumOf() of parts is the summary of the whole, in whatever parts", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyRun, { maxLength: 40 }), { maxLength: 6 }), (parts) => {
      const sum = parts.reduce((total, part) => sumOf(total, summarize(part)), summarize([]));
      expect(plain(sum)).toEqual(plain(summarize(parts.flat())));
      expect(readSummary(JSON.stringify(sum))).toEqual(sum);
    }),
  );
});

test("differenceOf() is what is left, or null where the most can't be told", () => {
  fc.assert(
    fc.property(fc.array(anyRun), fc.array(anyRun), (stay, go) => {
      const all = sumOf(summarize(stay), summarize(go));
      const left = differenceOf(all, summarize(go));
      if (left === null) expect(summarize(go).most).toBe(all.most);
      else expect(plain(left)).toEqual(plain(summarize(stay)));
    }),
  );
});

test("readSummary() takes nothing that is none", () => {
  const whole = JSON.stringify(summarize([run()]));
  expect(readSummary(whole)).toEqual(summarize([run()]));
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    "1",
    "{}",
    whole.replace('"runs":1', '"runs":"1"'),
    whole.replace('"errors":{}', '"errors":null'),
  ])
    expect(readSummary(text)).toBeNull();
});

/** Latencies in buckets, whichever way they are kept. */
function plain({ latencies, ...counts }: RunSummary): unknown {
  return { ...counts, buckets: bucketsOf(latencies) };
}
