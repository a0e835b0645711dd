import { compileContract } from "../contract/compile.ts";
import type { Contract } from "../contract/contract.ts";
import { readPattern, type PatternReading } from "../contract/patterns.ts";
import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/** What a test holds against one place of the output, or one figure of the run. */
export interface Expectation {
  /** As the test writes it: `$.due`, `cost_usd`. */
  readonly subject: string;
  /** Where in the output; null for a figure. */
  readonly path: readonly (string | number)[] | null;
  readonly checks: readonly Check[];
}

export type Check =
  | { readonly kind: "equals"; readonly value: unknown }
  | { readonly kind: "contains"; readonly value: unknown }
  | { readonly kind: "matches"; readonly source: string; readonly pattern: Matcher }
  | { readonly kind: "schema"; readonly contract: Contract }
  | { readonly kind: "range"; readonly bounds: Bounds }
  | { readonly kind: "length"; readonly bounds: Bounds }
  | { readonly kind: "similar"; readonly to: string; readonly least: number }
  | { readonly kind: "one_of"; readonly values: readonly unknown[] }
  | { readonly kind: "not"; readonly checks: readonly Check[] }
  | { readonly kind: "judge"; readonly judge: Judge };

type Matcher = Extract<PatternReading, { ok: true }>;

export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
}

/** A program that says whether an output is good. */
export interface Judge {
  readonly program: string;
  /** What it is told beside input and output. */
  readonly with: Readonly<Record<string, unknown>>;
  /** The least score that passes; null: it gives `pass`. */
  readonly min: number | null;
}

/** Figures of a run. */
export const MEASURES = [
  "error",
  "cost_usd",
  "latency_ms",
  "tokens",
  "calls",
  "turns",
  "tools",
  "repairs",
] as const;
export type Measure = (typeof MEASURES)[number];

/** Why an expectation is none, and where below `expect`. */
export class ExpectationFault extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], reason: string) {
    super(reason);
    this.path = path;
  }
}

/** How alike two texts must be where a test doesn't say. */
const ALIKE = 0.8;

/**
 * `expect` of a test. Keys are paths (`$`, `$.items[0].due`), names of figures, or names of
 * properties of the output; values are checks (`{matches: '^2026'}`) or what the value equals. What
 * is no mapping is what the whole output equals.
 * @throws {ExpectationFault}
 */
export function readExpectations(expect: unknown): readonly Expectation[] {
  if (!isObject(expect))
    return [{ subject: "$", path: [], checks: [{ kind: "equals", value: expect }] }];
  return Object.entries(expect).map(([subject, value]) => ({
    subject,
    path: pathOf(subject),
    checks: checksOf(value, [subject]),
  }));
}

function pathOf(subject: string): readonly (string | number)[] | null {
  if (MEASURES.some((measure) => measure === subject)) return null;
  if (!subject.startsWith("$")) return [subject];
  const steps: (string | number)[] = [];
  let rest = subject.slice(1);
  while (rest !== "") {
    const [whole = "", name, index, quoted] =
      /^(?:\.([^.[\]]+)|\[(\d+)\]|\["([^"]*)"\])/.exec(rest) ?? [];
    if (whole === "")
      throw new ExpectationFault([subject], 'it is no path such as "$.items[0].due"');
    if (index !== undefined) steps.push(Number(index));
    else
      steps.push(
        quoted ?? (name !== undefined && /^\d+$/.test(name) ? Number(name) : (name ?? "")),
      );
    rest = rest.slice(whole.length);
  }
  return steps;
}

type Read = (value: unknown, path: readonly string[]) => Check;

const CHECKS: Readonly<Record<string, Read>> = {
  equals: (value) => ({ kind: "equals", value }),
  contains: (value) => ({ kind: "contains", value }),
  matches: readMatches,
  schema: readSchema,
  range: (value, path) => ({ kind: "range", bounds: readBounds(value, path) }),
  length: (value, path) => ({ kind: "length", bounds: readBounds(value, path) }),
  similar: readSimilar,
  one_of: readOneOf,
  not: (value, path) => ({ kind: "not", checks: checksOf(value, path) }),
  judge: readJudge,
};

