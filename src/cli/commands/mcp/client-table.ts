import { existsSync } from "node:fs";
import { join } from "node:path";

/** A program that starts MCP servers, as far as its configuration goes. */
export interface McpClient {
  readonly title: string;
  /** Where it looks for the servers of all projects. */
  user(place: ClientPlace): string;
  /** Below a project's folder; absent where it knows no projects. */
  readonly project?: string;
  /** Where servers stand in the file, by name. */
  readonly path: readonly string[];
  readonly form: "json" | "toml";
  /** What it wants to know of a server. */
  entry(command: string, args: readonly string[]): Readonly<Record<string, unknown>>;
}

export interface ClientPlace {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/** In the order of the documentation. */
export const MCP_CLIENTS: Readonly<Record<string, McpClient>> = {
  "claude-desktop": {
    title: "Claude Desktop",
    user: (place) => join(settingsFolder(place), "Claude", "claude_desktop_config.json"),
    path: ["mcpServers"],
    form: "json",
    entry: (command, args) => ({ command, args }),
  },
  "claude-code": {
    title: "Claude Code",
    user: ({ home }) => join(home, ".claude.json"),
    project: ".mcp.json",
    path: ["mcpServers"],
    form: "json",
    entry: (command, args) => ({ type: "stdio", command, args }),
  },
  cursor: {
    title: "Cursor",
    user: ({ home }) => join(home, ".cursor", "mcp.json"),
    project: ".cursor/mcp.json",
    path: ["mcpServers"],
    form: "json",
    entry: (command, args) => ({ command, args }),
  },
  vscode: {
    title: "VS Code",
    user: (place) => join(settingsFolder(place), "Code", "User", "mcp.json"),
    project: ".vscode/mcp.json",
    path: ["servers"],
    form: "json",
    entry: (command, args) => ({ type: "stdio", command, args }),
  },
  zed: {
    title: "Zed",
    user(place) {
      const { home, platform } = place;
      const folder = platform === "darwin" ? join(home, ".config") : settingsFolder(place);
      return join(folder, platform === "win32" ? "Zed" : "zed", "settings.json");
    },
    project: ".zed/settings.json",
    path: ["context_servers"],
    form: "json",
    entry: (command, args) => ({ command, args }),
  },
  codex: {
    title: "Codex",
    user: ({ home, env }) => join(env["CODEX_HOME"] ?? join(home, ".codex"), "config.toml"),
    project: ".codex/config.toml",
    path: ["mcp_servers"],
    form: "toml",
    entry: (command, args) => ({ command, args }),
  },
  opencode: {
    title: "opencode",
    user({ home, env }) {
      const folder = join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "opencode");
      const commented = join(folder, "opencode.jsonc");
      return existsSync(commented) ? commented : join(folder, "opencode.json");
    },
    project: "opencode.json",
    path: ["mcp"],
    form: "json",
    entry: (command, args) => ({ type: "local", command: [command, ...args], enabled: true }),
  },
};

/** Where programs with windows keep their settings. */
function settingsFolder({ home, env, platform }: ClientPlace): string {
  if (platform === "darwin") return join(home, "Library", "Application Support");
  if (platform === "win32") return env["APPDATA"] ?? join(home, "AppData", "Roaming");
  return env["XDG_CONFIG_HOME"] ?? join(home, ".config");
}
