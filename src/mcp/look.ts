import type { Config } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import type { ListedTool } from "./listing.ts";
import { readLogin } from "./oauth/logins.ts";
import { type Changes, changesSince, readPin } from "./pins.ts";
import type { McpServers } from "./servers.ts";

/** A server of the configuration; nothing of it is started. Keys are a contract. */
export interface ListedServer {
  readonly name: string;
  /** What it is started with. */
  readonly command?: readonly string[];
  /** In place of that, where it is reached. */
  readonly url?: string;
  /** How many of its tools somebody has said yes to; null: none has been seen. */
  readonly tools: number | null;
  /** Whether there is a login; null where there can be none. */
  readonly logged_in: boolean | null;
  /** Variables that its entry names and that are not set. */
  readonly missing: readonly string[];
}

/** @throws {ModullmError} RLLM_018 for a pin or a login that can't be read */
export function listServers({ mcpServers, paths }: Config): readonly ListedServer[] {
  return Object.entries(mcpServers).map(([name, { at, missing }]) => ({
    name,
    ...(at.kind === "http" ? { url: at.url } : { command: [at.command, ...at.args] }),
    tools: readPin(paths, name)?.tools.length ?? null,
    logged_in: at.kind === "http" ? readLogin(paths, name, at.url) !== null : null,
    missing,
  }));
}

/** A server as it is now, beside what somebody said yes to. */
export interface ServerLook {
  readonly name: string;
  /** The revision of the protocol that it speaks. */
  readonly protocol: string | null;
  readonly tools: readonly ListedTool[];
  /** Whether anybody has said yes to any of its tools. */
  readonly isKnown: boolean;
  readonly changes: Changes;
}

/** Starts or reaches a server, and asks for its tools. @throws {ModullmError} as `tools` does */
export async function lookAt(
  name: string,
  {
    servers,
    paths,
    signal,
  }: { readonly servers: McpServers; readonly paths: Paths; readonly signal: AbortSignal },
): Promise<ServerLook> {
  const connection = await servers.connect(name);
  const tools = await connection.tools(signal);
  const pin = readPin(paths, name);
  return {
    name,
    protocol: connection.protocol,
    tools,
    isKnown: pin !== null,
    changes: changesSince(pin, tools),
  };
}
