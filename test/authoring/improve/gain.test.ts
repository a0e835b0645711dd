import { describe, expect, test } from "bun:test";
import { comparable, FEWEST_CHANGED, gainOf } from "../../../src/authoring/improve/gain.ts";
import { fewestTests, splitTests } from "../../../src/authoring/improve/split.ts";
import { randomFrom } from "../../../src/core/random.ts";

/** So many tests for the better, for the worse and as before. */
function pairs(better: number, worse: number, same: number) {
  const before = [
    ...Array(better).fill(false),
    ...Array(worse).fill(true),
    ...Array(same).fill(true),
  ];
  const after = [
    ...Array(better).fill(true),
    ...Array(worse).fill(false),
    ...Array(same).fill(true),
  ];
  return { before, after };
}

/** The two-sided sign test, by the counts of heads of a fair coin. */
function signTest(better: number, worse: number): number {
  const tosses = better + worse;
  const extreme = Math.max(better, worse);
  let [ways, hits] = [1, 0];
  for (let heads = 0; heads <= tosses; heads++) {
    if (heads > 0) ways = (ways * (tosses - heads + 1)) / heads;
    if (heads >= extreme) hits += ways;
  }
  return Math.min(1, (2 * hits) / 2 ** tosses);
}

describe("gainOf()", () => {
  test("says that there is a gain exactly where the sign test does", () => {
    for (let better = 0; better <= 20; better++)
      for (let worse = 0; worse <= 12; worse++) {
        const { before, after } = pairs(better, worse, 5);
        for (const among of [1, 3]) {
          const gain = gainOf(before, after, { among });
          const told = better > worse && signTest(better, worse) <= 0.05 / among;
          expect([better, worse, gain.interval[0] > 0]).toEqual([better, worse, told]);
          expect(gain.value).toBeGreaterThanOrEqual(gain.interval[0] - 1e-9);
          expect(gain.value).toBeLessThanOrEqual(gain.interval[1] + 1e-9);
        }
      }
  });

  test("gives known intervals (Clopper and Pearson's of 8 of 10: 0.4439 to 0.9748)", () => {
    const { before, after } = pairs(8, 2, 10);
    const [low, high] = gainOf(before, after, { among: 1 }).interval;
    expect(low).toBeCloseTo(0.5 * (2 * 0.4439 - 1), 3);
    expect(high).toBeCloseTo(0.5 * (2 * 0.9748 - 1), 3);
    const none = pairs(0, 0, 9);
    expect(gainOf(none.before, none.after, { among: 1 }).interval).toEqual([0, 0]);
  });

  test("finds a gain by chance in no more than one of twenty", () => {
    const random = randomFrom(3);
    const ROUNDS = 2000;
    let found = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const [before, after] = [0, 1].map(() => Array.from({ length: 12 }, () => random() < 0.5));
      if (gainOf(before ?? [], after ?? [], { among: 1 }).interval[0] > 0) found++;
    }
    expect(found / ROUNDS).toBeLessThan(0.05);
  });

  test("needs as many changed tests as are asked for", () => {
    for (let tests = 0; tests < 12; tests++) {
      const { before, after } = pairs(tests, 0, 0);
      expect(gainOf(before, after, { among: 1 }).interval[0] > 0).toBe(tests >= FEWEST_CHANGED);
      for (const among of [1, 2, 3, 4].filter((count) => count <= comparable(tests)))
        expect(gainOf(before, after, { among }).interval[0]).toBeGreaterThan(0);
    }
  });
});

describe("splitTests()", () => {
  const given = (texts: readonly string[]) =>
    texts.map((text, id) => ({
      id,
      file: "",
      test: { name: text, input: { text }, model: null, expectations: [], textual: false },
    }));
  const usual = { holdout: null, isSeen: () => false };

  test("holds out the same share of tests that pass and that fail, as large as it has to be", () => {
    for (const [tests, failing, held] of [
      [100, 100, 30],
      [100, 20, 35],
      [24, 12, 7],
      [10, 10, 6],
    ] as const)
      for (let seed = 0; seed < 20; seed++) {
        const all = given(Array.from({ length: tests }, (_, at) => `t${at}`));
        const options = {
          ...usual,
          random: randomFrom(seed),
          passes: ({ id }: { id: number }) => id >= failing,
        };
        const { training, heldOut } = splitTests(all, options);
        expect(training.length + heldOut.length).toBe(tests);
        const heldFailing = heldOut.filter(({ id }) => id < failing).length;
        expect(heldFailing).toBe(failing === 20 ? 7 : held);
        expect(Math.abs(heldOut.length / tests - heldFailing / failing)).toBeLessThan(0.05);
      }
  });

  test("keeps tests of one input together, and those that the program shows in training", () => {
    const all = given([...Array(30).keys()].map((at) => `t${at % 10}`));
    for (let seed = 0; seed < 20; seed++) {
      const { training, heldOut } = splitTests(all, {
        holdout: 0.5,
        random: randomFrom(seed),
        passes: () => false,
        isSeen: ({ test: { name } }) => name === "t3",
      });
      const shown = new Set(training.map(({ test: { name } }) => name));
      expect(heldOut.filter(({ test: { name } }) => shown.has(name))).toEqual([]);
      expect(shown.has("t3")).toBe(true);
      expect(heldOut.length).toBe(15);
    }
  });

  test("knows how many tests a share needs", () => {
    expect([null, 0.3, 0.5, 0.6].map(fewestTests)).toEqual([10, 19, 11, 10]);
  });
});
