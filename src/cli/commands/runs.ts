import { type Command, UsageError } from "../command.ts";
import { FORMAT_OPTION } from "../format-option.ts";
import type { RunAction } from "./runs/run-action.ts";
import { FILTER_OPTIONS } from "./runs/run-filter.ts";

/** What can be done with runs, loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, () => Promise<RunAction>>> = {
  list: async () => (await import("./runs/list.ts")).list,
  show: async () => (await import("./runs/show.ts")).show,
  export: async () => (await import("./runs/export.ts")).exportRuns,
  rm: async () => (await import("./runs/remove.ts")).remove,
  prune: async () => (await import("./runs/remove.ts")).prune,
};
const NAMES = Object.keys(ACTIONS);

export const command: Command = {
  name: "runs",
  summary: "List, show, export and forget the runs on record",
  positionals: [
    { name: "ACTION", description: NAMES.join(", "), required: true, suggest: NAMES },
    {
      name: "ID",
      description: "A run's id, or the beginning of it; `show` takes one, `export` and `rm` many",
      required: false,
      many: true,
    },
  ],
  options: {
    ...FILTER_OPTIONS,
    limit: {
      type: "string",
      valueHint: "N",
      description: "With list and export: the newest this many (list: default 20)",
    },
    older: {
      type: "string",
      valueHint: "DURATION",
      description: "With prune: forget runs older than this, such as 30d",
    },
    "max-mb": {
      type: "string",
      valueHint: "MB",
      description: "With prune: forget the oldest runs until the history has no more",
    },
    all: { type: "boolean", description: "With rm: every run" },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm runs list --status failed --since 7d", "what failed this week, newest first"],
    ["modullm runs list --tag team=blue --json", "runs with a tag, as one JSON array"],
    ["modullm runs show 3f2a", "one run: its calls, what it used, its events where they were kept"],
    ["modullm runs export --since 1d > runs.jsonl", "a line a run, with all that is kept of it"],
    ["modullm runs rm --program summary.rllm", "forget a program's runs"],
    ["modullm runs prune --older 90d", "forget what is old"],
  ],
  async run(context) {
    const [name = "", ...names] = context.positionals;
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!load) throw new UsageError(`"${name}" is not one of ${NAMES.join(", ")}`);
    return await (
      await load()
    )(context, names);
  },
};
