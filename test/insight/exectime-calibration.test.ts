import { expect, test } from "bun:test";
import { predict, type Prediction } from "../../src/insight/exectime.ts";
import type { PredictionNode } from "../../src/insight/predict-plan.ts";
import type { RunRecord } from "../../src/store/runs.ts";
import { attempt, run } from "../store/samples.ts";
import {
  createDice,
  logNormal,
  nodeOf,
  runTree,
  SHAPES,
  type Shape,
  type TreeRun,
} from "../store/tree-runs.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const EARLIER = 50;
const LATER = 200;

/** Percent of later runs that each p90 was enough for, by tree and seed. */
interface Coverage {
  readonly ms: number;
  readonly tokens: number;
  readonly usd: number;
}

function predictFrom(node: PredictionNode, records: readonly RunRecord[]): Prediction {
  return predict(node, (path) => records.filter((record) => record.path === path), { model: null });
}

function coverageOf(shape: Shape, seed: number): Coverage {
  const dice = createDice(seed);
  const earlier = Array.from({ length: EARLIER }, () => runTree(shape, dice)).flatMap(
    (each) => each.records,
  );
  const { p90_ms, p90_tokens, p90_cost_usd } = predictFrom(nodeOf(shape), earlier);
  const later = Array.from({ length: LATER }, () => runTree(shape, dice));
  function under(value: (each: TreeRun) => number, limit: number | null): number {
    return (100 * later.filter((each) => value(each) <= (limit ?? 0)).length) / LATER;
  }
  return {
    ms: under((each) => each.ms, p90_ms),
    tokens: under((each) => each.tokens, p90_tokens),
    usd: under((each) => each.usd, p90_cost_usd),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const shapes = Object.entries(SHAPES);
const coverages = new Map(
  shapes.map(([name, shape], index) => [
    name,
    SEEDS.map((seed) => coverageOf(shape, 100 * seed + index)),
  ]),
);

test.each(SEEDS)(
  "predict(): 85 to 95 %% of 200 runs of five trees each fall under p90, seed %i",
  (seed) => {
    const five = [...coverages.values()].map((each) => each[seed - 1]?.ms ?? 0);
    expect(five).toHaveLength(5);
    expect(mean(five)).toBeWithin(85, 95.01);
    // A single tree has the luck of its fifty earlier runs and its 200 later ones: about three
    // percent either way.
    for (const one of five) expect(one).toBeWithin(80, 98.01);
  },
);

test.each(shapes)("predict() is not off in one direction for a tree that is %s", (name) => {
  const each = coverages.get(name) ?? [];
  expect(mean(each.map(({ ms }) => ms))).toBeWithin(86.5, 93.5);
  expect(mean(each.map(({ tokens }) => tokens))).toBeWithin(86.5, 94.5);
  expect(mean(each.map(({ usd }) => usd))).toBeWithin(86.5, 94.5);
});

/** One run of a program in five answers badly at first, and takes three times as long. */
function withRetries(dice: () => number): number {
  return logNormal(dice, 1000, 0.1) * (dice() < 0.2 ? 3 : 1);
}

test("predict() holds for latencies that are not log-normal", () => {
  const under = SEEDS.map((seed) => {
    const dice = createDice(seed);
    const records = Array.from({ length: EARLIER }, () =>
      run({ path: "/root.rllm", ms: withRetries(dice) }),
    );
    const { p90_ms } = predictFrom(nodeOf({ name: "root" }), records);
    const later = Array.from({ length: LATER }, () => withRetries(dice));
    return (100 * later.filter((ms) => ms <= (p90_ms ?? 0)).length) / LATER;
  });
  expect(mean(under)).toBeWithin(85, 95.01);
});

test("predict() holds for an entry of forty elements, where being wrong about one is being wrong about all", () => {
  const node = nodeOf({ name: "root", uses: [{ name: "page" }] });
  const tree = {
    ...node,
    children: node.children.map((each) => ({
      ...each,
      times: { count: 40, from: "input" as const },
    })),
  };
  const under = SEEDS.map((seed) => {
    const dice = createDice(seed);
    const draw = (): number => logNormal(dice, 1000, 0.8);
    const pages = Array.from({ length: 20 }, () => {
      const ms = draw();
      return run({ path: "/page.rllm", parent: "x", ms, attempts: [attempt({ ms })] });
    });
    const roots = Array.from({ length: 20 }, () => run({ path: "/root.rllm", ms: 100 }));
    const { p90_ms } = predictFrom(tree, [...pages, ...roots]);
    const later = Array.from(
      { length: LATER },
      () => 100 + fourAtATime(Array.from({ length: 40 }, draw)),
    );
    return (100 * later.filter((ms) => ms <= (p90_ms ?? 0)).length) / LATER;
  });
  expect(mean(under)).toBeWithin(89, 95.01);
});

/** When the last of them is done, if each begins when one of four places is free. */
function fourAtATime(durations: readonly number[]): number {
  const free = [0, 0, 0, 0];
  for (const ms of durations) {
    const next = free.indexOf(Math.min(...free));
    free[next] = (free[next] ?? 0) + ms;
  }
  return Math.max(...free);
}
