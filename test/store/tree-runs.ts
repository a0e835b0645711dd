import { attempt, run } from "./samples.ts";
import type { PredictionNode } from "../../src/insight/predict-plan.ts";
import type { RunRecord } from "../../src/store/runs.ts";

/** A program of a made-up tree: what it reads and uses, and how slow its model is. */
export interface Shape {
  readonly name: string;
  readonly reads?: readonly string[];
  readonly uses?: readonly Shape[];
  /** Median milliseconds a token, 12 where it doesn't say. */
  readonly pace?: number;
}

/** The least trees that differ in what is waited for. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  single: { name: "root" },
  chain: {
    name: "root",
    uses: [{ name: "a" }, { name: "b", reads: ["a"], pace: 30 }, { name: "c", reads: ["b"] }],
  },
  "fan-out": {
    name: "root",
    uses: [{ name: "a" }, { name: "b" }, { name: "c", pace: 15 }, { name: "d" }],
  },
  diamond: {
    name: "root",
    uses: [
      { name: "a" },
      { name: "b", reads: ["a"] },
      { name: "c", reads: ["a"] },
      { name: "d", reads: ["b", "c"] },
    ],
  },
  deep: {
    name: "root",
    uses: [
      { name: "a", uses: [{ name: "aa", uses: [{ name: "aaa", pace: 25 }] }, { name: "ab" }] },
      { name: "b", uses: [{ name: "ba" }] },
    ],
  },
};

/** One run of a tree: what it took as a whole, and what is put on record of it. */
export interface TreeRun {
  readonly ms: number;
  readonly tokens: number;
  readonly usd: number;
  readonly records: readonly RunRecord[];
}

/** Numbers from 0 to 1 that are the same in every run. */
export function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs a tree without waiting: lengths, speeds and waits are log-normal; what is not waited for
 * goes on at the same time.
 */
export function runTree(shape: Shape, dice: () => number, parent: string | null = null): TreeRun {
  const id = `${shape.name}-${dice()}`;
  const below = (shape.uses ?? []).map((child) => runTree(child, dice, id));
  const ends = new Map<string, number>();
  function endOf(index: number): number {
    const child = shape.uses?.[index];
    if (child === undefined) throw new Error(`there is no entry ${index}`);
    const known = ends.get(child.name);
    if (known !== undefined) return known;
    const needs = (child.reads ?? []).map((name) =>
      endOf((shape.uses ?? []).findIndex((each) => each.name === name)),
    );
    const end = Math.max(0, ...needs) + (below[index]?.ms ?? 0);
    ends.set(child.name, end);
    return end;
  }
  const usesMs = Math.max(0, ...below.map((_, index) => endOf(index)));
  const promptTokens = Math.round(logNormal(dice, 800, 0.5));
  const completionTokens = Math.round(logNormal(dice, 300, 0.6));
  const ms = logNormal(dice, 400, 0.5) + completionTokens * logNormal(dice, shape.pace ?? 12, 0.2);
  const usd = (promptTokens * 0.4 + completionTokens * 1.6) / 1e6;
  const call = attempt({ ms, promptTokens, completionTokens, usd });
  const own = run({ id, parent, path: `/${shape.name}.rllm`, ms, attempts: [call] });
  return {
    ms: usesMs + ms,
    tokens: promptTokens + completionTokens + below.reduce((sum, each) => sum + each.tokens, 0),
    usd: usd + below.reduce((sum, each) => sum + each.usd, 0),
    records: [...below.flatMap((each) => each.records), own],
  };
}

/** The tree as the predictor takes it, with nothing known of the input. */
export function nodeOf(shape: Shape, root = true): PredictionNode {
  return {
    path: `/${shape.name}.rllm`,
    name: shape.name,
    model: "local/test",
    hasBlocks: false,
    entry: root ? null : shape.name,
    reads: shape.reads ?? [],
    times: { count: 1, from: "file" },
    calls: { least: 1, most: 1 },
    mostTimes: null,
    promptTokens: null,
    promptKnown: false,
    maxCompletion: null,
    facts: null,
    children: (shape.uses ?? []).map((child) => nodeOf(child, false)),
  };
}

export function logNormal(dice: () => number, median: number, deviation: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
  return median * Math.exp(deviation * normal);
}
