import { toModullmError } from "../../core/error.ts";
import { shuffled } from "../../core/random.ts";
import { type Candidate, isPartOf, keyOf, UNCHANGED } from "./candidate.ts";
import type { Instruction } from "./edit.ts";
import type { Lessons } from "./lessons.ts";
import type { GivenTest, Mark, Meter } from "./meter.ts";
import { pruned } from "./prune.ts";
import {
  compareScores,
  drawFromFront,
  gainOver,
  isBetter,
  marksIn,
  rankedOver,
  type Score,
  type Tried,
} from "./score.ts";

export interface SearchOptions extends Lessons {
  readonly meter: Meter;
  readonly training: readonly GivenTest[];
  /** How the program as it is does in them. */
  readonly before: ReadonlyMap<number, Mark>;
  /** Candidates that are tried at most. */
  readonly trials: number;
  /** Runs that are to be left in the budget. */
  readonly reserved: number;
  readonly random: () => number;
  /** Told of each trial before it begins. */
  readonly began: (trial: number) => void;
}

export interface Found {
  /** Those that do better than the program as it is, best first; parts that don't help are out. */
  readonly better: readonly Tried[];
  readonly trials: number;
  /** Whether the budget ended it. */
  readonly stopped: boolean;
}

/** Tests that a candidate must do better in before it is run in the others. */
const FIRST_TESTS = 6;
/** Rounds of reflection without a better candidate that end the search. */
const DRY_ROUNDS = 2;

/**
 * Looks for better candidates: each instruction and each set of examples alone, then together, then
 * instructions made from the failures of candidates that are best in some test (a Pareto front).
 * @throws {ModullmError} what keeps tests from being tried
 */
export async function search(options: SearchOptions): Promise<Found> {
  const hunt = new Hunt(options);
  const first = await hunt.propose(hunt.unchanged);
  for (const instruction of first) await hunt.attempt({ instruction, examples: [] });
  for (const examples of options.sets) await hunt.attempt({ instruction: null, examples });
  await hunt.pair(first);
  for (let dry = 0; first.length > 0 && hunt.goesOn && dry < DRY_ROUNDS;) {
    const parent = hunt.drawParent();
    const { examples } = parent.candidate;
    const fresh = await hunt.propose(parent);
    let helped = false;
    for (const instruction of fresh)
      helped = (await hunt.attempt({ instruction, examples }, parent)) || helped;
    if (!helped) helped = await hunt.pair(fresh);
    dry = helped ? 0 : dry + 1;
  }
  return await hunt.end();
}

