import type { McpAuthConfig } from "./config.ts";
import { readHeaders, readVariable } from "./file-providers.ts";
import type { Field, Reader } from "./file-reader.ts";
import { keysIn } from "./keys.ts";

/** An MCP server as config.yaml describes it; `${NAME}` in `env` and `headers` not filled in. */
export interface McpServerEntry {
  readonly start: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string | null;
  } | null;
  /** Where `start` is null. */
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: McpAuthConfig;
  /** Milliseconds for one call; null: as long as calls have anyway. */
  readonly callMs: number | null;
}

/** What other clients write of a server, with the key that it then has. */
export const MCP_TYPES: Readonly<Record<string, "command" | "url">> = {
  stdio: "command",
  http: "url",
  "streamable-http": "url",
};

const MARK = "mcp.servers";
const SECONDS = { integer: false, least: 0.01 };
const PORT = { integer: true, least: 1 };
/** A name that can be a file's on every system, and stand in an origin. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function readMcpServers(value: unknown, reader: Reader): Map<string, McpServerEntry> {
  const servers = new Map<string, McpServerEntry>();
  const { servers: listed } = reader.mapping(value, ["mcp"], keysIn("mcp"));
  for (const [name, entry] of Object.entries(reader.mapping(listed, MARK.split(".")))) {
    const field = [...MARK.split("."), name];
    if (!NAME.test(name))
      reader.wrong(
        field,
        "is no name of a server: letters, digits, `.`, `_` and `-` make one, at most 64",
      );
    servers.set(name, readServer(entry, field, reader));
  }
  return servers;
}

function readServer(entry: unknown, field: Field, reader: Reader): McpServerEntry {
  const keys = reader.mapping(entry, field, keysIn(`${MARK}.NAME`));
  const command = reader.text(keys["command"], [...field, "command"]);
  const url = reader.url(keys["url"], [...field, "url"]);
  if ((command === null) === (url === null))
    reader.wrong(field, 'needs one of "command", a program to start, and "url", an address');
  const type = reader.text(keys["type"], [...field, "type"]);
  if (type !== null && MCP_TYPES[type] !== (command === null ? "url" : "command"))
    reader.wrong(
      [...field, "type"],
      `must be stdio beside a command, or http beside a url, but it is "${type}"`,
    );
  const seconds = reader.number(keys["timeout"], [...field, "timeout"], SECONDS);
  return {
    start:
      command === null
        ? null
        : {
            command,
            args: reader.texts(keys["args"], [...field, "args"]),
            env: readEnvironment(keys["env"], [...field, "env"], reader),
            cwd: reader.text(keys["cwd"], [...field, "cwd"]),
          },
    url,
    headers: readHeaders(keys["headers"], [...field, "headers"], reader),
    auth: readAuth(keys["auth"], [...field, "auth"], reader),
    callMs: seconds === null ? null : seconds * 1000,
  };
}

function readEnvironment(value: unknown, field: Field, reader: Reader): Record<string, string> {
  const variables: [string, string][] = [];
  for (const [name, entry] of Object.entries(reader.mapping(value, field))) {
    const at = [...field, name];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) reader.wrong(at, "is no name of a variable");
    const isPlain = typeof entry === "number" || typeof entry === "boolean";
    variables.push([name, reader.text(isPlain ? String(entry) : entry, at) ?? ""]);
  }
  return Object.fromEntries(variables);
}

function readAuth(value: unknown, field: Field, reader: Reader): McpAuthConfig {
  const keys = reader.mapping(value, field, keysIn(`${MARK}.NAME.auth`));
  const at = (key: string): Field => [...field, key];
  return {
    clientId: reader.text(keys["client_id"], at("client_id")),
    clientSecretEnv: readVariable(keys["client_secret_env"], at("client_secret_env"), reader),
    clientMetadataUrl: reader.url(keys["client_metadata_url"], at("client_metadata_url")),
    scope: reader.text(keys["scope"], at("scope")),
    redirectPort: reader.number(keys["redirect_port"], at("redirect_port"), PORT),
  };
}
