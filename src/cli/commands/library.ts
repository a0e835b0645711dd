import { COMPLEXITIES, LATENCIES } from "../../library/program-index.ts";
import { actionPositionals, runAction } from "../action.ts";
import type { Actions, Command } from "../command.ts";
import { FORMAT_OPTION } from "../format-option.ts";

/** What can be done with the library, loaded when it is asked for. */
const LIBRARY_ACTIONS: Actions = {
  add: {
    words: "FOLDER...",
    summary: "look for programs below these folders too; written into config.yaml",
    load: async () => (await import("./library/folders.ts")).add,
  },
  remove: {
    words: "FOLDER...",
    summary: "take folders out of config.yaml; no file is deleted",
    load: async () => (await import("./library/folders.ts")).remove,
  },
  list: {
    words: "",
    summary: "every program, broken ones with their fault",
    load: async () => (await import("./library/find.ts")).list,
  },
  index: {
    words: "",
    summary: "read what is new or has changed, and say what that was",
    load: async () => (await import("./library/scan.ts")).index,
  },
  search: {
    words: "WORD...",
    summary: "programs for a task, in your own words",
    load: async () => (await import("./library/find.ts")).search,
  },
  tree: {
    words: "[CATEGORY]",
    summary: "the categories, with what opening each costs in tokens; or one, opened",
    load: async () => (await import("./library/find.ts")).tree,
  },
  show: {
    words: "NAME",
    summary: "all that is known of one program",
    load: async () => (await import("./library/find.ts")).show,
  },
  classify: {
    words: "[NAME...]",
    summary: "ask a model where programs stand that nobody has decided; or look over, or decide",
    load: async () => (await import("./library/classify.ts")).classify,
  },
  install: {
    words: "SOURCE",
    summary: "npm:NAME, a folder, a .tgz or a git URL of programs; no script of it is run",
    load: async () => (await import("./library/packages.ts")).install,
  },
  update: {
    words: "[NAME...]",
    summary: "packages that are named, or all that are installed",
    load: async () => (await import("./library/packages.ts")).update,
  },
  uninstall: {
    words: "NAME...",
    summary: "delete what was installed",
    load: async () => (await import("./library/packages.ts")).uninstall,
  },
  publish: {
    words: "FOLDER",
    summary: "put a folder of programs into the registry, with the key of your .npmrc",
    load: async () => (await import("./library/packages.ts")).publish,
  },
};

export const command: Command = {
  name: "library",
  summary: "Find programs among many: folders of them, indexed, searched and sorted into a tree",
  positionals: actionPositionals(LIBRARY_ACTIONS, [
    {
      name: "WORD",
      description: "What it is about: folders, words to search for, a category, a program",
      many: true,
      takes: "folder",
    },
  ]),
  actions: LIBRARY_ACTIONS,
  options: {
    domain: { type: "string", valueHint: "NAME", description: "Only programs of this domain" },
    task: { type: "string", valueHint: "NAME", description: "Only programs that do this" },
    shape: {
      type: "string",
      valueHint: "NAME",
      description: "Only programs with such contracts, such as text-to-record",
    },
    complexity: {
      type: "enum",
      options: [...COMPLEXITIES],
      description: "Only programs that are one call, use others, or have tools",
    },
    latency: {
      type: "enum",
      options: [...LATENCIES],
      description: "Only programs whose runs took so long, by their median",
    },
    tag: {
      type: "string",
      valueHint: "TAG",
      description: "Only programs with this tag; may be repeated",
    },
    limit: {
      type: "string",
      valueHint: "N",
      description: "Programs of a page, at most 100; 15 if left out, with list all",
    },
    cursor: {
      type: "string",
      valueHint: "CURSOR",
      description: "Read on from `next_cursor` of a page",
    },
    force: { type: "boolean", description: "With index: read every file again" },
    review: { type: "boolean", description: "With classify: show where programs stand, and why" },
    category: {
      type: "string",
      valueHint: "DOMAIN/TASK",
      description: "With classify and names: where they stand, such as finance/extract",
    },
    write: {
      type: "boolean",
      description: "With classify and names: into metadata.category of their files too",
    },
    model: {
      type: "string",
      valueHint: "MODEL",
      description: "With classify: the provider/name to ask; the configured one if left out",
    },
    yes: {
      type: "boolean",
      description: "With install, update and publish: without a question",
    },
    project: {
      type: "boolean",
      description: "With add and remove: this folder's .modullm/config.yaml, not your own",
    },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm library add ~/programs", "look for programs there too"],
    ["modullm library search condense a customer complaint", "in your own words"],
    ["modullm library tree", "what there is, by domain, task and shape"],
    ["modullm library tree finance", "one category, page by page"],
    ["modullm library list --latency slow", "by how long their runs took"],
    ["modullm library show summary", "contracts, category, stats"],
    [
      "modullm library install npm:acme-programs",
      "from a registry; also ./acme.tgz, git+https://…",
    ],
    ["modullm library classify --review", "where programs stand, and who said so"],
    ["modullm library classify summary --category news/summarize", "decide it yourself"],
  ],
  async run(context) {
    const [name = ""] = context.positionals;
    if (CHANGING.has(name)) (await context.app()).permit("manage", `library.${name}`);
    return await runAction(LIBRARY_ACTIONS, context);
  },
};

/** Actions that change what is here, or may be run. */
const CHANGING: ReadonlySet<string> = new Set([
  "add",
  "remove",
  "classify",
  "install",
  "update",
  "uninstall",
  "publish",
]);
