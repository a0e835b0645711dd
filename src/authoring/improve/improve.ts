import { toModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import { randomFrom } from "../../core/random.ts";
import type { Scope } from "../../engine/scope.ts";
import { UNCHANGED } from "./candidate.ts";
import { comparable, FEWEST_CHANGED, type Gain } from "./gain.ts";
import type { ImproveJob, Progress } from "./job.ts";
import { type Improvement, improvementOf, judge } from "./judge.ts";
import { lessonsOf } from "./lessons.ts";
import { type GivenTest, type Mark, Meter, type Spent } from "./meter.ts";
import { search } from "./search.ts";
import { MOST_FINALISTS, type Split, splitTests } from "./split.ts";

/** Why a program is as it was. */
export type Unchanged =
  /** Every test passes. */
  | "all-pass"
  /** Fewer tests fail in the held-out part than it takes to tell a gain from chance. */
  | "few-failures"
  /** Nothing did better in the training part. */
  | "nothing-better"
  /** What did better there has no gain in the held-out part that can be told from chance. */
  | "not-held-out"
  /** The budget was over before anything could be shown. */
  | "budget";

export interface Improved {
  readonly improvement: Improvement | null;
  /** Null where there is an improvement. */
  readonly reason: Unchanged | null;
  readonly tests: number;
  readonly training: number;
  readonly heldOut: number;
  /** Of all tests, before. */
  readonly passed: number;
  /** Of the held-out part, before. */
  readonly failedHeldOut: number;
  readonly trials: number;
  /** The best gain that was seen in the held-out part; null: nothing came so far. */
  readonly gain: Gain | null;
  readonly spent: Spent;
}

/**
 * Looks for a better program. What is held out is seen by no proposal and no example: it only
 * judges what came of the rest.
 * @throws {ModullmError} what keeps tests from being run; RLLM_022
 */
export async function improve(job: ImproveJob): Promise<Improved> {
  const { app, limits, signal } = job;
  const scope = app.scope({ signal, ...(limits === null ? {} : { budget: limits }) });
  try {
    return await improveIn(job, scope);
  } finally {
    scope.end();
  }
}

async function improveIn(job: ImproveJob, scope: Scope): Promise<Improved> {
  const { app, loaded, tests, watch } = job;
  let at: Pick<Progress, "phase" | "trial"> = { phase: "before", trial: 0 };
  const meter: Meter = new Meter({
    ...job,
    scope,
    recordings: job.journal,
    ended: () => watch({ ...at, spent: meter.spent }),
  });
  const marks = await meter.run(UNCHANGED, tests);
  const before = new Map(tests.map(({ id }, index) => [id, marks[index] as Mark]));
  const random = randomFrom(job.seed);
  const { split, ...facts } = factsOf(job, before, random);
  const unchanged = (reason: Unchanged, trials = 0, gain: Gain | null = null): Improved => ({
    ...facts,
    spent: meter.spent,
    improvement: null,
    reason,
    trials,
    gain,
  });
  if (facts.passed === tests.length) return unchanged("all-pass");
  if (facts.failedHeldOut < FEWEST_CHANGED) return unchanged("few-failures");
  const finalists = Math.min(MOST_FINALISTS, comparable(facts.failedHeldOut));
  const known = new Map(split.training.map(({ id }) => [id, before.get(id) as Mark]));
  const lessons = await lessonsOf(job, { meter, split, before: known, random });
  const { better, trials, stopped } = await search({
    ...lessons,
    meter,
    training: split.training,
    before: known,
    trials: job.trials,
    reserved: finalists * split.heldOut.length,
    random,
    began: (trial) => void (at = { phase: "search", trial }),
  });
  if (better.length === 0) return unchanged(stopped ? "budget" : "nothing-better", trials);
  at = { phase: "held-out", trial: trials };
  const world = { app, loaded, meter, tests, heldOut: split.heldOut, before };
  try {
    const [best] = await judge(better.slice(0, finalists), world);
    const gain = best?.gain ?? null;
    const isGain = best !== undefined && best.gain.interval[0] > 0;
    const improvement = isGain ? await improvementOf(best, world) : null;
    if (improvement === null) return unchanged("not-held-out", trials, gain);
    return { ...facts, spent: meter.spent, improvement, reason: null, trials, gain };
  } catch (thrown) {
    if (toModullmError(thrown).code !== "RLLM_020") throw thrown;
    return unchanged("budget", trials);
  }
}

/** The parts that the tests are drawn into, and what is told of them. */
function factsOf(
  { tests, loaded, holdout }: ImproveJob,
  before: ReadonlyMap<number, Mark>,
  random: () => number,
): Pick<Improved, "tests" | "training" | "heldOut" | "passed" | "failedHeldOut"> & {
  readonly split: Split;
} {
  const passes = ({ id }: GivenTest): boolean => before.get(id)?.ok === true;
  const seen = new Set(loaded.program.examples.map(({ input }) => writeJson(input)));
  const isSeen = ({ test }: GivenTest): boolean => seen.has(writeJson(test.input));
  const split = splitTests(tests, { holdout, random, passes, isSeen });
  return {
    split,
    tests: tests.length,
    training: split.training.length,
    heldOut: split.heldOut.length,
    passed: tests.filter(passes).length,
    failedHeldOut: split.heldOut.filter((test) => !passes(test)).length,
  };
}
