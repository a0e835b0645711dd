import { dirname, resolve } from "node:path";
import { ModullmError } from "../core/error.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { App } from "../workspace.ts";
import { casesOf, type TestCase } from "./cases.ts";
import type { Load, TestFile } from "./find.ts";
import { Recordings } from "./recordings.ts";
import { reportOf, type TestLine, type TestReport } from "./report.ts";
import { type Mode, runTest } from "./run.ts";

export interface SuiteOptions {
  readonly app: App;
  readonly mode: Mode;
  /** Models that every test is run on; null: each program's own. */
  readonly models: readonly string[] | null;
  /** How often each test is run, from 1. */
  readonly repeat: number;
  /** Tests whose name holds this; null: all. */
  readonly only: string | null;
  /** Tests at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly load: Load;
  /** A path as reports show it. */
  readonly shownPath: (path: string) => string;
  /** Told of each test that has ended. */
  readonly ended: (line: TestLine) => void;
}

/** Of a program that asks none. */
const NO_MODEL = "none";

interface Work {
  readonly file: TestFile;
  readonly test: TestCase;
  readonly model: string | null;
  readonly round: number;
}

/**
 * Runs all tests of the files. Results stand in the order of the files, whatever the timing.
 * @throws {ModullmError} RLLM_016 for cases or recordings that can't be read, RLLM_022
 */
export async function runSuite(
  files: readonly TestFile[],
  options: SuiteOptions,
): Promise<TestReport> {
  const { app, concurrency, load, ended, shownPath } = options;
  const books = new Map<string, Recordings>();
  for (const { loaded } of files) {
    const path = recordingsOf(loaded);
    if (!books.has(path)) books.set(path, new Recordings(path, app.redactor));
  }
  const work = await workOf(files, options);
  const results: TestLine[] = [];
  let next = 0;

  async function runOne(at: number, { file, test, model, round }: Work): Promise<void> {
    const { loaded, path } = file;
    const recordings = books.get(recordingsOf(loaded)) ?? new Recordings("", app.redactor);
    const result = await runTest(test, {
      ...options,
      loaded,
      recordings,
      model,
      round,
      load: (named) => load(resolve(dirname(path), named)),
    });
    const { program } = loaded;
    const line = {
      file: shownPath(path),
      program: program.name,
      name: test.name,
      model: test.model ?? model ?? program.model ?? NO_MODEL,
      round: round + 1,
      ...result,
    };
    results[at] = line;
    ended(line);
  }

  async function take(): Promise<void> {
    for (let at = next++; at < work.length; at = next++) {
      const each = work[at];
      if (each) await runOne(at, each);
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, work.length) }, take));
  const isWhole = options.only === null && options.mode !== "live";
  const unused = isWhole ? unusedOf(books, shownPath) : {};
  return reportOf(results, unused);
}

async function workOf(
  files: readonly TestFile[],
  { models, repeat, only }: SuiteOptions,
): Promise<readonly Work[]> {
  const work: Work[] = [];
  for (const file of files)
    for (const one of file.tests) {
      if (only !== null && !one.name.includes(only)) continue;
      for (const test of await casesOf(one, file))
        for (const model of models ?? [null])
          for (let round = 0; round < repeat; round++) work.push({ file, test, model, round });
    }
  return work;
}

function unusedOf(
  books: ReadonlyMap<string, Recordings>,
  shownPath: (path: string) => string,
): Record<string, number> {
  const counts = [...books.values()].map((book) => [shownPath(book.path), book.unused] as const);
  return Object.fromEntries(counts.filter(([, unused]) => unused > 0));
}

/** `NAME.recordings.jsonl`, beside the program. */
export function recordingsOf({ path }: LoadedProgram): string {
  if (path === "") throw new ModullmError("RLLM_016", "A program from text has no recordings");
  return path.replace(/(?:\.rllm)?$/, ".recordings.jsonl");
}
