import { type Command, UsageError } from "../command.ts";
import type { ChatsAction } from "./chats/chats-action.ts";

/** What can be done with chats, loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, () => Promise<ChatsAction>>> = {
  list: async () => (await import("./chats/list.ts")).list,
  show: async () => (await import("./chats/show.ts")).show,
  search: async () => (await import("./chats/list.ts")).search,
  export: async () => (await import("./chats/show.ts")).exportChat,
  rm: async () => (await import("./chats/remove.ts")).remove,
};
const NAMES = Object.keys(ACTIONS);

export const command: Command = {
  name: "chats",
  summary: "List, show, search, export and forget the chats on record",
  positionals: [
    { name: "ACTION", description: NAMES.join(", "), required: true, suggest: NAMES },
    {
      name: "CHAT",
      description:
        "A chat's name, or the beginning of its id; `rm` takes many, `search` takes words",
      required: false,
      many: true,
      takes: "chat",
    },
  ],
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
    const [name = "", ...words] = context.positionals;
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!load) throw new UsageError(`"${name}" is not one of ${NAMES.join(", ")}`);
    return await (
      await load()
    )(context, words);
  },
};
