import { dollars, grouped, percent, phrase } from "./quantity.ts";
import { bars, clean, duration, GAP, sparkline, table, widthOf } from "./plot.ts";
import type { AllStats, ProgramStats } from "../../insight/stats.ts";
import type { Bar, PlotOptions } from "./plot.ts";

/** `stats FILE --format text`. @param latencies of the newest runs in milliseconds, newest last */
export function statsChart(
  stats: ProgramStats,
  latencies: readonly number[],
  options: PlotOptions,
): string {
  const title = `${clean(stats.app_path)} (${stats.model === null ? "all models" : clean(stats.model)})`;
  if (stats.total_runs === 0) return `${title}\n\nNo runs are on record.\n`;
  const percentiles = Object.entries(stats.latency_ms).map(
    ([label, ms]: [string, number | null]) => ({
      label,
      text: duration(ms),
      value: ms ?? 0,
    }),
  );
  const parts = [
    title,
    table(facts(stats), "left"),
    section(
      "Latency",
      stats.latency_ms.p50 === null
        ? []
        : [...bars(percentiles, options), ...recent(latencies, options)],
    ),
    section("Failures", bars(tallied(stats.errors), options)),
    section("Edits made to read answers", bars(tallied(stats.edits), options)),
    section("Tools called", bars(tallied(stats.tool_calls), options)),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** `stats --format text`: all programs, one a line. */
export function overviewChart(stats: AllStats, options: PlotOptions): string {
  if (stats.programs.length === 0) return "No runs are on record.\n";
  const rest = [
    ["Runs", "Succeeded", "p50", "p90", "Tokens", "Cost"],
    ...stats.programs.map(overview),
  ];
  const taken = Math.max(...table(rest, "right").split("\n").map(widthOf)) + GAP.length;
  const room = Math.max(LEAST_PATH, options.width - taken);
  const paths = [
    "Program",
    ...stats.programs.map((program) => shortened(clean(program.app_path), room, options)),
  ];
  return `${table(rest.map((row, index) => [paths[index] ?? "", ...row]))}\n`;
}

/** Columns left to a path, however narrow the terminal. */
const LEAST_PATH = 16;

/** Runs in the line of the last ones. */
const SPARKS = 60;

function facts(stats: ProgramStats): readonly (readonly string[])[] {
  const { tokens, cost_usd: cost } = stats;
  const rows: (readonly [string, string | null])[] = [
    [
      "Runs",
      `${grouped(stats.total_runs)} (${grouped(stats.success_count)} succeeded, ` +
        `${grouped(stats.failure_count)} failed)`,
    ],
    ["Input met schema", percent(stats.input_schema_compliance_pct)],
    ["Output met schema", percent(stats.output_schema_compliance_pct)],
    [
      "Latency",
      phrase(
        [duration(stats.avg_latency_ms), "a run"],
        [duration(stats.ms_per_1k_tokens), "for 1,000 tokens"],
      ),
    ],
    [
      "Prompt tokens",
      phrase([grouped(stats.avg_prompt_tokens), "a run"], [grouped(tokens.prompt), "in all"]),
    ],
    [
      "Completion tokens",
      phrase(
        [grouped(stats.avg_completion_tokens), "a run"],
        [grouped(stats.max_completion_tokens), "at most"],
        [grouped(tokens.completion), "in all"],
      ),
    ],
    [
      "Cost",
      phrase(
        [dollars(cost.avg), "a run"],
        [dollars(cost.total), `in all, ${grouped(cost.runs_with_price)} priced`],
      ),
    ],
  ];
  return rows.flatMap(([label, text]) => (text === null ? [] : [[label, text]]));
}

function overview(program: ProgramStats): readonly string[] {
  const { prompt, completion } = program.tokens;
  const tokens = prompt === null && completion === null ? null : (prompt ?? 0) + (completion ?? 0);
  return [
    grouped(program.total_runs),
    percent((100 * program.success_count) / program.total_runs) ?? "-",
    duration(program.latency_ms.p50),
    duration(program.latency_ms.p90),
    grouped(tokens),
    dollars(program.cost_usd.total),
  ];
}

function recent(latencies: readonly number[], options: PlotOptions): readonly string[] {
  const label = `last ${Math.min(latencies.length, SPARKS)}`;
  const shown = latencies.slice(
    -Math.min(SPARKS, Math.max(1, options.width - label.length - GAP.length)),
  );
  if (shown.length < 2) return [];
  const line = sparkline(shown, { ...options, width: shown.length });
  return [
    "",
    `last ${shown.length}${GAP}${line}`,
    `${duration(Math.min(...shown))} to ${duration(Math.max(...shown))}`,
  ];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [title, ...lines].join("\n");
}

function tallied(counts: Readonly<Record<string, number>>): readonly Bar[] {
  return Object.entries(counts).map(([label, value]) => ({ label, text: grouped(value), value }));
}

/** The end of a path tells more than its beginning. */
function shortened(text: string, width: number, options: PlotOptions): string {
  if (widthOf(text) <= width) return text;
  const mark = options.unicode ? "…" : "...";
  const characters = Array.from(text);
  while (characters.length > 0 && widthOf(characters.join("")) > width - mark.length)
    characters.shift();
  return mark + characters.join("");
}
