import type { Config, McpServerConfig } from "../config/config.ts";
import { sha256 } from "../core/digest.ts";
import { ModullmError } from "../core/error.ts";
import { writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Principal } from "../core/principal.ts";
import type { Lease, Leases } from "../process/leases.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Connection } from "./connection.ts";
import { variablesWanted } from "./fault.ts";
import type { Deadlines } from "./limits.ts";

/** The MCP servers of a workspace. Nothing is started before it is asked for. */
export interface McpServers {
  readonly names: readonly string[];
  /** @throws {ModullmError} RLLM_008 for a name that is not configured */
  config(name: string): McpServerConfig;
  /** @throws {ModullmError} as `config` does; RLLM_014 where a variable is not set */
  connect(name: string): Promise<Connection>;
  /** Lets go of all; the last workspace that does ends a server. */
  close(): Promise<void>;
}

export interface McpServersOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly principal: Principal;
  readonly redactor: Redactor;
  /** Those of the process. */
  readonly connections: Leases<Connection>;
  readonly deadlines?: Partial<Deadlines>;
}

export function createMcpServers(options: McpServersOptions): McpServers {
  const { mcpServers } = options.config;
  const leases = new Map<string, Promise<Lease<Connection>>>();

  function configOf(name: string): McpServerConfig {
    const server = mcpServers[name];
    if (server !== undefined) return server;
    const reason = "no such server is configured";
    const near = didYouMean(name, Object.keys(mcpServers));
    throw new ModullmError("RLLM_008", `Cannot find MCP server "${name}": ${reason}.${near}`, {
      details: { entry: name, reason },
      hint: "`modullm mcp list` shows those that are; they stand under mcp.servers in config.yaml.",
    });
  }

  return {
    names: Object.keys(mcpServers),
    config: configOf,
    async connect(name) {
      const server = configOf(name);
      if (server.missing.length > 0) throw variablesWanted(name, server.missing);
      const lease = leases.get(name) ?? leaseOf(name, server, options);
      leases.set(name, lease);
      return (await lease).held;
    },
    async close() {
      const all = await Promise.allSettled(leases.values());
      leases.clear();
      for (const each of all) if (each.status === "fulfilled") await each.value.release();
    },
  };
}

/** Workspaces share a server where it is started alike, for the same tenant. */
async function leaseOf(
  name: string,
  server: McpServerConfig,
  options: McpServersOptions,
): Promise<Lease<Connection>> {
  const { config, env, cwd, principal, redactor, connections, deadlines = {} } = options;
  const { createConnection } = await import("./connection.ts");
  const { authorizerOf } = await import("./oauth/authorizer.ts");
  const { at } = server;
  const key = [principal.tenant, name, server, at.kind === "process" ? cwd : null];
  return connections.lease(sha256(writeJson([...key, config.paths, config.secrets()])), () =>
    createConnection({
      name,
      server,
      env,
      cwd,
      redactor,
      deadlines,
      authorizer: at.kind === "http" ? authorizerOf({ name, at, config, redactor }) : null,
    }),
  );
}
