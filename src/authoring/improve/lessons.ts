import { ModullmError } from "../../core/error.ts";
import { shuffled } from "../../core/random.ts";
import type { Demonstration } from "./candidate.ts";
import { demonstrationsOf, setsOf } from "./demonstrations.ts";
import type { Instruction } from "./edit.ts";
import { evidenceOf } from "./evidence.ts";
import type { ImproveJob } from "./job.ts";
import type { GivenTest, Mark, Meter } from "./meter.ts";
import { Proposer } from "./proposer.ts";
import type { Tried } from "./score.ts";
import type { Split } from "./split.ts";

/** What changes are made of. */
export interface Lessons {
  /** Sets of examples to be tried. */
  readonly sets: readonly (readonly Demonstration[])[];
  /** New instructions from what a candidate fails in; null where no model proposes any. */
  readonly propose: ((tried: Tried) => Promise<readonly Instruction[]>) | null;
}

export interface LessonOptions {
  readonly meter: Meter;
  readonly split: Split;
  /** How the program as it is did in the training part. */
  readonly before: ReadonlyMap<number, Mark>;
  readonly random: () => number;
}

/** Made from the training part and the past; of the held-out part only what must not be in them. */
export async function lessonsOf(job: ImproveJob, options: LessonOptions): Promise<Lessons> {
  const { app, loaded, proposer: model, warn } = job;
  const { meter, split, before, random } = options;
  const { training } = split;
  const { program, path } = loaded;
  const { redactor } = app;
  const heldOut = split.heldOut.map(({ test }) => test.input);
  const evidence = await evidenceOf({ app, path, heldOut, warn });
  const own = await demonstrationsOf(training, { program, redactor, before });
  const fitting = await fittingOf([...own, ...evidence.demonstrations], meter);
  const window = program.maxContextWindow;
  const sets = setsOf(shuffled(fitting, random), { training: training.length, window });
  if (model === null) return { sets, propose: null };
  const { failures } = evidence;
  const proposer = new Proposer({ meter, model, redactor, failures, warn });
  async function propose({ candidate, marks }: Tried): Promise<readonly Instruction[]> {
    const changed = await meter.programOf(candidate);
    const tests = shuffled(training, random).flatMap((given: GivenTest) => {
      const mark = marks.get(given.id);
      return mark === undefined ? [] : [{ given, mark }];
    });
    return await proposer.propose({ program: changed.program, tests });
  }
  return { sets, propose };
}

/** Those that can stand in the program: examples are held to its contracts. */
async function fittingOf(
  demonstrations: readonly Demonstration[],
  meter: Meter,
): Promise<readonly Demonstration[]> {
  const fitting: Demonstration[] = [];
  for (const each of demonstrations)
    try {
      await meter.programOf({ instruction: null, examples: [each] });
      fitting.push(each);
    } catch (thrown) {
      if (!(thrown instanceof ModullmError)) throw thrown;
    }
  return fitting;
}
