import { findRun, keptEvents, treeOf } from "../../../insight/run-view.ts";
import { readTrace } from "../../../insight/trace-tree.ts";
import type { Action } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { plotOptions } from "../stats.ts";

export const show: Action = {
  least: 1,
  most: 1,
  wants: "one ID",
  async run([id = ""], context) {
    const { output, app } = context;
    const store = await (await app()).store();
    const run = await findRun(store, id);
    const tree = treeOf(run, await store.runs.tree(run.id));
    const trace = await readTrace(bytesOf(keptEvents(store, run)), run.id);
    const kept_events = trace.events;
    if (!asText(context)) {
      output.json({ ...tree, kept_events });
      return 0;
    }
    const { runText } = await import("../../render/runs.ts");
    const { traceText } = await import("../../render/tree.ts");
    const drawn = kept_events === 0 ? "" : `\n${traceText(trace, plotOptions(output.terminal))}`;
    output.text(runText(tree) + drawn);
    return 0;
  },
};

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${line}\n`);
}
