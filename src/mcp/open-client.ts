import { Client, type JsonSchemaValidatorResult } from "@modelcontextprotocol/client";
import { VERSION } from "../core/version.ts";
import type { ServerOptions } from "./server-options.ts";
import { explain } from "./thrown.ts";
import { createTransport, type ServerTransport } from "./transport.ts";

/** A client of the library that is connected. */
export interface OpenClient {
  readonly client: Client;
  readonly transport: ServerTransport;
  /** Forgets the list of tools when the server says that it has changed. */
  onChange: () => void;
}

/** What has a say in the end of a connection, or wants to know of it. */
export interface Ends {
  /** Called once, when it ends by itself; with why, where that is a fault. */
  ended(fault: string | null): void;
  /** Ends the start; once it is open, closing the client ends it. */
  readonly signal: AbortSignal;
}

/**
 * Starts or reaches a server. It is offered nothing to ask for: no sampling, no roots, no questions
 * to the user.
 * @throws {ModullmError} RLLM_025, RLLM_014
 */
export async function openClient(options: ServerOptions, ends: Ends): Promise<OpenClient> {
  try {
    return await connectOnce(options, ends, null);
  } catch (thrown) {
    // There are servers of the older revision that die of what they don't know before they are
    // introduced to: one more start, in their own words.
    if (!(thrown instanceof ProbeFailure)) throw thrown;
    return await connectOnce(options, ends, { kind: "legacy" });
  }
}

/** The process ended before anything had been said to it but what a newer server knows. */
class ProbeFailure extends Error {}

async function connectOnce(
  options: ServerOptions,
  { ended, signal }: Ends,
  prior: { readonly kind: "legacy" } | null,
): Promise<OpenClient> {
  const { deadlines, name } = options;
  const transport = createTransport(options);
  const opened: OpenClient = {
    client: new Client(
      { name: "modullm", version: VERSION },
      {
        versionNegotiation: { mode: "auto", probe: { timeoutMs: deadlines.probe } },
        // Results are held against their schemas here, by the contracts of this house.
        jsonSchemaValidator: { getValidator: () => passes },
        listChanged: {
          tools: { autoRefresh: false, debounceMs: 0, onChanged: () => opened.onChange() },
        },
      },
    ),
    transport,
    onChange: () => {},
  };
  const late = AbortSignal.timeout(deadlines.start);
  let isOpen = false;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the library has no events
  opened.client.onclose = () => {
    if (!isOpen) return;
    isOpen = false;
    ended(transport.closed ? null : transport.fault);
  };
  try {
    await opened.client.connect(transport.wire, {
      timeout: deadlines.start,
      signal: AbortSignal.any([late, signal]),
      ...(prior === null ? {} : { prior }),
    });
    isOpen = true;
    return opened;
  } catch (thrown) {
    const diedAtOnce = prior === null && transport.diedUnasked;
    await transport.wire.close().catch(() => {});
    if (diedAtOnce) throw new ProbeFailure();
    const error = explain(thrown, { name, transport, doing: "start", limit: deadlines.start });
    ended(error.code === "RLLM_025" ? String(error.details["reason"]) : null);
    throw error;
  }
}

function passes<T>(data: unknown): JsonSchemaValidatorResult<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked where it is used
  return { valid: true, data: data as T, errorMessage: undefined };
}
