import { dirname, resolve } from "node:path";
import type { Code } from "../../core/codes.ts";
import { ModullmError } from "../../core/error.ts";
import type { Scope } from "../../engine/scope.ts";
import { type LoadedProgram, loadProgram } from "../../library/load.ts";
import { readProgram } from "../../library/read.ts";
import { readSharedSchemas } from "../../library/shared-schemas.ts";
import { programOf } from "../../program/parse.ts";
import type { Program } from "../../program/program.ts";
import type { Limits } from "../../program/limits.ts";
import type { TestCase } from "../../testing/cases.ts";
import { observe, runTest, type TestResult } from "../../testing/run.ts";
import type { Recordings } from "../../testing/recordings.ts";
import type { App } from "../../workspace.ts";
import { type Candidate, keyOf, UNCHANGED } from "./candidate.ts";
import { editProgram } from "./edit.ts";

/** A test with what it takes to run it. */
export interface GivenTest {
  /** From 0, in the order of the files. */
  readonly id: number;
  readonly test: TestCase;
  /** Where it stands; judges are relative to that. */
  readonly file: string;
}

/** How a candidate did in a test. */
export interface Mark extends TestResult {
  /** Of its expectations, the share that was met. */
  readonly share: number;
}

export interface Spent {
  runs: number;
  calls: number;
  tokens: number;
  /** US dollars; null where a price is not known. */
  cost_usd: number | null;
}

export interface MeterOptions {
  readonly app: App;
  readonly loaded: LoadedProgram;
  /** The text of its file. */
  readonly text: string;
  readonly recordings: Recordings;
  /** In place of the program's own; null: its own. */
  readonly model: string | null;
  readonly limits: Limits | null;
  /** Within which all runs are; its budget has the limits. */
  readonly scope: Scope;
  readonly signal: AbortSignal;
  /** Tests at a time. */
  readonly concurrency: number;
  /** Told after each run. */
  readonly ended: () => void;
}

/** Codes that tell nothing of a program: it could not be tried. */
const NOT_TRIED: ReadonlySet<Code> = new Set<Code>([
  "RLLM_010",
  "RLLM_014",
  "RLLM_017",
  "RLLM_018",
  "RLLM_019",
  "RLLM_020",
  "RLLM_021",
]);

/** Runs candidates in tests, each once in each, and counts what that takes. */
export class Meter {
  readonly spent: Spent = { runs: 0, calls: 0, tokens: 0, cost_usd: 0 };
  readonly #options: MeterOptions;
  readonly #marks = new Map<string, Promise<Mark>>();
  readonly #programs = new Map<string, Promise<LoadedProgram>>();

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  /**
   * In the order of the tests.
   * @throws {ModullmError} what keeps a test from being tried, such as RLLM_020; RLLM_022
   */
  async run(candidate: Candidate, tests: readonly GivenTest[]): Promise<readonly Mark[]> {
    const marks: Mark[] = [];
    let next = 0;
    const take = async (): Promise<void> => {
      for (let at = next++; at < tests.length; at = next++) {
        const given = tests[at];
        if (given) marks[at] = await this.#mark(candidate, given);
      }
    };
    const workers = Array.from({ length: this.#options.concurrency }, take);
    // None runs on once this ends: what was spent is the same each time.
    for (const worker of await Promise.allSettled(workers))
      if (worker.status === "rejected") throw worker.reason;
    return marks;
  }

  /** Whether so many more runs fit the limits, if they are like those before. */
  affords(runs: number): boolean {
    const { usd, tokens, calls } = this.#options.limits ?? {};
    const { spent } = this;
    const ratio = spent.runs === 0 ? 0 : (spent.runs + runs) / spent.runs;
    return (
      (usd === undefined || (spent.cost_usd ?? 0) * ratio <= usd) &&
      (tokens === undefined || spent.tokens * ratio <= tokens) &&
      (calls === undefined || spent.calls * ratio <= calls)
    );
  }

  /** The file's text with a candidate's changes. @throws {ModullmError} RLLM_001 */
  textOf(candidate: Candidate): string {
    const { text } = this.#options;
    return candidate === UNCHANGED ? text : editProgram(text, candidate);
  }

  /**
   * The program with a candidate's changes.
   * @throws {ModullmError} what makes it no program
   */
  async programOf(candidate: Candidate): Promise<LoadedProgram> {
    const { loaded, app } = this.#options;
    if (keyOf(candidate) === keyOf(UNCHANGED)) return loaded;
    const read = this.readerOf(candidate);
    return await loadProgram(loaded.path, { library: app.config.library, read });
  }

  /** Reads programs, and of this one the candidate. @throws {ModullmError} RLLM_001 */
  readerOf(candidate: Candidate): (path: string) => Promise<Program> {
    const { path } = this.#options.loaded;
    const text = this.textOf(candidate);
    return async (each) =>
      each === path
        ? programOf(text, { path, shared: await readSharedSchemas(text, path) })
        : await readProgram(each);
  }

  /** Runs another program, whose calls are recorded and counted too. @throws {ModullmError} */
  async ask(program: LoadedProgram, input: TestCase["input"], model: string): Promise<unknown> {
    const said = await observe(program, input, { ...this.#options, ...RECORDED, model });
    this.#count(said.figures);
    if (said.error !== null) throw said.error;
    return said.output;
  }

  #mark(candidate: Candidate, given: GivenTest): Promise<Mark> {
    const key = `${keyOf(candidate)} ${given.id}`;
    const known = this.#marks.get(key) ?? this.#runTest(candidate, given);
    this.#marks.set(key, known);
    return known;
  }

  async #runTest(candidate: Candidate, { test, file }: GivenTest): Promise<Mark> {
    const { app, ended } = this.#options;
    const key = keyOf(candidate);
    const program = this.#programs.get(key) ?? this.programOf(candidate);
    this.#programs.set(key, program);
    const result = await runTest(test, {
      ...this.#options,
      ...RECORDED,
      loaded: await program,
      load: (path) => app.load(resolve(dirname(file), path)),
    });
    const { ok, error, unmet } = result;
    if (!ok && error !== null && NOT_TRIED.has(error.error_code))
      throw new ModullmError(error.error_code, `Cannot run test "${test.name}": ${error.message}`);
    this.spent.runs++;
    this.#count(result.figures);
    ended();
    const missed = new Set(unmet.map(({ subject }) => subject)).size;
    const all = Math.max(1, test.expectations.length);
    return { ...result, share: error === null ? Math.max(0, 1 - missed / all) : 0 };
  }

  #count({ calls, tokens, cost_usd: usd }: TestResult["figures"]): void {
    const { spent } = this;
    spent.calls += calls;
    spent.tokens += tokens;
    spent.cost_usd = usd === null || spent.cost_usd === null ? null : spent.cost_usd + usd;
  }
}

/** Answers that are known are used; the others are asked for, and kept. */
const RECORDED = { mode: "record", round: 0 } as const;
