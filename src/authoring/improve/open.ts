import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { sha256 } from "../../core/digest.ts";
import { ModullmError } from "../../core/error.ts";
import type { LoadedProgram } from "../../library/load.ts";
import { claim } from "../../rows/claim.ts";
import { casesOf } from "../../testing/cases.ts";
import { findTests } from "../../testing/find.ts";
import { Recordings } from "../../testing/recordings.ts";
import { runTest } from "../../testing/run.ts";
import { recordingsOf } from "../../testing/suite.ts";
import type { App } from "../../workspace.ts";
import type { ImproveJob } from "./job.ts";
import type { GivenTest } from "./meter.ts";
import { canPropose } from "./proposer.ts";
import { requireEnough } from "./split.ts";

export interface OpenOptions extends Pick<
  ImproveJob,
  "app" | "model" | "proposer" | "limits" | "trials" | "holdout" | "seed" | "concurrency" | "warn"
> {
  /** Whether the answers of earlier calls are thrown away. */
  readonly restart: boolean;
}

export interface OpenImprovement {
  readonly job: Omit<ImproveJob, "signal" | "watch">;
  /**
   * Adds what the improved program was answered to the recordings beside it, where there are some;
   * how many.
   */
  keepRecordings(): Promise<number>;
  /** Lets others work on the same program. */
  release(): void;
}

/**
 * Reads a program with its tests and recordings. What is asked is kept in a journal of the
 * program's in the state folder, so that the same command goes on where it was stopped.
 * @throws {ModullmError} what reading them finds; RLLM_016 for a program that asks no model, has
 * too few tests, or is being improved by another process
 */
export async function openImprovement(
  path: string,
  options: OpenOptions,
): Promise<OpenImprovement> {
  const { app, restart, ...others } = options;
  const loaded = await app.load(path);
  const model = options.model ?? loaded.program.model;
  if (loaded.program.prompt === null || model === null) throw withoutPrompt(path);
  const tests = await givenTests(path, app);
  requireEnough(tests, { path, holdout: options.holdout });
  const file = journalOf(loaded, app);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const release = claim(file);
  try {
    if (restart) rmSync(file, { force: true });
    dropCutLine(file);
    const beside = recordingsOf(loaded);
    const { all } = new Recordings(beside, app.redactor);
    const proposer = options.proposer ?? model;
    const job = {
      ...others,
      app,
      loaded,
      text: await readFile(path, "utf8"),
      tests,
      proposer: canPropose(proposer) ? proposer : null,
      journal: new Recordings(file, app.redactor, all),
    };
    return {
      job,
      release,
      keepRecordings: async () => (existsSync(beside) ? await keep(job, { file, beside, all }) : 0),
    };
  } catch (thrown) {
    release();
    throw thrown;
  }
}

async function givenTests(path: string, app: App): Promise<readonly GivenTest[]> {
  const tests: GivenTest[] = [];
  for (const file of await findTests(path, app.load))
    for (const one of file.tests)
      for (const test of await casesOf(one, file))
        tests.push({ id: tests.length, test, file: file.path });
  return tests;
}

function journalOf({ path, program }: LoadedProgram, { config }: App): string {
  const name = `${program.name}-${sha256(path).slice(0, 12)}.jsonl`;
  return join(config.paths.state, "improve", name);
}

/** A process that was killed may have left a line without its end. */
function dropCutLine(file: string): void {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  truncateSync(file, bytes.lastIndexOf("\n") + 1);
}

/** The program is read again: it is the improved one. */
async function keep(
  { app, loaded, tests, model }: OpenImprovement["job"],
  {
    file,
    beside,
    all,
  }: { readonly file: string; readonly beside: string; readonly all: Recordings["all"] },
): Promise<number> {
  const improved = await app.load(loaded.path);
  const known = new Recordings(file, app.redactor, all);
  for (const { test, file: place } of tests)
    await runTest(test, {
      app,
      loaded: improved,
      recordings: known,
      mode: "replay",
      model,
      round: 0,
      signal: new AbortController().signal,
      load: (named) => app.load(resolve(dirname(place), named)),
    });
  const target = new Recordings(beside, app.redactor);
  const fresh = known.used.filter(({ key }) => target.count(key) === 0);
  for (const recording of fresh) target.append(recording);
  return fresh.length;
}

function withoutPrompt(path: string): ModullmError {
  const reason = "it asks no model, so it has no prompt";
  return new ModullmError("RLLM_016", `Cannot improve "${path}": ${reason}`, {
    details: { source: path, reason },
    hint: "Improve the programs that it uses.",
  });
}
