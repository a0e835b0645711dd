import { ModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import { shuffled } from "../../core/random.ts";
import { comparable, FEWEST_CHANGED } from "./gain.ts";
import type { GivenTest } from "./meter.ts";

/** Tests that proposals are made from, and tests that only judge what came of them. */
export interface Split {
  readonly training: readonly GivenTest[];
  readonly heldOut: readonly GivenTest[];
}

export interface SplitOptions {
  /** The share that is held out; null: as large as it has to be. */
  readonly holdout: number | null;
  readonly random: () => number;
  /** Whether the program as it is passes a test. */
  readonly passes: (test: GivenTest) => boolean;
  /** Whether a test's input stands in the program already: it can't judge it any more. */
  readonly isSeen: (test: GivenTest) => boolean;
}

/** The share that is held out where tests fail in plenty, and the largest one. */
export const USUAL_SHARE = 0.3;
const LARGEST_SHARE = 0.6;
const FEWEST_IN_TRAINING = 4;
/** Changes that are compared at the end, where there are tests enough to tell them apart. */
export const MOST_FINALISTS = 3;

/** Tests that it takes. @param holdout null: as large as it has to be */
export function fewestTests(holdout: number | null): number {
  let tests = FEWEST_CHANGED + FEWEST_IN_TRAINING;
  if (holdout === null) return tests;
  while (
    Math.round(tests * holdout) < FEWEST_CHANGED ||
    tests - Math.round(tests * holdout) < FEWEST_IN_TRAINING
  )
    tests++;
  return tests;
}

/**
 * @throws {ModullmError} RLLM_016 where there are too few, with how many are needed
 */
export function requireEnough(
  tests: readonly GivenTest[],
  { path, holdout }: { readonly path: string; readonly holdout: number | null },
): void {
  const inputs = new Set(tests.map(inputKey)).size;
  const needed = fewestTests(holdout);
  if (inputs >= needed) return;
  const share = holdout === null ? "" : ` with --holdout ${holdout}`;
  const reason =
    `it has ${inputs === tests.length ? "" : `${tests.length} tests of `}${inputs} ` +
    `${inputs === tests.length ? (inputs === 1 ? "test" : "tests") : "inputs"}, and ${needed} ` +
    `are needed${share}, ${FEWEST_CHANGED} of them held out`;
  throw new ModullmError("RLLM_016", `Cannot improve "${path}": ${reason}`, {
    details: { source: path, reason },
    hint:
      `Draft more with \`modullm test ${path} --generate ${needed - inputs}\`, and keep what is ` +
      "right.",
  });
}

/**
 * Draws the part that is held out: of tests that fail and of tests that pass the same share; tests
 * with one input stay together.
 */
export function splitTests(tests: readonly GivenTest[], options: SplitOptions): Split {
  const { random, passes, isSeen } = options;
  const failing = tests.filter((each) => !passes(each)).length;
  const share = options.holdout ?? shareFor(failing);
  const groups = shuffled([...Map.groupBy(tests, inputKey).values()], random);
  const held = new Set<GivenTest>();
  for (const fails of [true, false]) {
    const kind = groups.filter((group) => group.some((each) => !passes(each)) === fails);
    const size = kind.reduce((sum, group) => sum + group.length, 0);
    let left = Math.round(share * size);
    for (const group of kind) {
      if (group.length > left || group.some(isSeen)) continue;
      for (const each of group) held.add(each);
      left -= group.length;
    }
  }
  return {
    training: tests.filter((each) => !held.has(each)),
    heldOut: tests.filter((each) => held.has(each)),
  };
}

/** The smallest share that leaves as many failing tests held out as it takes to compare changes. */
function shareFor(failing: number): number {
  let wanted = FEWEST_CHANGED;
  while (comparable(wanted) < MOST_FINALISTS) wanted++;
  return Math.max(USUAL_SHARE, Math.min(wanted / Math.max(1, failing), LARGEST_SHARE));
}

function inputKey({ test }: GivenTest): string {
  return writeJson(test.input);
}
