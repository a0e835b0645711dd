import { runAction } from "../action.ts";
import type { Actions, Command } from "../command.ts";
import { FORMAT_OPTION } from "../format-option.ts";

/** What can be done beside serving, loaded when it is asked for. */
const MCP_ACTIONS: Actions = {
  install: {
    words: "CLIENT",
    summary: "write into a client's configuration that it may start this server",
    load: async () => (await import("./mcp/install.ts")).install,
  },
  uninstall: {
    words: "CLIENT",
    summary: "take that out again",
    load: async () => (await import("./mcp/install.ts")).uninstall,
  },
  list: {
    words: "",
    summary: "the servers whose tools programs may name, from the configuration",
    load: async () => (await import("./mcp/list.ts")).list,
  },
  inspect: {
    words: "SERVER",
    summary: "start or reach one, and show its tools and what of them is new",
    load: async () => (await import("./mcp/inspect.ts")).inspect,
  },
  trust: {
    words: "SERVER",
    summary: "show what of its tools is new, and let models call them as they are now",
    load: async () => (await import("./mcp/trust.ts")).trust,
  },
  call: {
    words: "SERVER TOOL",
    summary: "call a tool by hand, with an input as `run` takes it",
    load: async () => (await import("./mcp/call.ts")).call,
  },
  login: {
    words: "SERVER",
    summary: "log in at one over HTTP, in a browser",
    load: async () => (await import("./mcp/login.ts")).login,
  },
  logout: {
    words: "SERVER",
    summary: "forget the login",
    load: async () => (await import("./mcp/login.ts")).logout,
  },
};

export const command: Command = {
  name: "mcp",
  summary: "Serve programs to agents over the Model Context Protocol",
  positionals: [
    {
      name: "ACTION",
      description: "What to do; without it, it serves",
      required: false,
      suggest: Object.keys(MCP_ACTIONS),
    },
    {
      name: "NAME",
      description: "A server, or with install and uninstall a client",
      required: false,
      many: true,
    },
  ],
  actions: MCP_ACTIONS,
  options: {
    http: {
      type: "string",
      valueHint: "HOST:PORT",
      description: "Serve over HTTP, in place of stdin and stdout; port 0 takes a free one",
    },
    library: {
      type: "string",
      valueHint: "FOLDER",
      description: "Serve the programs of this folder, in place of the library; may be repeated",
    },
    pin: {
      type: "string",
      valueHint: "NAME",
      description: "Make this program a tool of its own; may be repeated",
    },
    budget: {
      type: "string",
      valueHint: "LIMITS",
      description:
        "What each client may spend, such as usd=1,calls=500; ms is the time that a run may take",
    },
    runs: {
      type: "string",
      valueHint: "N",
      description: "Programs that may run at a time (default 64)",
    },
    input: {
      type: "string",
      valueHint: "JSON",
      description: "With call: the input as a JSON object; - reads stdin",
    },
    "input-file": {
      type: "string",
      valueHint: "PATH",
      description: "With call: the input, from a JSON or YAML file",
    },
    format: FORMAT_OPTION,
    project: {
      type: "boolean",
      description: "With install and uninstall: this folder's file, in place of your own",
    },
    "dry-run": {
      type: "boolean",
      description: "With install and uninstall: show what would be written, and write nothing",
    },
    yes: { type: "boolean", description: "With install, uninstall and trust: without a question" },
    scope: { type: "string", valueHint: "TEXT", description: "With login: rights to ask for too" },
    "no-browser": { type: "boolean", description: "With login: only show the address" },
    // Without a description no help shows it: for the protocol's conformance suite.
    fixture: { type: "enum", options: ["conformance"] },
  },
  rest: "With call: key=value pairs, laid over the input",
  examples: [
    ["modullm mcp", "for a client that starts it and speaks over stdin and stdout"],
    ["modullm mcp --http 127.0.0.1:7117", "over HTTP; the token is shown on stderr"],
    ["modullm mcp install claude-code", "have a client start it; what its file has stays"],
    ["modullm mcp list", "servers whose tools programs may name"],
    ["modullm mcp trust files", "see what a server's tools are, and let models call them"],
    ["modullm mcp call files read_file -- path=notes.txt", "call one by hand"],
    ["modullm mcp --library ./programs --pin summary", "one folder, one program as a tool"],
  ],
  async run(context) {
    if (context.positionals.length === 0)
      return await (await import("./mcp/serve.ts")).serve(context);
    return await runAction(MCP_ACTIONS, context);
  },
};
