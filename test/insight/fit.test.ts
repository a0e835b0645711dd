import { expect, test } from "bun:test";
import { fit, valueAt } from "../../src/insight/fit.ts";

/** Numbers from 0 to 1 that are the same in every run. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

function observations(
  count: number,
  noise: number,
  wild: number,
): { rows: number[][]; targets: number[] } {
  const next = random(7);
  const draw = (): number => next.next().value;
  const rows = Array.from({ length: count }, () => [1, 100 + 4000 * draw(), 20 + 500 * draw()]);
  const targets = rows.map((row, index) => {
    const clean = valueAt([300, 0.05, 9], row) * (1 + noise * (draw() - 0.5));
    return index < wild ? clean + 60_000 * (1 + draw()) : clean;
  });
  return { rows, targets };
}

test("fit() finds an exact line", () => {
  const { rows, targets } = observations(8, 0, 0);
  const line = fit(rows, targets) ?? [];
  expect(line[0]).toBeCloseTo(300, 1);
  expect(line[1]).toBeCloseTo(0.05, 4);
  expect(line[2]).toBeCloseTo(9, 3);
});

test("fit() is not bent by a fifth of wild values", () => {
  const { rows, targets } = observations(100, 0.1, 20);
  const at = [1, 2000, 250];
  const predicted = valueAt(fit(rows, targets) ?? [], at);
  expect(Math.abs(predicted / valueAt([300, 0.05, 9], at) - 1)).toBeLessThan(0.05);
});

test("fit() never gives a negative coefficient", () => {
  const rows = [1, 2, 3, 4, 5, 6, 7, 8].map((x) => [1, x * 100, 10]);
  const falling = rows.map((row) => 1000 - (row[1] ?? 0));
  for (const coefficient of fit(rows, falling) ?? [-1])
    expect(coefficient).toBeGreaterThanOrEqual(0);
});

test("fit() copes with features that never change or depend on each other", () => {
  const same = Array.from({ length: 10 }, () => [1, 500, 500]);
  const line =
    fit(
      same,
      same.map(() => 800),
    ) ?? [];
  expect(valueAt(line, [1, 500, 500])).toBeCloseTo(800, 6);
});

test("fit() of nothing is null", () => {
  expect(fit([], [])).toBe(null);
  expect(fit([[0, 0]], [5])).toBe(null);
});
