import type { McpServerConfig } from "../../../config/config.ts";
import { readPin } from "../../../mcp/pins.ts";
import { readLogin } from "../../../mcp/oauth/logins.ts";
import type { Action } from "../../action.ts";
import { asText } from "../../format-option.ts";

/** A server of the configuration; nothing of it is started. */
export interface ListedServer {
  readonly name: string;
  /** What it is started with, or where it is reached. */
  readonly command?: readonly string[];
  readonly url?: string;
  /** How many of its tools somebody has said yes to; null: none has been seen. */
  readonly tools: number | null;
  /** Whether there is a login; null where there is none to give. */
  readonly logged_in: boolean | null;
  /** Variables that its entry names and that are not set. */
  readonly missing: readonly string[];
}

export const list: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { config } = await context.app();
    const servers = Object.entries(config.mcpServers).map(([name, server]): ListedServer => {
      const { at, missing } = server;
      const tools = readPin(config.paths, name)?.tools.length ?? null;
      const isLoggedIn = at.kind === "http" ? readLogin(config.paths, name, at.url) !== null : null;
      return { name, ...place(at), tools, logged_in: isLoggedIn, missing };
    });
    if (asText(context)) {
      const { serversText } = await import("../../render/mcp.ts");
      context.output.text(serversText(servers));
    } else context.output.json({ servers });
    return 0;
  },
};

function place(at: McpServerConfig["at"]): Pick<ListedServer, "command" | "url"> {
  return at.kind === "http" ? { url: at.url } : { command: [at.command, ...at.args] };
}
