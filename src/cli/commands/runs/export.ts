import { parseJson } from "../../../core/json.ts";
import { findRun, keptEvents, treeOf } from "../../../insight/run-view.ts";
import type { RunRecord } from "../../../store/runs.ts";
import type { Store } from "../../../store/store.ts";
import type { Action, CommandContext } from "../../command.ts";
import { readFilter } from "./run-filter.ts";

/** One line a run: what `show --json` prints, with the events themselves. */
export const exportRuns: Action = {
  least: 0,
  most: Number.POSITIVE_INFINITY,
  wants: "IDs",
  async run(ids, context) {
    const { output, app } = context;
    const store = await (await app()).store();
    async function write(run: RunRecord): Promise<void> {
      const events: unknown[] = [];
      for await (const line of keptEvents(store, run)) events.push(parseJson(line));
      output.line({ ...treeOf(run, await store.runs.tree(run.id)), events });
    }
    if (ids.length > 0) for (const id of ids) await write(await findRun(store, id));
    else for await (const run of chosen(store, context)) await write(run);
    return 0;
  },
};

async function* chosen(store: Store, context: CommandContext): AsyncGenerator<RunRecord> {
  const limit = context.options.integer("limit");
  yield* store.runs.query(await readFilter(context), limit === null ? {} : { limit });
}
