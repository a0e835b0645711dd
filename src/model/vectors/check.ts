import type { ModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import type { Vector } from "../embedder.ts";
import { notNumbers, replyFault } from "./fault.ts";

/**
 * The vectors of a reply: one for each text, all of one length, of finite numbers.
 * @throws {ModullmError} RLLM_011
 */
export function checkVectors(
  found: readonly unknown[],
  { model, count, dimensions }: { model: string; count: number; dimensions: number | null },
): readonly Vector[] {
  if (found.length !== count) throw miscounted(model, "vector", [found.length, count]);
  const vectors = found.map((vector, at) => checkVector(vector, at, model));
  const [length = 0] = vectors.map((vector) => vector.length);
  const odd = vectors.find((vector) => vector.length !== length);
  if (odd !== undefined)
    throw replyFault(model, `its vectors have ${length} and ${odd.length} numbers`);
  if (dimensions !== null && length !== dimensions)
    throw replyFault(model, `its vectors have ${length} numbers, but ${dimensions} were asked for`);
  return vectors;
}

/** @throws {ModullmError} RLLM_011 unless there is one finite score for each document */
export function checkScores(
  found: readonly unknown[],
  { model, count }: { model: string; count: number },
): readonly number[] {
  if (found.length !== count) throw miscounted(model, "score", [found.length, count]);
  return found.map((score) => {
    if (typeof score !== "number" || !Number.isFinite(score)) throw notNumbers(model, shown(score));
    return score;
  });
}

/**
 * What stands in a list whose items say by `index` where they belong; items without it stand where
 * they are. @throws {ModullmError} RLLM_011 for a place that two items have, or that is none
 */
export function inOrder(
  list: unknown,
  { model, count, take }: { model: string; count: number; take: (item: Item) => unknown },
): readonly unknown[] {
  const items = Array.isArray(list) ? list.filter(isObject) : [];
  // Without all of them the places would only say which one is missing.
  if (items.length !== count) return items.map(take);
  const places = new Map<number, unknown>();
  for (const [at, item] of items.entries()) {
    const { index = at } = item;
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= count)
      throw replyFault(model, `it has ${count} places, and one is said to be ${shown(index)}`);
    if (places.has(index)) throw replyFault(model, `it gives the place ${index} twice`);
    places.set(index, take(item));
  }
  return Array.from({ length: count }, (_, at) => places.get(at));
}

/** What is no list has nothing in it. */
export function listed(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

export type Item = Readonly<Record<string, unknown>>;

function checkVector(vector: unknown, at: number, model: string): Vector {
  if (!Array.isArray(vector) || vector.length === 0)
    throw replyFault(model, `its vector ${at} is no list of numbers`);
  const odd = vector.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
  if (odd >= 0) throw notNumbers(model, shown(vector[odd]));
  return vector as Vector;
}

function miscounted(model: string, thing: string, [has, wanted]: [number, number]): ModullmError {
  const things = has === 1 ? thing : `${thing}s`;
  return replyFault(model, `it has ${has} ${things}, but ${wanted} were asked for`);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
