import {
  InsufficientScopeError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { ModullmError } from "../core/error.ts";
import { TooLarge } from "./bounded-fetch.ts";
import { cancellation, type Fault, loginWanted, oneLine, seconds, serverError } from "./fault.ts";
import { startTooLate } from "./process-transport.ts";
import type { ServerTransport } from "./transport.ts";

/** RLLM_025: the server does not know the session any more, and has not done what was asked. */
export class SessionLost extends ModullmError {
  constructor(server: string) {
    const reason = "it does not know the session that it has given";
    super("RLLM_025", `Cannot use MCP server "${server}": ${reason}`, {
      details: { server, reason, status: 404 },
    });
  }
}

/** What was asked of a server that it did not do. */
export interface Doing {
  readonly name: string;
  readonly transport: ServerTransport;
  readonly doing: "start" | "list" | "call";
  /** The tool that was called. */
  readonly tool?: string | null;
  /** Milliseconds that it had. */
  readonly limit: number;
  /** Of whoever waits; aborted, it says why. */
  readonly signal?: AbortSignal;
}

/**
 * What the library, or this room, threw, as whoever asked is told; `SessionLost` where asking again
 * will do.
 */
export function explain(thrown: unknown, about: Doing): ModullmError {
  const { name, transport, signal } = about;
  if (thrown instanceof ModullmError) return thrown;
  if (signal?.aborted) return cancellation(signal);
  const { cause } = thrown as { cause?: unknown };
  if (cause instanceof ModullmError) return cause;
  if (thrown instanceof InsufficientScopeError)
    return loginWanted(name, "it asks for rights that the login does not have", {
      scope: thrown.requiredScope ?? null,
    });
  if (thrown instanceof UnauthorizedError || statusOf(thrown) === 401)
    return loginWanted(name, "it does not take what it was sent to log in");
  if (statusOf(thrown) === 404 && transport.wire.sessionId !== undefined)
    return new SessionLost(name);
  return serverError(name, faultOf(thrown, about), { log: transport.log(), cause: thrown });
}

function faultOf(thrown: unknown, { transport, doing, tool, limit }: Doing): Fault {
  const what = tool ? `the tool "${tool}"` : `"${METHODS[doing]}"`;
  if (transport.fault !== null && !transport.closed) return { reason: transport.fault };
  if (thrown instanceof ProtocolError) {
    const reason = `it refused ${what}: ${oneLine(thrown.message)} (error ${thrown.code})`;
    return { reason, retryable: false };
  }
  const status = statusOf(thrown);
  if (status !== null)
    return {
      reason: `it answered ${what} with HTTP ${status}`,
      status,
      retryable: status >= 500 || status === 429,
    };
  const large = chain(thrown).find((each) => each instanceof TooLarge);
  if (large !== undefined) return { reason: large.message, retryable: false };
  const unreachable = networkReason(thrown);
  if (unreachable !== null) return { reason: `it can't be reached: ${unreachable}` };
  if (thrown instanceof SdkError) return libraryFault(thrown, { what, doing, limit });
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { reason: `it can't be reached: ${oneLine(reason)}` };
}

const METHODS = { start: "initialize", list: "tools/list", call: "tools/call" } as const;

function libraryFault(
  { code, message }: SdkError,
  { what, doing, limit }: { what: string; doing: Doing["doing"]; limit: number },
): Fault {
  switch (code) {
    case SdkErrorCode.RequestTimeout:
      return doing === "start"
        ? { reason: startTooLate(limit), deadline: "start" }
        : { reason: `it did not finish ${what} within ${seconds(limit)}`, deadline: doing };
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.NotConnected:
      return { reason: "the connection was closed" };
    case SdkErrorCode.InputRequiredRoundsExceeded:
    case SdkErrorCode.CapabilityNotSupported:
    case SdkErrorCode.UnsupportedResultType: {
      const reason = `${what} wants to ask for something that is not offered: ${oneLine(message)}`;
      return { reason, retryable: false };
    }
    default:
      return { reason: `it broke the protocol at ${what}: ${oneLine(message)}`, retryable: false };
  }
}

function statusOf(thrown: unknown): number | null {
  return thrown instanceof SdkHttpError ? (thrown.status ?? null) : null;
}

/** Null where no connection failed. */
function networkReason(thrown: unknown): string | null {
  const codes = chain(thrown).flatMap((each) => ("code" in each ? [String(each.code)] : []));
  return codes.map((code) => REASONS[code]).find((reason) => reason !== undefined) ?? null;
}

/** What runtimes call the ways in which a connection fails. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host could not be looked up",
  ECONNREFUSED: "nothing listens there",
  ConnectionRefused: "nothing listens there",
  ECONNRESET: "the connection broke",
  ConnectionClosed: "the connection broke",
};

function chain(thrown: unknown): readonly Error[] {
  const errors: Error[] = [];
  for (let each = thrown; each instanceof Error && errors.length < 8; each = each.cause)
    errors.push(each);
  return errors;
}
