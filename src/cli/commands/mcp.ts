import { type Actions, loadAction } from "../action.ts";
import type { Command } from "../command.ts";

/** What can be done beside serving, loaded when it is asked for. */
export const MCP_ACTIONS: Actions = {};
const NAMES = Object.keys(MCP_ACTIONS);

export const command: Command = {
  name: "mcp",
  summary: "Serve programs to agents over the Model Context Protocol",
  positionals: [
    {
      name: "ACTION",
      description: ["Without one it serves", ...NAMES].join(", "),
      required: false,
      suggest: NAMES,
    },
    { name: "NAME", description: "What it is about", required: false, many: true },
  ],
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
    // Without a description no help shows it: for the protocol's conformance suite.
    fixture: { type: "enum", options: ["conformance"] },
  },
  examples: [
    ["modullm mcp", "for a client that starts it and speaks over stdin and stdout"],
    ["modullm mcp --http 127.0.0.1:7117", "over HTTP; the token is shown on stderr"],
    ["modullm mcp --library ./programs --pin summary", "one folder, one program as a tool"],
  ],
  async run(context) {
    const [name, ...words] = context.positionals;
    if (name === undefined) return await (await import("./mcp/serve.ts")).serve(context);
    const action = await loadAction(MCP_ACTIONS, name, words);
    return await action.run(words, context);
  },
};
