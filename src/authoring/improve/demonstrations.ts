import { isObject, type JsonObject, writeJson } from "../../core/json.ts";
import { parseYaml } from "../../core/yaml.ts";
import type { Program } from "../../program/program.ts";
import type { Redactor } from "../../redaction/redactor.ts";
import type { TestCase } from "../../testing/cases.ts";
import { unmetOf } from "../../testing/check.ts";
import { type Demonstration, textOf } from "./candidate.ts";
import type { GivenTest, Mark } from "./meter.ts";

export interface DemonstrationOptions {
  readonly program: Program;
  readonly redactor: Redactor;
  /** How the program as it is did. */
  readonly before: ReadonlyMap<number, Mark>;
}

/**
 * Examples that tests of the training part give: what the test expects where that is a whole
 * output, else what the program answered where that passed. What holds a secret gives none.
 */
export async function demonstrationsOf(
  training: readonly GivenTest[],
  { program, redactor, before }: DemonstrationOptions,
): Promise<readonly Demonstration[]> {
  const found = new Map<string, Demonstration>();
  const seen = new Set(program.examples.map(({ input }) => writeJson(input)));
  for (const { test, id } of training) {
    const { input } = test;
    const { ok = false, output = null } = before.get(id) ?? {};
    const expected = await expectedOutput(test, program);
    const right = expected ?? (ok && isObject(output) ? output : null);
    if (right === null || seen.has(writeJson(input))) continue;
    const example = { input, output: right };
    if (redactor.value(example) !== example || !program.input.check(input).ok) continue;
    const from = expected === null ? "run" : "expected";
    if (!found.has(writeJson(input))) found.set(writeJson(input), { ...example, test: id, from });
  }
  return [...found.values()];
}

/** Most examples of one set. */
export const MOST_IN_SET = 8;
/** Most sets that are tried. */
const MOST_SETS = 6;
/** Characters that a token stands for, about. */
const TOKEN = 4;

/**
 * Sets that the examples are tried in, each example in one: so that no test of the training part is
 * without a set that it can judge, a set has at most a third of them.
 */
export function setsOf(
  demonstrations: readonly Demonstration[],
  { training, window }: { readonly training: number; readonly window: number | null },
): readonly (readonly Demonstration[])[] {
  const size = Math.max(1, Math.min(MOST_IN_SET, Math.floor(training / 3)));
  const room = window === null ? Number.POSITIVE_INFINITY : (window * TOKEN) / 2;
  const sets: Demonstration[][] = [];
  let taken = 0;
  for (const each of demonstrations) {
    const { length } = textOf(each);
    if (length > room) continue;
    const last = sets.at(-1);
    if (last !== undefined && last.length < size && taken + length <= room) {
      last.push(each);
      taken += length;
    } else if (sets.length < MOST_SETS) {
      sets.push([each]);
      taken = length;
    }
  }
  return sets;
}

/** The output that a test's expectations write out whole; null where they don't. */
async function expectedOutput(test: TestCase, program: Program): Promise<JsonObject | null> {
  const written = await writtenOutput(test, program, (value) => value);
  if (written !== null || !test.textual) return written;
  return await writtenOutput(test, program, scalarOf);
}

async function writtenOutput(
  { expectations, input, textual }: TestCase,
  program: Program,
  read: (value: unknown) => unknown,
): Promise<JsonObject | null> {
  const output: Record<string, unknown> = {};
  for (const { path, checks } of expectations) {
    const equal = checks.find(({ kind }) => kind === "equals");
    if (path === null || equal?.kind !== "equals") continue;
    if (path.length > 0) setAt(output, path, read(equal.value));
    else if (isObject(equal.value)) Object.assign(output, equal.value);
  }
  if (Object.keys(output).length === 0 || !program.output.check(output).ok) return null;
  const value = output as JsonObject;
  const shown = expectations.filter(({ path }) => path !== null);
  const figures = {
    cost_usd: null,
    latency_ms: 0,
    tokens: 0,
    calls: 0,
    turns: 0,
    tools: [],
    repairs: 0,
  };
  const unmet = await unmetOf(
    shown,
    { input, output: value, error: null, figures },
    { textual, judge: () => Promise.resolve("nobody has judged it") },
  );
  return unmet.length === 0 ? value : null;
}

function setAt(
  holder: Record<string, unknown>,
  path: readonly (string | number)[],
  value: unknown,
): void {
  const [step = "", ...rest] = path;
  if (rest.length === 0) {
    holder[step] = value;
    return;
  }
  const inner = holder[step] ?? (typeof rest[0] === "number" ? [] : {});
  holder[step] = inner;
  if (typeof inner === "object") setAt(inner as Record<string, unknown>, rest, value);
}

/** A table's text as the number or truth value that it writes. */
function scalarOf(value: unknown): unknown {
  const read = typeof value === "string" ? parseYaml(value) : null;
  return read?.ok === true && !isObject(read.value) ? read.value : value;
}