class Hunt {
  readonly unchanged: Tried;
  readonly #options: SearchOptions;
  readonly #tried: Tried[];
  readonly #known = new Set([keyOf(UNCHANGED)]);
  #trials = 0;
  #stopped = false;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.unchanged = { candidate: UNCHANGED, marks: options.before };
    this.#tried = [this.unchanged];
  }

  get goesOn(): boolean {
    return !this.#stopped && !this.#isSolved && this.#trials < this.#options.trials;
  }

  /** Whether nothing is left to be better in. */
  get #isSolved(): boolean {
    return this.#tried.some(({ marks }) => [...marks.values()].every(({ ok }) => ok));
  }

  async propose(parent: Tried): Promise<readonly Instruction[]> {
    const { propose } = this.#options;
    return propose === null ? [] : ((await this.#withinBudget(() => propose(parent))) ?? []);
  }

  /**
   * Tries a candidate: in a few tests, and in all of them if it does better there than its parent.
   * @returns whether it does
   */
  async attempt(candidate: Candidate, parent: Tried = this.unchanged): Promise<boolean> {
    const { meter, began } = this.#options;
    const mayTry = !this.#stopped && this.#trials < this.#options.trials;
    if (!mayTry || this.#known.has(keyOf(candidate))) return false;
    this.#known.add(keyOf(candidate));
    const tests = this.#testsOf(candidate).filter(({ id }) => parent.marks.has(id));
    if (!this.#affords(tests.length)) return false;
    began(++this.#trials);
    const first = this.#firstTests(tests, parent);
    const marks = await this.#withinBudget(() => meter.run(candidate, first));
    if (marks === null || !isBetter(first, marks, parent)) return false;
    const whole = await this.#measure(candidate);
    if (whole === null) return false;
    this.#tried.push(whole);
    return isBetter(tests, marksIn(whole, tests), parent);
  }

  /** Each instruction with each set of examples, those first that did well alone. */
  async pair(instructions: readonly Instruction[]): Promise<boolean> {
    const alone = (part: Candidate): number => {
      const found = this.#tried.find(({ candidate }) => keyOf(candidate) === keyOf(part));
      return found === undefined ? 0 : this.#gain(found)[0];
    };
    const pairs = instructions.flatMap((instruction) =>
      this.#options.sets.map((examples) => ({ instruction, examples })),
    );
    const promise = ({ instruction, examples }: Candidate): number =>
      alone({ instruction, examples: [] }) + alone({ instruction: null, examples });
    let helped = false;
    for (const pair of pairs.toSorted((a, b) => promise(b) - promise(a))) {
      if (!this.goesOn) break;
      helped = (await this.attempt(pair)) || helped;
    }
    return helped;
  }

  drawParent(): Tried {
    const { training, random } = this.#options;
    return drawFromFront(this.#tried, training, random) ?? this.unchanged;
  }

  async end(): Promise<Found> {
    const gains = (tried: Tried): boolean => compareScores(this.#gain(tried), [0, 0]) > 0;
    const [best, ...others] = rankedOver(this.unchanged, this.#tried.filter(gains));
    const better = best === undefined ? [] : [await this.#smallest(best)];
    for (const tried of others)
      if (!better.some(({ candidate }) => isPartOf(candidate, tried.candidate))) better.push(tried);
    return { better, trials: this.#trials, stopped: this.#stopped };
  }

  async #smallest(best: Tried): Promise<Tried> {
    return await pruned(best, {
      gain: (tried) => this.#gain(tried),
      measure: async (candidate) =>
        this.#affords(this.#testsOf(candidate).length) ? await this.#measure(candidate) : null,
    });
  }

  #gain(tried: Tried): Score {
    return gainOver(this.unchanged, tried);
  }

  async #measure(candidate: Candidate): Promise<Tried | null> {
    const tests = this.#testsOf(candidate);
    const marks = await this.#withinBudget(() => this.#options.meter.run(candidate, tests));
    if (marks === null) return null;
    return { candidate, marks: new Map(tests.map(({ id }, at) => [id, marks[at] as Mark])) };
  }

  /** Null where the budget ends it: then the search is over. */
  async #withinBudget<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (thrown) {
      if (toModullmError(thrown).code !== "RLLM_020") throw thrown;
      this.#stopped = true;
      return null;
    }
  }

  #affords(runs: number): boolean {
    const { meter, reserved } = this.#options;
    if (!meter.affords(runs + reserved)) this.#stopped = true;
    return !this.#stopped;
  }

  /** An example is the answer to its own test. */
  #testsOf({ examples }: Candidate): readonly GivenTest[] {
    return this.#options.training.filter(({ id }) => examples.every(({ test }) => test !== id));
  }

  /** Half of them such that the parent fails in, as far as there are. */
  #firstTests(tests: readonly GivenTest[], parent: Tried): readonly GivenTest[] {
    if (tests.length <= FIRST_TESTS) return tests;
    const drawn = shuffled(tests, this.#options.random);
    const failed = drawn.filter(({ id }) => parent.marks.get(id)?.ok === false);
    const half = failed.slice(0, FIRST_TESTS / 2);
    const rest = drawn.filter((test) => !half.includes(test));
    return [...half, ...rest.slice(0, FIRST_TESTS - half.length)];
  }
}
