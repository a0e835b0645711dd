import { viewOf } from "../../../insight/run-view.ts";
import { type Action, UsageError } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { readFilter } from "./run-filter.ts";

/** Runs that are listed where nobody says how many. */
const USUAL_LIMIT = 20;

export const list: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { options, output, app } = context;
    const limit = options.integer("limit") ?? USUAL_LIMIT;
    if (limit < 1) throw new UsageError("option --limit must be at least 1");
    const { runs } = await (await app()).store();
    const views = [];
    for await (const run of runs.query(await readFilter(context), { limit }))
      views.push(viewOf(run));
    if (asText(context)) output.text((await import("../../render/runs.ts")).runsText(views));
    else output.json(views);
    return 0;
  },
};
