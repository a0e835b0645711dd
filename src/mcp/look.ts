import type { Paths } from "../config/paths.ts";
import type { ListedTool } from "./listing.ts";
import { type Changes, changesSince, readPin } from "./pins.ts";
import type { McpServers } from "./servers.ts";

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
