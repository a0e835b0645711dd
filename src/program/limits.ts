import { parseDuration } from "../core/duration.ts";
import { isObject } from "../core/json.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { fieldError } from "./metadata.ts";
import type { Program, ProgramTest } from "./program.ts";
import { readTests, TestFault } from "./tests.ts";

/** US dollars, tokens, calls, milliseconds. What is absent is not limited. */
export interface Limits {
  readonly usd?: number;
  readonly tokens?: number;
  readonly calls?: number;
  readonly ms?: number;
}

/** What a budget may limit, each with its unit. */
export const LIMITS: Readonly<Record<keyof Limits, string>> = {
  usd: "a number: US dollars, by the prices that are known",
  tokens: "an integer: tokens of prompts and answers",
  calls: "an integer: calls of models, retries included",
  ms: "an integer: milliseconds from the start of the program",
};
const LIMIT_NAMES: readonly string[] = Object.keys(LIMITS);

/** `usd=0.05,tokens=20000` as limits; null when it is not of that form. */
export function parseLimits(text: string): Limits | null {
  const limits: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [, kind, value] = /^\s*([a-z]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (
      kind === undefined ||
      !Object.hasOwn(LIMITS, kind) ||
      (kind !== "usd" && value?.includes("."))
    )
      return null;
    limits[kind] = Number(value);
  }
  return limits;
}

/** @throws {ModullmError} RLLM_002 */
export function readBudget(front: Frontmatter): Program["budget"] {
  const budget = front.values["budget"] ?? null;
  if (budget === null) return null;
  if (!isObject(budget))
    throw fieldError(front, ["budget"], `a mapping of ${LIMIT_NAMES.join(", ")}`);
  for (const [key, value] of Object.entries(budget)) {
    if (!LIMIT_NAMES.includes(key))
      throw fieldError(front, ["budget", key], `one of the keys ${LIMIT_NAMES.join(", ")}`);
    const whole = key !== "usd";
    if (typeof value !== "number" || value < 0 || (whole && !Number.isInteger(value))) {
      throw fieldError(
        front,
        ["budget", key],
        whole ? "an integer of at least 0" : "a number of at least 0",
      );
    }
  }
  return budget;
}

/** @throws {ModullmError} RLLM_002 */
export function readCache(front: Frontmatter): number | null {
  const cache = front.values["cache"] ?? null;
  if (cache === null) return null;
  const duration = typeof cache === "string" ? parseDuration(cache) : null;
  if (duration === null) throw fieldError(front, ["cache"], "a duration such as 10m or 7d");
  return duration;
}

/** `tests`, which `modullm test` runs. @throws {ModullmError} RLLM_002 */
export function readProgramTests(front: Frontmatter): readonly ProgramTest[] {
  const tests = front.values["tests"] ?? null;
  if (tests === null) return [];
  try {
    return readTests(tests);
  } catch (thrown) {
    if (!(thrown instanceof TestFault)) throw thrown;
    throw fieldError(front, ["tests", ...thrown.path], thrown.message);
  }
}
