import { actionPositionals, runAction } from "../action.ts";
import type { Actions, Command } from "../command.ts";

/** What can be done with chats, loaded when it is asked for. */
const ACTIONS: Actions = {
  list: {
    words: "",
    summary: "those on record, the last used first",
    load: async () => (await import("./chats/list.ts")).list,
  },
  show: {
    words: "CHAT",
    summary: "all that was said",
    load: async () => (await import("./chats/show.ts")).show,
  },
  search: {
    words: "WORD...",
    summary: "turns that hold all of the words",
    load: async () => (await import("./chats/list.ts")).search,
  },
  export: {
    words: "CHAT",
    summary: "the same as Markdown, or with --format json as data",
    load: async () => (await import("./chats/show.ts")).exportChat,
  },
  rm: {
    words: "[CHAT...]",
    summary: "forget those that are named, or with --all every one",
    load: async () => (await import("./chats/remove.ts")).remove,
  },
};

export const command: Command = {
  name: "chats",
  summary: "List, show, search, export and forget the chats on record",
  positionals: actionPositionals(ACTIONS, [
    {
      name: "CHAT",
      description:
        "A chat's name, or the beginning of its id; `rm` takes many, `search` takes words",
      many: true,
      takes: "chat",
    },
  ]),
  actions: ACTIONS,
  options: {
    limit: {
      type: "string",
      valueHint: "N",
      description: "With list and search: the newest this many",
    },
    all: { type: "boolean", description: "With rm: every chat" },
    format: {
      type: "enum",
      options: ["json", "text", "md"],
      description: "Default: text at a terminal, else json; export: md, or json",
    },
  },
  examples: [
    ["modullm chats list", "the chats on record, the last used first"],
    ["modullm chats show what-is-wrong", "one of them"],
    ["modullm chats search disk full", "turns that hold all of these words"],
    ["modullm chats export what-is-wrong > log.md", "all that was said, as Markdown"],
    ["modullm chats rm what-is-wrong", "forget it"],
  ],
  async run(context) {
    return await runAction(ACTIONS, context);
  },
};
