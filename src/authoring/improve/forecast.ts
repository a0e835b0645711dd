import type { LoadedProgram } from "../../library/load.ts";
import { tryToPredict } from "../../insight/prediction.ts";
import type { App } from "../../workspace.ts";
import type { ImproveJob } from "./job.ts";
import { MOST_IN_SET } from "./demonstrations.ts";
import { MOST_PRUNINGS } from "./prune.ts";
import { MOST_FINALISTS, USUAL_SHARE } from "./split.ts";

/** What an improvement would take, without a call. Answers that are recorded cost nothing. */
export interface ImproveForecast {
  readonly tests: number;
  readonly runs_at_most: number;
  /** US dollars; null where neither past runs nor the catalogue know. */
  readonly cost_usd_a_run: number | null;
  /** Of the program's runs; what the proposer costs is not in it. */
  readonly cost_usd_at_most: number | null;
}

/** Tests whose inputs are predicted; the others are taken to be like them. */
const SAMPLE = 8;

export async function forecastImprove({
  app,
  loaded,
  tests,
  model,
  trials,
  holdout,
  warn,
}: Pick<
  ImproveJob,
  "app" | "loaded" | "tests" | "model" | "trials" | "holdout" | "warn"
>): Promise<ImproveForecast> {
  const heldOut = Math.round(tests.length * (holdout ?? USUAL_SHARE));
  const searched = (trials + MOST_PRUNINGS) * (tests.length - heldOut);
  const runs = tests.length + searched + MOST_FINALISTS * heldOut + MOST_IN_SET;
  const step = Math.max(1, Math.floor(tests.length / SAMPLE));
  const costs: (number | null)[] = [];
  for (let at = 0; at < tests.length && costs.length < SAMPLE; at += step) {
    const input = tests[at]?.test.input ?? {};
    costs.push(await costOf(loaded, input, { app, model, warn }));
  }
  const cost = costs.includes(null)
    ? null
    : costs.reduce<number>((sum, each) => sum + (each ?? 0), 0) / costs.length;
  return {
    tests: tests.length,
    runs_at_most: runs,
    cost_usd_a_run: cost,
    cost_usd_at_most: cost === null ? null : cost * runs,
  };
}

async function costOf(
  loaded: LoadedProgram,
  input: Readonly<Record<string, unknown>>,
  {
    app,
    model,
    warn,
  }: { readonly app: App; readonly model: string | null; readonly warn: (message: string) => void },
): Promise<number | null> {
  const flags = model === null ? {} : { model };
  return (await tryToPredict(loaded, input, app, { flags, warn }))?.cost_usd ?? null;
}
