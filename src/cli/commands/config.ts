import { CONFIG_KEYS } from "../../config/keys.ts";
import { type Command, UsageError } from "../command.ts";
import { FORMAT_OPTION } from "../format-option.ts";
import type { ConfigAction } from "./config/config-action.ts";

/** What can be done with the configuration, loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, () => Promise<ConfigAction>>> = {
  list: async () => (await import("./config/list.ts")).list,
  get: async () => (await import("./config/list.ts")).get,
  set: async () => (await import("./config/change.ts")).set,
  unset: async () => (await import("./config/change.ts")).unset,
  edit: async () => (await import("./config/edit.ts")).edit,
  check: async () => (await import("./config/check.ts")).check,
  path: async () => (await import("./config/check.ts")).path,
  schema: async () => (await import("./config/check.ts")).schema,
  key: async () => (await import("./config/key.ts")).key,
};
const NAMES = Object.keys(ACTIONS);

export const command: Command = {
  name: "config",
  summary: "Show and change settings: which counts and where it is from; keep a provider's key",
  positionals: [
    { name: "ACTION", description: NAMES.join(", "), required: true, suggest: NAMES },
    {
      name: "KEY",
      description: "A key of config.yaml, such as runtime.default_model; with key: a provider",
      required: false,
      suggest: Object.keys(CONFIG_KEYS).filter((key) => !key.includes("NAME")),
    },
    { name: "VALUE", description: "With set: the value, as YAML writes it", required: false },
  ],
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
    const [name = "", ...words] = context.positionals;
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!load) throw new UsageError(`"${name}" is not one of ${NAMES.join(", ")}`);
    return await (
      await load()
    )(context, words);
  },
};
