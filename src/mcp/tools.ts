import type { Config, McpServerConfig } from "../config/config.ts";
import { sha256 } from "../core/digest.ts";
import { ModullmError } from "../core/error.ts";
import { type Json, writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Action } from "../core/principal.ts";
import type { ForeignTool, KnownTool, ToolKnowledge, ToolSource } from "../model/tool.ts";
import { type Policy, requireAllowed } from "../policy/policy.ts";
import type { ToolEntry } from "../program/program.ts";
import { toolName } from "../program/tools.ts";
import type { Connection } from "./connection.ts";
import { notAsSeen, notSeen, serverError } from "./fault.ts";
import { type ListedTool, usable, type UsableTool } from "./listing.ts";
import { type Pin, type PinnedTool, readPin } from "./pins.ts";
import { resultOf } from "./results.ts";
import type { McpServers } from "./servers.ts";

/** Tools of MCP servers, as far as somebody has said yes to them. */
export interface McpToolsOptions {
  readonly config: Config;
  readonly servers: McpServers;
  /** Asked each time that somebody wants a server's tools. */
  readonly policy: Policy;
}

export function createMcpTools({ config, servers, policy }: McpToolsOptions): ToolSource {
  return {
    async open(entry, { principal, signal }) {
      const { name } = entry.from;
      permitServer(name, servers.config(name), (action, resource, facts) =>
        requireAllowed(policy, {
          action,
          principal,
          resource: { name: resource, facts },
          labels: [],
        }),
      );
      const wanted = wantedTools(entry, readPin(config.paths, name));
      const connection = await servers.connect(name);
      const listed = await connection.tools(signal);
      const isAll = entry.only === null;
      const now = requirePinned(name, wanted, { listed, isAll }).map((tool) => {
        const found = usable(tool);
        if (found === null) throw unusable(name, tool);
        return found;
      });
      const { at } = servers.config(name);
      return now.map((tool) => foreignTool(connection, tool, { entry, at }));
    },
    known(entry) {
      return Promise.resolve().then(() => knowledge(entry, config));
    },
  };
}

/** Asks the policy. @throws {ModullmError} RLLM_021 */
export type Permit = (
  action: Action,
  resource: string,
  facts: Readonly<Record<string, Json>>,
) => void;

/** Asks whether a server may be used, and something be sent to where it is. */
export function permitServer(name: string, server: McpServerConfig, permit: Permit): void {
  permit("call-tool", name, { kind: "mcp" });
  const [host] = hostsOf(server);
  if (host !== undefined) permit("egress", host, { server: name });
}

/** What is known of a server's tools without it; where nobody has seen them, that they are not. */
function knowledge(entry: ToolEntry, { mcpServers, paths }: Config): ToolKnowledge {
  const { name } = entry.from;
  const server = mcpServers[name];
  const reaches = server === undefined ? [`MCP server ${name}`] : reachesOf(name, server);
  const pin = readPin(paths, name);
  if (pin === null) {
    const why = server === undefined ? "no such server is configured" : "nobody has seen them";
    const unknown = `The tools of the MCP server "${name}" are not known here: ${why}`;
    return { tools: null, unknown, reaches };
  }
  return {
    tools: wantedTools(entry, pin).map((tool) => knownTool(tool, entry)),
    unknown: null,
    reaches,
  };
}

function reachesOf(name: string, server: McpServerConfig): readonly string[] {
  const hosts = hostsOf(server);
  return hosts.length > 0 ? hosts : [`MCP server ${name}`];
}

/** Where a server is reached over HTTP, its host. */
function hostsOf({ at }: McpServerConfig): readonly string[] {
  return at.kind === "http" ? [new URL(at.url).host] : [];
}

/** @throws {ModullmError} RLLM_021 without a pin, RLLM_008 for a name that is not in it */
function wantedTools({ from, only }: ToolEntry, pin: Pin | null): readonly PinnedTool[] {
  const { name } = from;
  if (pin === null) throw notSeen(name, "nobody has said yes to its tools", only ?? []);
  if (only === null) return pin.tools;
  const names = pin.tools.map((tool) => tool.name);
  const tools = new Map(pin.tools.map((tool) => [tool.name, tool]));
  return only.map((each) => {
    const tool = tools.get(each);
    if (tool !== undefined) return tool;
    const reason = `there is none among those that were said yes to.${didYouMean(each, names)}`;
    throw new ModullmError(
      "RLLM_008",
      `Cannot find the tool "${each}" of MCP server "${name}": ${reason}`,
      {
        details: { entry: each, reason },
        hint: `\`modullm mcp inspect ${name}\` shows its tools.`,
      },
    );
  });
}

/**
 * Tools as they are listed now. @param about.isAll whether there may be no others
 * @throws {ModullmError} RLLM_021 where what the server says of them is not what was seen
 */
function requirePinned(
  server: string,
  wanted: readonly Pick<PinnedTool, "name" | "digest">[],
  about: { readonly listed: readonly ListedTool[]; readonly isAll: boolean },
): readonly ListedTool[] {
  const listed = new Map(about.listed.map((tool) => [tool.name, tool]));
  const now = wanted.map(({ name }) => listed.get(name));
  const changed = wanted.filter(({ digest }, index) => now[index]?.digest !== digest);
  const seen = new Set(wanted.map(({ name }) => name));
  const added = about.isAll ? about.listed.filter(({ name }) => !seen.has(name)) : [];
  const names = [...changed, ...added].map(({ name }) => name);
  if (names.length === 0) return now.filter((tool) => tool !== undefined);
  throw notAsSeen(server, names);
}

function knownTool({ name, description, input, output }: PinnedTool, entry: ToolEntry): KnownTool {
  return {
    name: entry.as ?? toolName(name),
    description,
    input,
    origin: `mcp:${entry.from.name}/${name}`,
    ...(output === null ? {} : { output }),
  };
}

function foreignTool(
  connection: Connection,
  tool: UsableTool,
  { entry, at }: { readonly entry: ToolEntry; readonly at: McpServerConfig["at"] },
): ForeignTool {
  return {
    ...knownTool(tool, entry),
    identity: sha256(writeJson([tool.digest, at])),
    call: async (input, { signal }) => resultOf(await connection.call(tool, input, signal), tool),
  };
}

function unusable(server: string, { name, fault }: ListedTool): ModullmError {
  return serverError(server, { reason: `its tool "${name}" ${fault}`, retryable: false });
}
