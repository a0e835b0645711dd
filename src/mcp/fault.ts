import { ModullmError } from "../core/error.ts";
import { stopped } from "../core/waiting.ts";

/** Why a server can't be used. */
export interface Fault {
  /** What it did, as the part of a sentence behind a colon. */
  readonly reason: string;
  /** Which limit of time it passed. */
  readonly deadline?: "start" | "list" | "call";
  /** Of an HTTP answer. */
  readonly status?: number;
  /** @default true */
  readonly retryable?: boolean;
  readonly hint?: string;
}

/** RLLM_025. @param log the last lines of what the server wrote to standard error, redacted */
export function serverError(
  server: string,
  fault: Fault,
  { log = [], cause }: { readonly log?: readonly string[]; readonly cause?: unknown } = {},
): ModullmError {
  const { reason, deadline, status, retryable = true, hint } = fault;
  return new ModullmError("RLLM_025", `Cannot use MCP server "${server}": ${reason}`, {
    details: {
      server,
      reason,
      ...(deadline === undefined ? {} : { deadline }),
      ...(status === undefined ? {} : { status }),
      ...(log.length === 0 ? {} : { log }),
    },
    retryable,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** RLLM_014: the server lets nobody in without a login, or the one there is does not do. */
export function loginWanted(
  server: string,
  reason: string,
  { scope = null }: { readonly scope?: string | null } = {},
): ModullmError {
  const more = scope === null ? "" : ` --scope "${scope}"`;
  return new ModullmError("RLLM_014", `MCP server "${server}" wants a login: ${reason}`, {
    details: {
      provider: `mcp:${server}`,
      missing_env_var: null,
      model: null,
      checked_sources: [],
      reason,
      ...(scope === null ? {} : { scope }),
    },
    hint: `Run \`modullm mcp login ${server}${more}\`.`,
  });
}

/** RLLM_014: what the configuration names is not set. */
export function variablesWanted(server: string, missing: readonly string[]): ModullmError {
  const [first = null] = missing;
  const names = missing.join(", ");
  return new ModullmError("RLLM_014", `Cannot use MCP server "${server}": ${names} is not set`, {
    details: {
      provider: `mcp:${server}`,
      missing_env_var: first,
      model: null,
      checked_sources: [],
    },
    hint: `Set ${names}, or change mcp.servers.${server} in config.yaml.`,
  });
}

/** RLLM_021: what a server says of some of its tools has changed since somebody said yes. */
export function notAsSeen(server: string, tools: readonly string[]): ModullmError {
  const some = tools.slice(0, MOST_NAMES).map((name) => `"${name}"`);
  const more = tools.length > MOST_NAMES ? ` and ${tools.length - MOST_NAMES} more` : "";
  const reason = `what it says of ${some.join(", ")}${more} is not what somebody said yes to`;
  return notSeen(server, reason, tools);
}

/** RLLM_021: nobody has said yes to what a server says of its tools. */
export function notSeen(server: string, reason: string, tools: readonly string[]): ModullmError {
  return new ModullmError("RLLM_021", `Cannot use the tools of MCP server "${server}": ${reason}`, {
    details: { action: "call-tool", resource: server, rule: "trusted-tools-only", tools },
    hint: `Run \`modullm mcp trust ${server}\`, which shows what there is to say yes to.`,
  });
}

const MOST_NAMES = 10;

/** RLLM_022 for a caller that does not wait any longer. */
export function cancellation(signal: AbortSignal): ModullmError {
  return stopped(signal, "the request to the MCP server");
}

export function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

/** The first line of what a server says of a failure, short. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * SHOWN)
    .replaceAll(/\s+/g, " ")
    .trim();
  if (line === "") return "it does not say why";
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/** Characters of a server's message that are shown. */
const SHOWN = 500;
