import { nearest } from "../../core/nearest.ts";
import { type Command, UsageError } from "../command.ts";
import type { PluginAction } from "./plugins/plugin-action.ts";

/** What can be done with plugins, loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, () => Promise<PluginAction>>> = {
  list: async () => (await import("./plugins/list.ts")).action,
  search: async () => (await import("./plugins/search.ts")).action,
  info: async () => (await import("./plugins/info.ts")).action,
  install: async () => (await import("./plugins/install.ts")).install,
  update: async () => (await import("./plugins/install.ts")).update,
  remove: async () => (await import("./plugins/remove.ts")).action,
  trust: async () => (await import("./plugins/trust.ts")).trust,
  distrust: async () => (await import("./plugins/trust.ts")).distrust,
};

export const command: Command = {
  name: "plugins",
  summary: "Get providers that others have written, and decide which of them may run",
  positionals: [
    { name: "ACTION", description: Object.keys(ACTIONS).join(", "), required: true },
    {
      name: "NAME",
      description: "What it is about; `install` takes an npm package, a folder, a .tgz or a git URL",
      required: false,
      many: true,
    },
  ],
  options: {
    yes: { type: "boolean", description: "With install and update: trust what comes, without a question" },
  },
  examples: [
    ["modullm plugins list", "every plugin there is here, and whether it may run"],
    ["modullm plugins search llama", "plugins that the registry has"],
    ["modullm plugins install modullm-plugin-acme", "from npm; then `acme/…` is a model"],
    ["modullm plugins install ./acme", "from a folder, offline; also ./acme.tgz, git+https://…"],
    ["modullm plugins info acme", "what it runs, provides and sees"],
    ["modullm plugins trust acme", "let it run as it is now; a changed file needs a new yes"],
  ],
  async run(context) {
    const [name = "", ...words] = context.positionals;
    const load = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!load) {
      const near = nearest(name, Object.keys(ACTIONS));
      const meant = near === null ? "" : `; did you mean "${near}"?`;
      throw new UsageError(`"${name}" is not one of ${Object.keys(ACTIONS).join(", ")}${meant}`);
    }
    const action = await load();
    if (words.length < action.least) throw new UsageError(`${name} needs ${action.wants}`);
    if (words.length > action.most)
      throw new UsageError(`"${words[action.most]}" is one argument too many for ${name}`);
    return await action.run(words, context);
  },
};
