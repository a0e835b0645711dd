import { toModullmError } from "../../core/error.ts";
import { shuffled } from "../../core/random.ts";
import {
  type Candidate,
  type Demonstration,
  isPartOf,
  keyOf,
  sizeOf,
  UNCHANGED,
} from "./candidate.ts";
import type { Instruction } from "./edit.ts";
import type { GivenTest, Mark, Meter } from "./meter.ts";

export interface SearchOptions {
  readonly meter: Meter;
  readonly training: readonly GivenTest[];
  /** How the program as it is does in them. */
  readonly before: ReadonlyMap<number, Mark>;
  readonly sets: readonly (readonly Demonstration[])[];
  /** New instructions from what a candidate fails in; null where no model proposes any. */
  readonly propose: ((tried: Tried) => Promise<readonly Instruction[]>) | null;
  /** Candidates that are tried at most. */
  readonly trials: number;
  /** Runs that are to be left in the budget. */
  readonly reserved: number;
  readonly random: () => number;
  /** Told of each trial before it begins. */
  readonly began: (trial: number) => void;
}

/** A candidate that was run in all tests of the training part but those that its examples give. */
export interface Tried {
  readonly candidate: Candidate;
  readonly marks: ReadonlyMap<number, Mark>;
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
    const parent = hunt.drawFromFront(options.random);
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
    return isBetter(tests, marksAt(whole, tests), parent);
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

  /** One that is best in some test, the likelier the more tests there are. */
  drawFromFront(random: () => number): Tried {
    const tickets = this.#options.training.flatMap(({ id }) => {
      const valued = this.#tried.flatMap((tried) => {
        const mark = tried.marks.get(id);
        return mark === undefined ? [] : [{ tried, value: mark.ok ? 1 : mark.share / 2 }];
      });
      const best = Math.max(...valued.map(({ value }) => value));
      return valued.filter(({ value }) => value === best).map(({ tried }) => tried);
    });
    return tickets[Math.floor(random() * tickets.length)] ?? this.unchanged;
  }

  async end(): Promise<Found> {
    const [best, ...others] = this.#ranked(this.#tried);
    const better: Tried[] = [];
    if (best !== undefined && compare(this.#gain(best), [0, 0]) > 0)
      better.push(await this.#pruned(best));
    for (const tried of others) {
      const isNew = !better.some(({ candidate }) => isPartOf(candidate, tried.candidate));
      if (isNew && compare(this.#gain(tried), [0, 0]) > 0) better.push(tried);
    }
    return { better, trials: this.#trials, stopped: this.#stopped };
  }

  /** Without what it does as well without: the instruction, then halves of the examples. */
  async #pruned(best: Tried): Promise<Tried> {
    let kept = best;
    const without = async (candidate: Candidate): Promise<boolean> => {
      if (keyOf(candidate) === keyOf(UNCHANGED)) return false;
      if (!this.#affords(this.#testsOf(candidate).length)) return false;
      const tried = await this.#measure(candidate);
      if (tried === null) return false;
      const isAsGood = compare(this.#gain(tried), this.#gain(kept)) >= 0;
      if (isAsGood) kept = tried;
      return isAsGood;
    };
    await without({ ...kept.candidate, instruction: null });
    for (let size = Math.ceil(best.candidate.examples.length / 2); size > 0; size >>= 1)
      for (let at = 0; at < kept.candidate.examples.length;) {
        const examples = kept.candidate.examples.toSpliced(at, size);
        if (!(await without({ ...kept.candidate, examples }))) at += size;
      }
    return kept;
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

  /** How much better it does than the program as it is, a test. */
  #gain({ marks }: Tried): Score {
    const [passes, share] = sumOf([...marks.values()]);
    const tried = this.#options.training.filter(({ id }) => marks.has(id));
    const [before, shareBefore] = sumOf(marksAt(this.unchanged, tried));
    const tests = Math.max(1, marks.size);
    return [(passes - before) / tests, (share - shareBefore) / tests];
  }

  /** Best first; of equals the smaller. */
  #ranked(tried: readonly Tried[]): readonly Tried[] {
    return tried.toSorted(
      (a, b) => compare(this.#gain(b), this.#gain(a)) || sizeOf(a.candidate) - sizeOf(b.candidate),
    );
  }
}

/** Tests that pass, then what is met of the others. */
type Score = readonly [passes: number, share: number];

function sumOf(marks: readonly Mark[]): Score {
  return [marks.filter(({ ok }) => ok).length, marks.reduce((sum, { share }) => sum + share, 0)];
}

function compare([a, share]: Score, [b, other]: Score): number {
  return a - b || (Math.abs(share - other) < 1e-9 ? 0 : share - other);
}

function marksAt({ marks }: Tried, tests: readonly GivenTest[]): readonly Mark[] {
  return tests.flatMap(({ id }) => marks.get(id) ?? []);
}

function isBetter(tests: readonly GivenTest[], marks: readonly Mark[], than: Tried): boolean {
  return compare(sumOf(marks), sumOf(marksAt(than, tests))) > 0;
}