/** Checks a test may write; `min` and `max` are short for a range. */
export const CHECK_NAMES: readonly string[] = [...Object.keys(CHECKS), "min", "max"];

/** A mapping whose keys are all checks is checks; anything else is a value. */
function checksOf(value: unknown, path: readonly string[]): readonly Check[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [{ kind: "equals", value }];
  const keys = Object.keys(value);
  const known = keys.filter((key) => CHECK_NAMES.includes(key));
  if (known.length === 0) {
    const guess = keys.length === 1 ? didYouMean(keys[0] ?? "", CHECK_NAMES) : "";
    if (guess !== "") throw new ExpectationFault(path, `"${keys[0]}" is no check.${guess}`);
    return [{ kind: "equals", value }];
  }
  const odd = keys.find((key) => !CHECK_NAMES.includes(key));
  if (odd !== undefined)
    throw new ExpectationFault(path, `"${odd}" is no check.${didYouMean(odd, CHECK_NAMES)}`);
  const { min, max, ...others } = value;
  const range = min === undefined && max === undefined ? [] : [{ min, max }];
  return [
    ...range.map((bounds): Check => ({ kind: "range", bounds: readBounds(bounds, path) })),
    ...Object.entries(others).flatMap(([key, item]) => CHECKS[key]?.(item, [...path, key]) ?? []),
  ];
}

function readMatches(source: unknown, path: readonly string[]): Check {
  if (typeof source !== "string") throw new ExpectationFault(path, "a pattern is a text");
  const pattern = readPattern(source);
  if (!pattern.ok) throw new ExpectationFault(path, `it is no pattern: ${pattern.reason}`);
  return { kind: "matches", source, pattern };
}

function readSchema(schema: unknown, path: readonly string[]): Check {
  if (!isObject(schema)) throw new ExpectationFault(path, "a schema is a mapping");
  const compiled = compileContract(schema);
  if (!compiled.ok)
    throw new ExpectationFault(path, `it is no schema: ${compiled.faults[0].reason}`);
  return { kind: "schema", contract: compiled.contract };
}

function readBounds(value: unknown, path: readonly string[]): Bounds {
  if (typeof value === "number") return { min: value, max: value };
  const [min, max] = Array.isArray(value)
    ? value
    : isObject(value)
      ? [value["min"], value["max"]]
      : [NaN];
  const bounds = [min ?? null, max ?? null].map((bound) =>
    bound === null || typeof bound === "number" ? bound : NaN,
  );
  if (bounds.some(Number.isNaN) || bounds.every((bound) => bound === null))
    throw new ExpectationFault(path, "it is no number, no [from, to] and no {min, max}");
  return { min: bounds[0] ?? null, max: bounds[1] ?? null };
}

function readSimilar(value: unknown, path: readonly string[]): Check {
  const { to, min = ALIKE }: Record<string, unknown> = isObject(value) ? value : { to: value };
  if (typeof to !== "string" || typeof min !== "number" || min < 0 || min > 1)
    throw new ExpectationFault(path, "it is no text, and no {to, min} with a min from 0 to 1");
  return { kind: "similar", to, least: min };
}

function readOneOf(values: unknown, path: readonly string[]): Check {
  if (!Array.isArray(values)) throw new ExpectationFault(path, "it is no list");
  return { kind: "one_of", values };
}

function readJudge(value: unknown, path: readonly string[]): Check {
  const {
    program,
    with: told = {},
    min = null,
  }: Record<string, unknown> = isObject(value) ? value : { program: value };
  if (typeof program !== "string" || !isObject(told))
    throw new ExpectationFault(path, "it is no program, and no {program, with, min}");
  if (min !== null && typeof min !== "number")
    throw new ExpectationFault(path, "its min is no number");
  return { kind: "judge", judge: { program, with: told, min } };
}
