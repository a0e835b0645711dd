import { actionPositionals, runAction } from "../action.ts";
import type { Actions, Command } from "../command.ts";

/** What can be done with plugins, loaded when it is asked for. */
export const PLUGIN_ACTIONS: Actions = {
  list: {
    words: "",
    summary: "what is here, and whether it may run",
    load: async () => (await import("./plugins/list.ts")).action,
  },
  search: {
    words: "[WORD...]",
    summary: "packages of npm with the keyword modullm-plugin",
    load: async () => (await import("./plugins/search.ts")).action,
  },
  info: {
    words: "NAME",
    summary: "what it runs, provides and sees",
    load: async () => (await import("./plugins/info.ts")).action,
  },
  install: {
    words: "SOURCE",
    summary: "an npm package, a folder, a .tgz or a git URL; no script of a package is run",
    load: async () => (await import("./plugins/install.ts")).install,
  },
  update: {
    words: "[NAME...]",
    summary: "those that are named, or all that are installed",
    load: async () => (await import("./plugins/install.ts")).update,
  },
  remove: {
    words: "NAME...",
    summary: "delete what was installed",
    load: async () => (await import("./plugins/remove.ts")).action,
  },
  trust: {
    words: "NAME",
    summary: "let it run as its files are now; a changed file needs a new yes",
    load: async () => (await import("./plugins/trust.ts")).trust,
  },
  distrust: {
    words: "NAME",
    summary: "take the yes back",
    load: async () => (await import("./plugins/trust.ts")).distrust,
  },
  test: {
    words: "NAME|FOLDER|COMMAND",
    summary: "check that it keeps to the protocol",
    load: async () => (await import("./plugins/test.ts")).action,
  },
  new: {
    words: "NAME",
    summary: "write a plugin that works, to be changed; needs --lang",
    load: async () => (await import("./plugins/new.ts")).action,
  },
};

/** Actions that change what is here, or what may run. */
const CHANGING: ReadonlySet<string> = new Set(["install", "update", "remove", "trust", "distrust"]);

export const command: Command = {
  name: "plugins",
  summary: "Get models and tools that others have written, and decide which of them may run",
  positionals: actionPositionals(PLUGIN_ACTIONS, [
    {
      name: "NAME",
      description:
        "What it is about; `install` takes an npm package, a folder, a .tgz or a git URL, " +
        "`test` a folder or a command",
      many: true,
      takes: "file",
    },
  ]),
  actions: PLUGIN_ACTIONS,
  options: {
    yes: {
      type: "boolean",
      description: "With install and update: trust what comes, without a question",
    },
    lang: {
      type: "enum",
      options: ["ts", "python", "bash"],
      description: "With new: what it is written in",
    },
    kind: {
      type: "enum",
      options: ["model", "tool"],
      description: "With new: what it provides; model if left out",
    },
    model: {
      type: "string",
      valueHint: "NAME",
      description: "With test: the model to ask; the first it lists if left out",
    },
    "embed-model": {
      type: "string",
      valueHint: "NAME",
      description: "With test: the model to ask for vectors",
    },
    "rerank-model": {
      type: "string",
      valueHint: "NAME",
      description: "With test: the model to ask for scores",
    },
    settings: {
      type: "string",
      valueHint: "JSON",
      description: "With test: settings, in place of those of config.yaml",
    },
    env: {
      type: "string",
      valueHint: "NAME",
      description: "With test and a command: a variable that it gets; may be repeated",
    },
    only: {
      type: "string",
      valueHint: "TEXT",
      description: "With test: only checks whose id contains this",
    },
    timeout: {
      type: "string",
      valueHint: "SECONDS",
      description: "With test: how long an answer may take; 30 if left out",
    },
  },
  rest: "With test: a command that speaks the protocol, and its arguments",
  examples: [
    ["modullm plugins list", "every plugin there is here, and whether it may run"],
    ["modullm plugins search llama", "plugins that the registry has"],
    ["modullm plugins install modullm-plugin-acme", "from npm; then `acme/…` is a model"],
    ["modullm plugins install ./acme", "from a folder, offline; also ./acme.tgz, git+https://…"],
    ["modullm plugins info acme", "what it runs, provides and sees"],
    ["modullm plugins trust acme", "let it run as it is now; a changed file needs a new yes"],
    ["modullm plugins new --lang python acme", "write a plugin that works, to be changed"],
    ["modullm plugins new --kind tool --lang ts dice", "the same for tools that models call"],
    ["modullm plugins test ./acme", "check that it keeps to the protocol; exit 1 if not"],
    ["modullm plugins test -- python3 acme.py --fast", "the same for any command"],
  ],
  async run(context) {
    const [name = ""] = context.positionals;
    if (CHANGING.has(name)) (await context.app()).permit("manage", `plugins.${name}`);
    return await runAction(PLUGIN_ACTIONS, context);
  },
};
