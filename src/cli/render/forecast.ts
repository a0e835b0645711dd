import type { Prediction } from "../../insight/exectime.ts";
import { clean, duration, table } from "./plot.ts";
import { dollars, grouped, phrase } from "./quantity.ts";

/** What stands behind a prediction, in words. */
const METHODS: Readonly<Record<Prediction["evidence"]["latency"], string>> = {
  fit: "past runs, restated for this input",
  average: "past runs, whatever their input",
  catalogue: "the catalogue's prices; nothing was run yet",
  file: "the program, which asks no model",
  none: "nothing that is known",
};

/** `exectime` for people. */
export function forecastText(prediction: Prediction): string {
  const { evidence } = prediction;
  const title = `${clean(prediction.app_path)}${prediction.model === null ? "" : ` (${clean(prediction.model)})`}`;
  const runs = `${grouped(evidence.runs)} ${evidence.runs === 1 ? "run" : "runs"} on record`;
  const used = prediction.dependency_count;
  const rows: (readonly [string, string | null])[] = [
    [
      "Time",
      phrase(
        [duration(prediction.estimated_ms), "on average"],
        [duration(prediction.p50_ms), "in half of the runs"],
        [duration(prediction.p90_ms), "in nine of ten"],
      ),
    ],
    [
      "Tokens",
      phrase(
        [grouped(prediction.prompt_tokens), "prompt"],
        [grouped(prediction.completion_tokens), "answer"],
      ),
    ],
    [
      "Cost",
      phrase(
        [dollars(prediction.cost_usd), "on average"],
        [dollars(prediction.p90_cost_usd), "in nine of ten runs"],
      ),
    ],
    ["Calls", callsText(prediction)],
  ];
  return [
    title,
    "",
    table(
      rows.map(([label, text]) => [label, text ?? "not known"]),
      "left",
    ),
    "",
    `From ${METHODS[evidence.latency]} (${runs}).`,
    ...(used === 0 ? [] : [`It uses ${counted(used)}.`]),
    ...prediction.missing.map((path) => `Not run yet: ${clean(path)}`),
  ].join("\n");
}

/** How many calls of models it may be, where that is not one and the same. */
function callsText({ least_calls: least, most_calls: most }: Prediction): string | null {
  if (most === null) return `at least ${grouped(least)}`;
  return least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`;
}

function counted(programs: number): string {
  return programs === 1 ? "one other program" : `${programs} other programs`;
}
