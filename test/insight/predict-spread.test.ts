import { expect, test } from "bun:test";
import {
  createRandom,
  normalAt,
  spreadBy,
  spreadOf,
  type Spread,
} from "../../src/insight/predict-spread.ts";
import { createDice, logNormal } from "../store/tree-runs.ts";

/** The value that this share of many draws lies under. */
function drawnAt(spread: Spread | null, share: number): number {
  const random = createRandom(1);
  const draws = Array.from({ length: 20_000 }, () => spread?.guess(random)(random()) ?? Number.NaN);
  return draws.toSorted((a, b) => a - b)[Math.floor(share * draws.length)] ?? Number.NaN;
}

function sampled(count: number): readonly number[] {
  const dice = createDice(3);
  return Array.from({ length: count }, () => logNormal(dice, 1000, 0.5));
}

test("spreadOf() of nothing is null", () => {
  expect(spreadOf([])).toBe(null);
});

test("spreadOf() finds a log-normal's percentiles from many values", () => {
  const spread = spreadOf(sampled(500));
  expect(drawnAt(spread, 0.5) / 1000).toBeWithin(0.94, 1.06);
  expect(drawnAt(spread, 0.9) / (1000 * Math.exp(0.5 * 1.2816))).toBeWithin(0.92, 1.08);
});

test("spreadOf() is wider the fewer values there are", () => {
  const widths = [1, 2, 5].map((count) => {
    const spread = spreadOf(
      Array.from({ length: count }, (_, index) => 1000 * Math.exp(0.4 * (index % 2))),
    );
    return drawnAt(spread, 0.9) / drawnAt(spread, 0.5);
  });
  expect(widths[0]).toBeGreaterThan(widths[1] ?? Number.NaN);
  expect(widths[1]).toBeGreaterThan(widths[2] ?? Number.NaN);
  expect(widths[2]).toBeGreaterThan(Math.exp(0.2 * 1.28));
});

test("spreadOf() takes values for what they are where they are not log-normal", () => {
  const two = Array.from(
    { length: 100 },
    (_, index) => (index % 5 === 0 ? 3000 : 1000) * (1 + (index % 7) / 1000),
  );
  const spread = spreadOf(two);
  expect(drawnAt(spread, 0.7)).toBeWithin(900, 1200);
  expect(drawnAt(spread, 0.9)).toBeWithin(2500, 3500);
});

test("spreadOf() copes with zeros, and with what never varies", () => {
  expect(drawnAt(spreadOf([0, 0, 0, 10]), 0.5)).toBe(0);
  expect(drawnAt(spreadOf([0, 0, 0, 10]), 0.9)).toBe(10);
  expect(drawnAt(spreadOf([0]), 0.9)).toBe(0);
  expect(drawnAt(spreadOf([7, 7, 7]), 0.99)).toBe(7);
  expect(drawnAt(spreadOf([7, 7]), 0.9)).toBeGreaterThan(7);
});

test("spreadOf() says what was seen, without more", () => {
  const spread = spreadOf([30, 10, 20, 40]);
  expect(spread?.mean).toBe(25);
  expect([0.01, 0.26, 0.51, 0.99].map((rank) => spread?.seen(rank))).toEqual([10, 20, 30, 40]);
});

test("spreadBy() follows its formula", () => {
  const spread = spreadBy((rank) => 100 * rank);
  expect(spread.mean).toBeCloseTo(50, 6);
  expect(drawnAt(spread, 0.9)).toBeWithin(88, 92);
});

test("normalAt() is the normal's quantile", () => {
  for (const [rank, value] of [
    [0.5, 0],
    [0.9, 1.2816],
    [0.99, 2.3263],
    [0.001, -3.0902],
  ] as const)
    expect(Math.abs(normalAt(rank) - value)).toBeLessThan(0.05);
});

test("createRandom() gives even numbers, the same for the same seed", () => {
  const [one, same, other] = [createRandom(5), createRandom(5), createRandom(6)];
  const numbers = Array.from({ length: 10_000 }, one);
  expect(numbers.slice(0, 3)).toEqual([same(), same(), same()]);
  expect(other()).not.toBe(numbers[0] ?? Number.NaN);
  for (const edge of [0.1, 0.5, 0.9])
    expect(numbers.filter((number) => number < edge).length / 10_000).toBeWithin(
      edge - 0.015,
      edge + 0.015,
    );
  expect(Math.min(...numbers)).toBeGreaterThan(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
});
