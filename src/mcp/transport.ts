import { setTimeout as sleep } from "node:timers/promises";
import {
  parseJSONRPCMessage,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import type { JsonObject } from "../core/json.ts";
import { givenVariables } from "../process/environment.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { serverError } from "./fault.ts";
import { LIMITS } from "./limits.ts";
import { ProcessTransport } from "./process-transport.ts";
import type { ServerOptions } from "./server-options.ts";

/** A way to a server, and what is known of its end. */
export interface ServerTransport {
  /** What the library speaks over. */
  readonly wire: Transport;
  /** Why it ended; null as long as it has not, or where there is nothing that ends. */
  readonly fault: string | null;
  /** Whether this side ended it. */
  readonly closed: boolean;
  /** Whether the server ended by itself before it had said anything. */
  readonly diedUnasked: boolean;
  /** The last lines of its standard error, redacted. */
  log(): readonly string[];
  /** Tells the server that the session is over, where there is one; not waited for long. */
  leave(): Promise<void>;
  /** Arguments as they can be sent. @throws {ModullmError} RLLM_025 for those that can't */
  arguments(input: JsonObject): Record<string, unknown>;
}

export function createTransport(options: ServerOptions): ServerTransport {
  const { at } = options.server;
  return at.kind === "http" ? overHttp(options, at) : overPipes(options, at);
}

type At<Kind> = Extract<ServerOptions["server"]["at"], { kind: Kind }>;

function overPipes(
  { env, cwd, redactor, deadlines }: ServerOptions,
  { command, args, env: own, cwd: folder }: At<"process">,
): ServerTransport {
  let heard = false;
  const wire = new ProcessTransport(
    { command, args, env: { ...givenVariables(env), ...own }, cwd: folder ?? cwd },
    {
      endMs: deadlines.end,
      parse(value) {
        heard = true;
        return parseJSONRPCMessage(value);
      },
    },
  );
  return {
    wire,
    get fault() {
      return wire.fault;
    },
    get closed() {
      return wire.closed;
    },
    get diedUnasked() {
      return wire.fault !== null && !wire.closed && !heard;
    },
    log: () => redacted(wire.log(), redactor),
    leave: () => Promise.resolve(),
    arguments: (input) => ({ ...input }),
  };
}

function overHttp(
  { name, authorizer, deadlines }: ServerOptions,
  { url, headers }: At<"http">,
): ServerTransport {
  const address = new URL(url);
  const wire = new StreamableHTTPClientTransport(address, {
    fetch: boundedFetch(fetch, LIMITS.message),
    requestInit: { headers: { ...headers } },
    // A login is asked for by whoever can be asked, not in the middle of a call.
    onInsufficientScope: "throw",
    ...(authorizer === null ? {} : { authProvider: authorizer }),
  });
  return {
    wire,
    fault: null,
    closed: false,
    diedUnasked: false,
    log: () => [],
    async leave() {
      const ended = wire.terminateSession().catch(() => {});
      await Promise.race([ended, sleep(deadlines.end, undefined, { ref: false })]);
    },
    arguments(input) {
      const field = Object.keys(input).find((key) => holdsBigint(input[key]));
      if (field === undefined) return { ...input };
      throw serverError(name, {
        reason: `"${field}" holds a whole number that can't be sent without losing digits`,
        retryable: false,
      });
    },
  };
}

function redacted(lines: readonly string[], redactor: Redactor): readonly string[] {
  return lines.map((line) => redactor.text(line));
}

function holdsBigint(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsBigint);
}
