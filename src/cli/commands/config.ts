import { CONFIG_KEYS } from "../../config/keys.ts";
import { actionPositionals, runAction } from "../action.ts";
import type { Actions, Command } from "../command.ts";
import { FORMAT_OPTION } from "../format-option.ts";

/** What can be done with the configuration, loaded when it is asked for. */
const ACTIONS: Actions = {
  list: {
    words: "",
    summary: "what is set, and where",
    load: async () => (await import("./config/list.ts")).list,
  },
  get: {
    words: "KEY",
    summary: "one key, with the file that wins",
    load: async () => (await import("./config/list.ts")).get,
  },
  set: {
    words: "KEY VALUE",
    summary: "write a value; comments of the file stay",
    load: async () => (await import("./config/change.ts")).set,
  },
  unset: {
    words: "KEY",
    summary: "take it out of the file",
    load: async () => (await import("./config/change.ts")).unset,
  },
  edit: {
    words: "",
    summary: "open the file in your editor, then check it",
    load: async () => (await import("./config/edit.ts")).edit,
  },
  check: {
    words: "",
    summary: "read every file that counts, and say what is wrong",
    load: async () => (await import("./config/check.ts")).check,
  },
  path: {
    words: "",
    summary: "the files that count, and the folders",
    load: async () => (await import("./config/check.ts")).path,
  },
  schema: {
    words: "",
    summary: "config.yaml as a JSON Schema",
    load: async () => (await import("./config/check.ts")).schema,
  },
  key: {
    words: "PROVIDER",
    summary: "keep a provider's key: typed without being shown, or from a pipe",
    load: async () => (await import("./config/key.ts")).key,
  },
};

export const command: Command = {
  name: "config",
  summary: "Show and change settings: which counts and where it is from; keep a provider's key",
  positionals: actionPositionals(ACTIONS, [
    {
      name: "KEY",
      description: "A key of config.yaml, such as runtime.default_model; with key: a provider",
      suggest: Object.keys(CONFIG_KEYS).filter((key) => !key.includes("NAME")),
    },
    { name: "VALUE", description: "With set: the value, as YAML writes it" },
  ]),
  actions: ACTIONS,
  options: {
    project: {
      type: "boolean",
      description:
        "Change this folder's .modullm/config.yaml, or with key its .env, in place of your own",
    },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm config list", "what is set, and where"],
    ["modullm config get runtime.default_model", "one key, with the file that wins"],
    ["modullm config set runtime.default_model openai/gpt-5-mini", "comments of the file stay"],
    ["modullm config set runtime.fallbacks '[ollama/llama3.2]'", "a list"],
    ["modullm config unset runtime.default_model", "take it back"],
    ["modullm config key openai", "type a key that is not shown; or pipe it in"],
    ["modullm config schema > config.schema.json", "for an editor"],
  ],
  async run(context) {
    return await runAction(ACTIONS, context);
  },
};
