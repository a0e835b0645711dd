import type { Code } from "../core/codes.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { isObject, writeJson } from "../core/json.ts";
import type { EngineTools, RunOptions } from "../engine/engine.ts";
import { runProgram } from "../engine/run.ts";
import type { Scope } from "../engine/scope.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Model } from "../model/model.ts";
import type { Judge } from "../program/expectation.ts";
import type { App } from "../workspace.ts";
import type { TestCase } from "./cases.ts";
import { type Unmet, unmetOf } from "./check.ts";
import { createFigures, type Figures, type Observed } from "./observed.ts";
import { createRecordedModel, type RecordingMode } from "./recorded-model.ts";
import type { Recordings } from "./recordings.ts";

/** Where the answers of a test come from: recordings, recordings or else models, models. */
export type Mode = RecordingMode | "live";

export interface TestRun {
  readonly app: App;
  readonly loaded: LoadedProgram;
  readonly recordings: Recordings;
  readonly mode: Mode;
  /** The model that is asked in place of the program's; null: its own. */
  readonly model: string | null;
  /** From 0; with several rounds a request has several recordings. */
  readonly round: number;
  readonly signal: AbortSignal;
  /** What the test shares with others, such as a budget. @default the workspace's own */
  readonly scope?: Scope;
  /** Reads a judge, relative to the test. */
  readonly load: (path: string) => Promise<LoadedProgram>;
}

export interface TestResult {
  readonly ok: boolean;
  readonly unmet: readonly Unmet[];
  /** What the run failed with; null: it did not fail. */
  readonly error: { readonly error_code: Code; readonly message: string } | null;
  readonly output: Json;
  readonly figures: Figures;
}

/** One test, once. What goes wrong in the run is a result. */
export async function runTest(test: TestCase, run: TestRun): Promise<TestResult> {
  const model = test.model ?? run.model;
  const observed = await observe(run.loaded, test.input, { ...run, model });
  const unmet = await unmetOf(test.expectations, observed, {
    textual: test.textual,
    judge: (judge, value) => askJudge(judge, value, test, observed, run),
  });
  const { output, figures } = observed;
  const { code = null, message = "" } = observed.error ?? {};
  const error = code === null ? null : { error_code: code, message };
  return { ok: unmet.length === 0, unmet, error, output, figures };
}

/**
 * Runs a program in a world whose models are recorded. Neither history nor kept answers have a part
 * in it, and no setting but those of the file: the same test gives the same result anywhere.
 */
export async function observe(
  loaded: LoadedProgram,
  input: JsonObject,
  { app, recordings, mode, model, round, signal, scope: outer }: Omit<TestRun, "loaded" | "load">,
): Promise<Observed> {
  // Where recordings answer, what this machine takes is no part of the result.
  let recorded = mode === "live" ? null : 0;
  const asked = new Map<string, number>();
  const misses: ModullmError[] = [];
  const missed = (error: ModullmError): void => void misses.push(error);
  const took = (milliseconds: number): void => void (recorded = (recorded ?? 0) + milliseconds);
  async function modelOf(id: string): Promise<Model> {
    if (mode === "live") return await app.tools.model(id);
    const live = (): Promise<Model> => app.tools.model(id);
    return createRecordedModel(id, { recordings, mode, live, round, took, missed, asked });
  }
  const world: EngineTools = { ...app.tools, model: modelOf, answers: null, unfinished: null };
  const figures = createFigures();
  const options: RunOptions = {
    traces: [figures.trace],
    cache: false,
    ...(model === null ? {} : { model }),
  };
  const scope = outer?.within({ name: "the test", signal }) ?? app.scope({ signal });
  try {
    const { output } = await runProgram(loaded, input, world, scope, options);
    const shown = app.redactor.value(output);
    const [error = null] = misses;
    return { input, output: shown, error, figures: figures.total(recorded) };
  } catch (thrown) {
    const [error = app.redactor.value(toModullmError(thrown))] = misses;
    if (signal.aborted) throw error;
    return { input, output: null, error, figures: figures.total(recorded) };
  } finally {
    scope.end();
  }
}

/** What a judge takes of these its input_schema names; it says `pass`, or a `score`. */
async function askJudge(
  { program, with: told, min }: Judge,
  value: unknown,
  test: TestCase,
  observed: Observed,
  run: TestRun,
): Promise<string | null> {
  const judge = await run.load(program);
  const { properties } = judge.program.input.schema;
  const offered: Record<string, unknown> = {
    value,
    output: observed.output,
    input: test.input,
    ...told,
  };
  const input = Object.fromEntries(
    Object.entries(offered).filter(
      ([key]) => !isObject(properties) || Object.hasOwn(properties, key),
    ),
  ) as JsonObject;
  const said = await observe(judge, input, { ...run, model: null });
  if (said.error !== null)
    return `the judge ${judge.program.name} failed: ${said.error.code}: ${said.error.message}`;
  const { pass, score, reason } = isObject(said.output) ? said.output : {};
  const why = typeof reason === "string" ? `: ${reason}` : "";
  if (min !== null)
    return typeof score === "number" && score >= min
      ? null
      : `the judge ${judge.program.name} gives ${writeJson(score ?? null)}, and at least ` +
          `${min} is expected${why}`;
  if (typeof pass !== "boolean")
    return `the judge ${judge.program.name} gives no "pass": say {program, min} for a score`;
  return pass ? null : `the judge ${judge.program.name} says no${why}`;
}
