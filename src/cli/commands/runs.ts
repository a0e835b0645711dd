import { actionPositionals, runAction } from "../action.ts";
import type { Actions, Command } from "../command.ts";
import { FORMAT_OPTION } from "../format-option.ts";
import { FILTER_OPTIONS } from "./runs/run-filter.ts";

/** What can be done with runs, loaded when it is asked for. */
const ACTIONS: Actions = {
  list: {
    words: "",
    summary: "those on record, the newest first",
    load: async () => (await import("./runs/list.ts")).list,
  },
  show: {
    words: "ID",
    summary: "its calls, what it used, its events where they were kept",
    load: async () => (await import("./runs/show.ts")).show,
  },
  export: {
    words: "[ID...]",
    summary: "a line a run, with all that is kept of it",
    load: async () => (await import("./runs/export.ts")).exportRuns,
  },
  rm: {
    words: "[ID...]",
    summary: "forget those that are named, or that options choose",
    load: async () => (await import("./runs/remove.ts")).remove,
  },
  prune: {
    words: "",
    summary: "forget what is older, or more, than is to be kept",
    load: async () => (await import("./runs/remove.ts")).prune,
  },
};

export const command: Command = {
  name: "runs",
  summary: "List, show, export and forget the runs on record",
  positionals: actionPositionals(ACTIONS, [
    {
      name: "ID",
      description: "A run's id, or the beginning of it; `show` takes one, `export` and `rm` many",
      many: true,
    },
  ]),
  actions: ACTIONS,
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
    return await runAction(ACTIONS, context);
  },
};
