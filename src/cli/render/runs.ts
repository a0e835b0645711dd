import { visible } from "../../core/visible.ts";
import type { RunTree, RunView } from "../../insight/run-view.ts";
import { clean, duration, table } from "./plot.ts";

/** Characters of an id that are shown in a list: enough to name one run among millions. */
const SHORT_ID = 8;

/** Runs for people, one a line. */
export function runsText(runs: readonly RunView[]): string {
  if (runs.length === 0) return "No runs are on record that meet this.\n";
  const header = ["ID", "Started", "Program", "Model", "Status", "Time", "Tokens", "Cost", "Tags"];
  const rows = runs.map((run) => [
    run.id.slice(0, SHORT_ID),
    moment(run.started),
    clean(run.name),
    clean(run.model ?? "-"),
    run.error ?? run.status,
    duration(run.ms),
    tokens(run),
    dollars(run.cost_usd),
    tags(run),
  ]);
  return `${table([header, ...rows], "left")}\n`;
}

/** One run for people: the facts, then its calls, then what it used. */
export function runText(run: RunTree): string {
  const facts = [
    ["Run", clean(run.id)],
    ["Program", `${clean(run.name)} ${clean(run.version)}  ${clean(run.program)}`],
    ["Started", run.started],
    ["Status", run.error === null ? run.status : `${run.status}: ${run.error}`],
    ["Time", duration(run.ms)],
    ["Tokens", tokens(run)],
    ["Cost", dollars(run.cost_usd)],
    ...(run.parent === null ? [] : [["Used by", clean(run.parent)]]),
    ...(Object.keys(run.tags).length === 0 ? [] : [["Tags", tags(run)]]),
  ];
  const calls = run.attempts.map((attempt, index) => [
    `Call ${index + 1}`,
    clean(attempt.model),
    attempt.cached === null ? duration(attempt.ms) : "known already",
    tokens(attempt),
    dollars(attempt.cost_usd),
    [attempt.error ?? "ok", ...attempt.edits.map(clean)].join(", "),
  ]);
  const parts = [table(facts, "left"), table(calls, "left")];
  const used = run.children.length === 0 ? "" : `\nUsed\n${runsText(run.children)}`;
  return `${parts.filter((part) => part !== "").join("\n\n")}\n${used}`;
}

/** In local time, to the second: Swedes write dates as ISO 8601 does. */
function moment(iso: string): string {
  return new Date(iso).toLocaleString("sv-SE");
}

function tokens(of: Pick<RunView, "prompt_tokens" | "completion_tokens">): string {
  const { prompt_tokens: prompt, completion_tokens: completion } = of;
  return prompt === null && completion === null ? "-" : `${prompt ?? "?"} + ${completion ?? "?"}`;
}

function dollars(usd: number | null): string {
  return usd === null ? "-" : `$${Number(usd.toPrecision(3))}`;
}

function tags(run: RunView): string {
  const words = Object.entries(run.tags).map(([key, value]) => `${key}=${value}`);
  return visible(words.join(" ")).replaceAll("\n", " ");
}
