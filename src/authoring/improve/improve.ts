import { toModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import { randomFrom, shuffled } from "../../core/random.ts";
import { type LoadedProgram } from "../../library/load.ts";
import { readProgram } from "../../library/read.ts";
import { readSharedSchemas } from "../../library/shared-schemas.ts";
import { validateProgram } from "../../library/validate.ts";
import type { Limits } from "../../program/limits.ts";
import { programOf } from "../../program/parse.ts";
import type { Recordings } from "../../testing/recordings.ts";
import type { App } from "../../workspace.ts";
import { type Candidate, type Demonstration, UNCHANGED } from "./candidate.ts";
import { demonstrationsOf, setsOf } from "./demonstrations.ts";
import { evidenceOf } from "./evidence.ts";
import { comparable, FEWEST_CHANGED, type Gain, gainOf } from "./gain.ts";
import { type GivenTest, type Mark, Meter, type Spent } from "./meter.ts";
import { Proposer } from "./proposer.ts";
import { type Found, search, type Tried } from "./search.ts";
import { MOST_FINALISTS, requireEnough, type Split, splitTests } from "./split.ts";

export interface ImproveJob {
  readonly app: App;
  readonly loaded: LoadedProgram;
  /** The text of its file. */
  readonly text: string;
  readonly tests: readonly GivenTest[];
  /** What is asked in place of the program's model; null: its own. */
  readonly model: string | null;
  /** The model that proposes instructions; null: none does. */
  readonly proposer: string | null;
  readonly limits: Limits | null;
  /** Candidates that are tried at most. */
  readonly trials: number;
  /** The share of the tests that is held out; null: as large as it has to be. */
  readonly holdout: number | null;
  readonly seed: number;
  /** Tests at a time. */
  readonly concurrency: number;
  /** Answers that are known, and where new ones go. */
  readonly journal: Recordings;
  readonly signal: AbortSignal;
  readonly watch: (progress: Progress) => void;
  readonly warn: (message: string) => void;
}

export interface Progress {
  readonly phase: "before" | "search" | "held-out";
  /** Candidates that were tried. */
  readonly trial: number;
  readonly spent: Spent;
}

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

export interface Improvement {
  readonly candidate: Candidate;
  /** The file's text with the change. */
  readonly text: string;
  readonly gain: Gain;
  /** Tests that passed before and don't now. */
  readonly regressions: readonly string[];
  /** Of all tests. */
  readonly passed: number;
}

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
 * @throws {ModullmError} RLLM_016 where there are too few tests; what keeps them from being run
 */
export async function improve(job: ImproveJob): Promise<Improved> {
  const { app, limits, signal, tests, loaded, holdout } = job;
  requireEnough(tests, { path: loaded.path, holdout });
  const scope = app.scope({ signal, ...(limits === null ? {} : { budget: limits }) });
  try {
    return await improveIn(job, scope);
  } finally {
    scope.end();
  }
}

async function improveIn(job: ImproveJob, scope: ReturnType<App["scope"]>): Promise<Improved> {
  const { app, loaded, tests, seed, holdout, watch } = job;
  let at: Pick<Progress, "phase" | "trial"> = { phase: "before", trial: 0 };
  const meter: Meter = new Meter({
    ...job,
    scope,
    recordings: job.journal,
    ended: () => watch({ ...at, spent: meter.spent }),
  });
  const before = new Map<number, Mark>();
  for (const [index, mark] of (await meter.run(UNCHANGED, tests)).entries())
    before.set(tests[index]?.id ?? index, mark);
  const passes = ({ id }: GivenTest): boolean => before.get(id)?.ok === true;
  const random = randomFrom(seed);
  const seen = new Set(loaded.program.examples.map(({ input }) => writeJson(input)));
  const isSeen = ({ test }: GivenTest): boolean => seen.has(writeJson(test.input));
  const split = splitTests(tests, { holdout, random, passes, isSeen });
  const failedHeldOut = split.heldOut.filter((test) => !passes(test)).length;
  const facts = {
    tests: tests.length,
    training: split.training.length,
    heldOut: split.heldOut.length,
    passed: tests.filter(passes).length,
    failedHeldOut,
    spent: meter.spent,
  };
  const none = { improvement: null, trials: 0, gain: null };
  if (facts.passed === tests.length) return { ...facts, ...none, reason: "all-pass" };
  if (failedHeldOut < FEWEST_CHANGED) return { ...facts, ...none, reason: "few-failures" };
  const finalists = Math.min(MOST_FINALISTS, comparable(failedHeldOut));
  const found = await searchIn(job, {
    meter,
    split,
    before,
    random,
    reserved: finalists * split.heldOut.length,
    began: (trial) => void (at = { phase: "search", trial }),
  });
  const { better, trials, stopped } = found;
  at = { phase: "held-out", trial: trials };
  if (better.length === 0)
    return { ...facts, ...none, trials, reason: stopped ? "budget" : "nothing-better" };
  try {
    const judged = await judge(better.slice(0, finalists), {
      meter,
      heldOut: split.heldOut,
      before,
    });
    const [best] = judged;
    const gain = best?.gain ?? null;
    if (best === undefined || best.gain.interval[0] <= 0)
      return { ...facts, ...none, trials, gain, reason: "not-held-out" };
    const improvement = await whole(best, { app, loaded, meter, tests, before });
    return { ...facts, trials, gain, improvement, reason: improvement ? null : "not-held-out" };
  } catch (thrown) {
    if (toModullmError(thrown).code !== "RLLM_020") throw thrown;
    return { ...facts, ...none, trials, reason: "budget" };
  }
}

interface SearchWorld {
  readonly meter: Meter;
  readonly split: Split;
  readonly before: ReadonlyMap<number, Mark>;
  readonly random: () => number;
  readonly reserved: number;
  readonly began: (trial: number) => void;
}

/** Everything that proposals and examples are made from: the training part, and the past. */
async function searchIn(job: ImproveJob, world: SearchWorld): Promise<Found> {
  const { app, loaded, proposer: model, trials, warn } = job;
  const { meter, split, before, random } = world;
  const { training } = split;
  const { program } = loaded;
  const markOf = ({ id }: GivenTest): Mark => {
    const mark = before.get(id);
    if (mark === undefined) throw new Error(`test ${id} was not run`);
    return mark;
  };
  const heldOut = split.heldOut.map(({ test }) => test.input);
  const evidence = await evidenceOf({ app, path: loaded.path, heldOut, warn });
  const own = await demonstrationsOf(training, { program, redactor: app.redactor, markOf });
  const demonstrations = await usable([...own, ...evidence.demonstrations], meter);
  const drawn = shuffled(demonstrations, random);
  const sets = setsOf(drawn, { training: training.length, window: program.maxContextWindow });
  const { failures } = evidence;
  const proposer =
    model === null ? null : new Proposer({ meter, model, redactor: app.redactor, failures, warn });
  async function propose({ candidate, marks }: Tried) {
    if (proposer === null) return [];
    const tests = shuffled(training, random).flatMap((given) => {
      const mark = marks.get(given.id);
      return mark === undefined ? [] : [{ given, mark }];
    });
    const changed = await meter.programOf(candidate);
    return await proposer.propose({ program: changed.program, tests });
  }
  const marked = new Map(training.map((given) => [given.id, markOf(given)] as const));
  const known = { training, before: marked, sets, trials };
  return await search({ ...world, ...known, propose: proposer && propose });
}

/** Those that can stand in the program. */
async function usable(
  demonstrations: readonly Demonstration[],
  meter: Meter,
): Promise<readonly Demonstration[]> {
  const kept: Demonstration[] = [];
  for (const each of demonstrations)
    await meter.programOf({ instruction: null, examples: [each] }).then(
      () => kept.push(each),
      () => {},
    );
  return kept;
}

interface Judged {
  readonly candidate: Candidate;
  readonly gain: Gain;
}

/** The finalists in the held-out part, best first; of equals the one that was better before. */
async function judge(
  finalists: readonly Tried[],
  {
    meter,
    heldOut,
    before,
  }: {
    readonly meter: Meter;
    readonly heldOut: readonly GivenTest[];
    readonly before: ReadonlyMap<number, Mark>;
  },
): Promise<readonly Judged[]> {
  const passed = heldOut.map(({ id }) => before.get(id)?.ok === true);
  const judged: Judged[] = [];
  for (const { candidate } of finalists) {
    const marks = await meter.run(candidate, heldOut);
    const now = marks.map(({ ok }) => ok);
    judged.push({ candidate, gain: gainOf(passed, now, { among: finalists.length }) });
  }
  return judged.toSorted((a, b) => b.gain.interval[0] - a.gain.interval[0]);
}

interface WholeWorld {
  readonly app: App;
  readonly loaded: LoadedProgram;
  readonly meter: Meter;
  readonly tests: readonly GivenTest[];
  readonly before: ReadonlyMap<number, Mark>;
}

/** The change, validated and run in every test; null where fewer pass than before. */
async function whole(
  { candidate, gain }: Judged,
  { app, loaded, meter, tests, before }: WholeWorld,
): Promise<Improvement | null> {
  const text = meter.textOf(candidate);
  const { path } = loaded;
  await validateProgram(path, {
    library: app.config.library,
    lint: (program) => app.lintBlocks(program),
    read: async (each) =>
      each === path
        ? programOf(text, { path, shared: await readSharedSchemas(text, path) })
        : await readProgram(each),
  });
  const marks = await meter.run(candidate, tests);
  const passed = marks.filter(({ ok }) => ok).length;
  const regressions = tests.filter(
    ({ id }, at) => before.get(id)?.ok === true && marks[at]?.ok === false,
  );
  if (passed < [...before.values()].filter(({ ok }) => ok).length) return null;
  return { candidate, text, gain, passed, regressions: regressions.map(({ test }) => test.name) };
}
