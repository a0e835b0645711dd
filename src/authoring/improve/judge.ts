import type { LoadedProgram } from "../../library/load.ts";
import { validateProgram } from "../../library/validate.ts";
import type { App } from "../../workspace.ts";
import type { Candidate } from "./candidate.ts";
import { type Gain, gainOf } from "./gain.ts";
import type { GivenTest, Mark, Meter } from "./meter.ts";
import type { Tried } from "./score.ts";

/** A change that is better, and how it was seen. */
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

export interface JudgeOptions {
  readonly app: App;
  readonly loaded: LoadedProgram;
  readonly meter: Meter;
  readonly tests: readonly GivenTest[];
  readonly heldOut: readonly GivenTest[];
  /** How the program as it is did in all tests. */
  readonly before: ReadonlyMap<number, Mark>;
}

export interface Judged {
  readonly candidate: Candidate;
  readonly gain: Gain;
}

/** The finalists in the held-out part, best first; of equals the one that was better before. */
export async function judge(
  finalists: readonly Tried[],
  { meter, heldOut, before }: JudgeOptions,
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

/**
 * A change that was judged, validated and run in every test; null where fewer pass than before.
 * @throws {ModullmError} what validating finds
 */
export async function improvementOf(
  { candidate, gain }: Judged,
  { app, loaded, meter, tests, before }: JudgeOptions,
): Promise<Improvement | null> {
  await validateProgram(loaded.path, {
    library: app.config.library,
    lint: (program) => app.lintBlocks(program),
    read: meter.readerOf(candidate),
  });
  const marks = await meter.run(candidate, tests);
  const passed = marks.filter(({ ok }) => ok).length;
  if (passed < [...before.values()].filter(({ ok }) => ok).length) return null;
  const regressions = tests
    .filter(({ id }, at) => before.get(id)?.ok === true && marks[at]?.ok === false)
    .map(({ test }) => test.name);
  return { candidate, text: meter.textOf(candidate), gain, passed, regressions };
}
