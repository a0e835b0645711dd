import { isObject } from "../core/json.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { fieldError } from "./metadata.ts";
import type { Warning } from "./program.ts";

const LIMITS = ["usd", "tokens", "calls", "ms"];
const DURATION = /^\d+(?:ms|s|m|h|d|w)$/;

/**
 * `budget`, `cache` and `tests` are checked in form. They take effect in a later release, and a file that uses one is told so.
 * @throws {ModullmError} RLLM_002
 */
export function checkLaterKeys(front: Frontmatter): Warning[] {
  const { budget, cache, tests } = front.values;
  if (budget !== undefined && budget !== null) checkBudget(front, budget);
  if (cache !== undefined && cache !== null && !(typeof cache === "string" && DURATION.test(cache))) {
    throw fieldError(front, ["cache"], "a duration such as 10m or 7d");
  }
  if (tests !== undefined && tests !== null) checkTests(front, tests);
  return ["budget", "cache", "tests"]
    .filter((key) => front.values[key] !== undefined && front.values[key] !== null)
    .map((key) => ({ message: `"${key}" has no effect in this version`, place: front.keyPlace(key) }));
}

function checkBudget(front: Frontmatter, budget: unknown): void {
  if (!isObject(budget)) throw fieldError(front, ["budget"], `a mapping of ${LIMITS.join(", ")}`);
  for (const [key, value] of Object.entries(budget)) {
    if (!LIMITS.includes(key)) throw fieldError(front, ["budget", key], `one of the keys ${LIMITS.join(", ")}`);
    const whole = key !== "usd";
    if (typeof value !== "number" || value < 0 || (whole && !Number.isInteger(value))) {
      throw fieldError(front, ["budget", key], whole ? "an integer of at least 0" : "a number of at least 0");
    }
  }
}

function checkTests(front: Frontmatter, tests: unknown): void {
  if (!Array.isArray(tests)) throw fieldError(front, ["tests"], "a list of {name, input, expect}");
  for (const [index, test] of tests.entries()) {
    if (!isObject(test)) throw fieldError(front, ["tests", index], "a mapping with name, input and expect");
    if (typeof test["name"] !== "string") throw fieldError(front, ["tests", index, "name"], "a string");
    if (!isObject(test["input"])) throw fieldError(front, ["tests", index, "input"], "a mapping");
    if (!("expect" in test)) throw fieldError(front, ["tests", index, "expect"], "a value");
    if (test["model"] !== undefined && typeof test["model"] !== "string")
      throw fieldError(front, ["tests", index, "model"], "a string");
  }
}
