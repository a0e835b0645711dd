import type { ImproveForecast } from "../../authoring/improve/forecast.ts";
import type { Gain } from "../../authoring/improve/gain.ts";
import type { Improved } from "../../authoring/improve/improve.ts";
import type { Progress } from "../../authoring/improve/job.ts";
import type { Spent } from "../../authoring/improve/meter.ts";
import type { Output } from "../output.ts";
import { createLiveLine } from "./live-line.ts";
import { dollars, grouped } from "./quantity.ts";

/** Between two lines in a log. */
const LOG_MS = 10_000;

/** A line that is drawn over at a terminal; elsewhere a line every ten seconds. */
export function createImproveProgress(
  output: Output,
  trials: number,
): { show(progress: Progress): void; end(): void } {
  const line = createLiveLine(output);
  let told = performance.now();
  return {
    show(progress) {
      const text = progressText(progress, trials);
      if (output.terminal.stderrIsTty) line.draw(text);
      else if (performance.now() - told >= LOG_MS) {
        told = performance.now();
        output.note(text);
      }
    },
    end: () => line.clear(),
  };
}

function progressText({ phase, trial, spent }: Progress, trials: number): string {
  const what = {
    before: "the program as it is",
    search: `change ${trial}, of ${trials} at most`,
    "held-out": "the held-out tests",
  }[phase];
  return `${what}: ${grouped(spent.runs)} runs, ${grouped(spent.tokens)} tokens, ${costText(spent)}`;
}

function costText({ cost_usd: usd }: Spent): string {
  return usd === null ? "cost unknown" : dollars(usd);
}

export function forecastText(forecast: ImproveForecast): string {
  const { tests, runs_at_most: runs, cost_usd_a_run: one, cost_usd_at_most: most } = forecast;
  const cost =
    one === null || most === null
      ? "what they cost is not known"
      : `${dollars(one)} a run, ${dollars(most)} at most`;
  return `${tests} tests, ${grouped(runs)} runs at most: ${cost} (without the proposer)`;
}

/** `+40 points in 12 held-out tests (95 % interval: +12 to +58)` */
export function gainText({
  value,
  interval: [low, high],
  level,
  tests,
  better,
  worse,
}: Gain): string {
  const range = `${Number((100 * level).toFixed(1))} % interval: ${points(low)} to ${points(high)}`;
  return (
    `${points(value)} points in ${tests} held-out tests (${range}): ${better} better, ` +
    `${worse} worse`
  );
}

const WHY: Readonly<Record<NonNullable<Improved["reason"]>, string>> = {
  "all-pass": "every test passes",
  "few-failures":
    "too few tests fail to tell a gain from chance. Add tests of what goes wrong, or hold out more",
  "nothing-better": "nothing that was tried did better",
  "not-held-out": "what did better while searching has no gain that can be told from chance",
  budget: "the budget was over before a gain could be shown",
};

export function improvedText(improved: Improved, diff: string | null): string {
  const { improvement, reason, gain, passed, tests, failedHeldOut, heldOut, trials } = improved;
  const spent = `${grouped(improved.spent.calls)} calls, ${costText(improved.spent)}`;
  const counts = [
    `${passed} of ${tests} tests pass today; ${failedHeldOut} of ${heldOut} held-out ones fail`,
    `${trials} changes tried, ${spent}`,
  ];
  if (improvement === null)
    return [
      `No change: ${WHY[reason ?? "nothing-better"]}`,
      ...(gain === null ? [] : [gainText(gain)]),
      ...counts,
    ].join("\n");
  return [
    diff ?? "",
    gainText(improvement.gain),
    ...counts,
    `${improvement.passed} of ${tests} pass with the change`,
    ...improvement.regressions.map((name) => `No longer passes: ${name}`),
  ].join("\n");
}

/** The keys are a contract. */
export function improvedJson(improved: Improved): object {
  const { improvement, gain, reason } = improved;
  const { instruction, examples } = improvement?.candidate ?? { instruction: null, examples: [] };
  return {
    improved: improvement !== null,
    reason,
    tests: {
      all: improved.tests,
      training: improved.training,
      held_out: improved.heldOut,
      failed_held_out: improved.failedHeldOut,
    },
    passed: { before: improved.passed, after: improvement?.passed ?? null },
    gain,
    change:
      improvement === null
        ? null
        : {
            prompt: instruction?.prompt ?? null,
            system: instruction?.system ?? null,
            examples: examples.map(({ input, output }) => ({ input, output })),
          },
    regressions: improvement?.regressions ?? [],
    trials: improved.trials,
    spent: improved.spent,
  };
}

function points(share: number): string {
  const value = Math.round(100 * share);
  return value > 0 ? `+${value}` : String(value);
}
