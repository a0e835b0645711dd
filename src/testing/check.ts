import { isObject, jsonType, writeJson } from "../core/json.ts";
import type { Bounds, Check, Expectation, Judge } from "../program/expectation.ts";
import type { Observed } from "./observed.ts";
import { similarity } from "./similarity.ts";

/** An expectation that was not met. */
export interface Unmet {
  readonly subject: string;
  /** `it is "a", and "b" was expected` */
  readonly reason: string;
  readonly actual: unknown;
}

export interface CheckOptions {
  /** Asks a judge. @returns why it is not content; null where it is */
  readonly judge: (judge: Judge, value: unknown) => Promise<string | null>;
  /** Whether a text that is expected equals the number or truth value that it writes (CSV). */
  readonly textual: boolean;
}

/** All that is not as a test expects it. */
export async function unmetOf(
  expectations: readonly Expectation[],
  observed: Observed,
  options: CheckOptions,
): Promise<readonly Unmet[]> {
  const unmet: Unmet[] = [];
  const expectsError = expectations.some(({ subject }) => subject === "error");
  const { error } = observed;
  const isMiss = error?.code === "RLLM_023";
  if (error !== null && (!expectsError || isMiss))
    return [
      { subject: "$", reason: `the run failed: ${error.code}: ${error.message}`, actual: null },
    ];
  for (const { subject, path, checks } of expectations) {
    const actual = path === null ? figureOf(subject, observed) : at(observed.output, path);
    for (const check of checks) {
      const reason = await reasonOf(check, actual, options);
      if (reason !== null) unmet.push({ subject, reason, actual: actual ?? null });
    }
  }
  return unmet;
}

function figureOf(name: string, { error, figures }: Observed): unknown {
  if (name === "error") return error?.code ?? null;
  return figures[name as keyof typeof figures];
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return typeof step === "number" ? inner[step] : undefined;
    return isObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  }, value);
}

/** Why the value is not as expected; null where it is. */
async function reasonOf(
  check: Check,
  actual: unknown,
  options: CheckOptions,
): Promise<string | null> {
  if (check.kind === "judge") return await options.judge(check.judge, actual);
  if (check.kind === "not") {
    for (const inner of check.checks)
      if ((await reasonOf(inner, actual, options)) !== null) return null;
    return `it is ${shown(actual)}, which it is not to be`;
  }
  const wanted = wantedOf(check, actual, options);
  return wanted === null ? null : `it is ${shown(actual)}, and ${wanted}`;
}

type Plain = Exclude<Check, { readonly kind: "judge" | "not" }>;

/** What is expected in place of the value; null where the value is that. */
function wantedOf(check: Plain, actual: unknown, options: CheckOptions): string | null {
  switch (check.kind) {
    case "equals":
      return unless(same(actual, check.value, options), () => `${shown(check.value)} is expected`);
    case "contains":
      return unless(
        contains(actual, check.value, options),
        () => `${shown(check.value)} is to be in it`,
      );
    case "matches":
      return unless(
        typeof actual === "string" && check.pattern.test(actual),
        () => `/${check.source}/ is to match`,
      );
    case "schema": {
      const result = check.contract.check(actual);
      return result.ok ? null : `the schema says that it ${result.issues[0].reason}`;
    }
    case "range":
      return unless(within(actual, check.bounds), () => boundsText(check.bounds));
    case "length": {
      const length = lengthOf(actual);
      return unless(
        within(length, check.bounds),
        () => `of length ${length}: ${boundsText(check.bounds)}`,
      );
    }
    case "similar": {
      const share = typeof actual === "string" ? similarity(actual, check.to) : 0;
      return unless(
        share >= check.least,
        () => `${share.toFixed(2)} like ${shown(check.to)}: at least ${check.least} is expected`,
      );
    }
    case "one_of":
      return unless(
        check.values.some((value) => same(actual, value, options)),
        () => `one of ${shown(check.values)} is expected`,
      );
  }
}

function unless(met: boolean, wanted: () => string): string | null {
  return met ? null : wanted();
}

/** Equal as JSON values are: members in any order, 1 as 1.0. */
function same(actual: unknown, expected: unknown, options: CheckOptions): boolean {
  if (options.textual && typeof expected === "string" && typeof actual !== "string")
    return expected === (actual === null || actual === undefined ? "" : writeJson(actual));
  if (Array.isArray(actual) && Array.isArray(expected))
    return (
      actual.length === expected.length &&
      actual.every((item, index) => same(item, expected[index], options))
    );
  if (isObject(actual) && isObject(expected)) {
    const keys = Object.keys(actual);
    return (
      keys.length === Object.keys(expected).length &&
      keys.every((key) => Object.hasOwn(expected, key) && same(actual[key], expected[key], options))
    );
  }
  if (typeof actual === "bigint" || typeof expected === "bigint")
    return (typeof actual === "bigint" || typeof actual === "number") && actual == expected;
  return (actual ?? null) === (expected ?? null);
}

/** A text in a text, an item in a list, members in an object; of a list all that it lists. */
function contains(actual: unknown, part: unknown, options: CheckOptions): boolean {
  if (Array.isArray(part)) return part.every((each) => contains(actual, each, options));
  if (typeof actual === "string") return typeof part === "string" && actual.includes(part);
  if (Array.isArray(actual))
    return actual.some((item) => same(item, part, options) || isPart(item, part, options));
  return isPart(actual, part, options);
}

function isPart(actual: unknown, part: unknown, options: CheckOptions): boolean {
  if (!isObject(actual) || !isObject(part)) return false;
  return Object.entries(part).every(
    ([key, value]) => Object.hasOwn(actual, key) && same(actual[key], value, options),
  );
}

function within(value: unknown, { min, max }: Bounds): boolean {
  if (typeof value !== "number" && typeof value !== "bigint") return false;
  return (min === null || value >= min) && (max === null || value <= max);
}

function boundsText({ min, max }: Bounds): string {
  if (min === max) return `${min} is expected`;
  if (max === null) return `at least ${min} is expected`;
  return min === null ? `at most ${max} is expected` : `${min} to ${max} is expected`;
}

/** Characters of a text, items of a list, members of an object; null for what has no length. */
function lengthOf(value: unknown): number | null {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : null;
}

/** Characters of a value that a reason shows. */
const SHOWN = 200;

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = jsonType(value) === "null" ? "null" : writeJson(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
