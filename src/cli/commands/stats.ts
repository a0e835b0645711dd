import type { Store } from "../../store/store.ts";
import type { Command } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import type { Terminal } from "../output.ts";
import type { PlotOptions } from "../render/plot.ts";

export const command: Command = {
  name: "stats",
  summary: "Show how a program has done: runs, compliance, latency, tokens, cost",
  positionals: [
    {
      name: "FILE",
      description: "The .rllm program; without it, every program that ever ran",
      required: false,
      takes: "program",
    },
  ],
  options: {
    model: { type: "string", valueHint: "MODEL", description: "Only runs of this provider/name" },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm stats examples/summary.rllm", "one program"],
    ["modullm stats --json", "all programs, as data at a terminal too"],
  ],
  async run({ positionals, options, output, app, locate }) {
    const store = await (await app()).store();
    const { statsOf, statsOfAll } = await import("../../insight/stats.ts");
    const model = options.text("model");
    const [file] = positionals;
    const path = file === undefined ? null : await locate(file);
    const chart = asText({ options, output }) ? await import("../render/chart.ts") : null;
    if (path === null) {
      const all = await statsOfAll(store, model);
      if (chart) output.text(chart.overviewChart(all, plotOptions(output.terminal)));
      else output.json(all);
      return 0;
    }
    const stats = statsOf(path, model, await store.runs.summaries({ path, model }));
    if (chart) {
      const latencies = await newestLatencies(store, path, model);
      output.text(chart.statsChart(stats, latencies, plotOptions(output.terminal)));
    } else output.json(stats);
    return 0;
  },
};

/** Milliseconds of the newest runs that called a model, newest last. */
async function newestLatencies(
  { runs }: Store,
  path: string,
  model: string | null,
): Promise<readonly number[]> {
  const filter = { path, ...(model === null ? {} : { model }) };
  const latencies: number[] = [];
  for await (const run of runs.query(filter, { limit: 100 }))
    if (run.attempts.length > 0) latencies.unshift(run.ms);
  return latencies;
}

/** How much room and which signs a drawing on stdout has. */
export function plotOptions({ columns, stdoutIsTty, env }: Terminal): PlotOptions {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "UTF-8";
  return {
    width: columns,
    unicode: /utf-?8/i.test(locale),
    colour: stdoutIsTty && !env["NO_COLOR"],
  };
}
