import {
  type CallToolResult,
  Client,
  type JsonSchemaValidatorResult,
  type Tool,
} from "@modelcontextprotocol/client";
import { type JsonObject, objectsIn } from "../core/json.ts";
import { VERSION } from "../core/version.ts";
import { serverError } from "./fault.ts";
import { LIMITS } from "./limits.ts";
import { type ListedTool, readTool, type UsableTool } from "./listing.ts";
import type { ServerOptions } from "./server-options.ts";
import { createTransport, type ServerTransport } from "./transport.ts";
import { explain } from "./thrown.ts";
import { unlessAborted } from "./wait.ts";

/** What a tool answered, as the protocol has it. */
export type ToolAnswer = Pick<CallToolResult, "content" | "structuredContent" | "isError">;

/** One connection to a server, from its start to its end. */
export interface Session {
  /** The revision that is spoken. */
  readonly protocol: string;
  /** The server's tools; asked for again once it has said that they have changed. */
  tools(signal: AbortSignal): Promise<readonly ListedTool[]>;
  call(tool: UsableTool, input: JsonObject, signal: AbortSignal): Promise<ToolAnswer>;
  /** Never throws. */
  close(): Promise<void>;
}

/**
 * Starts or reaches a server. It is offered nothing to ask for: no sampling, no roots, no questions
 * to the user.
 * @param ended called once, when it ends by itself; with why, where that is a fault
 * @throws {ModullmError} RLLM_025, RLLM_014
 */
export async function openSession(
  options: ServerOptions,
  ended: (fault: string | null) => void,
): Promise<Session> {
  const opened = await connect(options, ended);
  return new ClientSession(options, opened);
}

interface Opened {
  readonly client: Client;
  readonly transport: ServerTransport;
  /** Forgets the list of tools when the server says that it has changed. */
  onChange: () => void;
}

async function connect(
  options: ServerOptions,
  ended: (fault: string | null) => void,
): Promise<Opened> {
  try {
    return await connectOnce(options, ended, null);
  } catch (thrown) {
    // There are servers of the older revision that die of what they don't know before they are
    // introduced to: one more start, in their own words.
    if (!(thrown instanceof ProbeFailure)) throw thrown;
    return await connectOnce(options, ended, { kind: "legacy" });
  }
}

/** The process ended before anything had been said to it but what a newer server knows. */
class ProbeFailure extends Error {}

async function connectOnce(
  options: ServerOptions,
  ended: (fault: string | null) => void,
  prior: { readonly kind: "legacy" } | null,
): Promise<Opened> {
  const { deadlines, name } = options;
  const transport = createTransport(options);
  const opened: Opened = {
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
      signal: late,
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

class ClientSession implements Session {
  readonly protocol: string;
  readonly #options: ServerOptions;
  readonly #opened: Opened;
  #listing: Promise<readonly ListedTool[]> | null = null;

  constructor(options: ServerOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
    this.protocol = opened.client.getNegotiatedProtocolVersion() ?? "";
    opened.onChange = () => (this.#listing = null);
  }

  async tools(signal: AbortSignal): Promise<readonly ListedTool[]> {
    const listing = (this.#listing ??= this.#list());
    listing.catch(() => {
      if (this.#listing === listing) this.#listing = null;
    });
    return await this.#told("list", null, () => unlessAborted(listing, signal), signal);
  }

  async call(
    { name, input: inputSchema }: UsableTool,
    input: JsonObject,
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    const { client, transport } = this.#opened;
    // For the headers that it wants of its arguments.
    const toolDefinition = { name, inputSchema } as unknown as Tool;
    const given = { name, arguments: transport.arguments(input) };
    const options = { signal, timeout: this.#options.deadlines.call, toolDefinition };
    return await this.#told("call", name, () => client.callTool(given, options), signal);
  }

  async close(): Promise<void> {
    await this.#opened.client.close().catch(() => {});
  }

  /** All pages. It is everybody's, so that no one caller's signal ends it. */
  async #list(): Promise<readonly ListedTool[]> {
    const { client } = this.#opened;
    const { name } = this.#options;
    const fault = (reason: string): Error => serverError(name, { reason, retryable: false });
    if (!client.getServerCapabilities()?.tools) throw fault("it has no tools");
    const tools: ListedTool[] = [];
    let characters = 0;
    let cursor: string | undefined;
    for (let page = 0; ; page++) {
      if (page === LIMITS.pages) throw fault(`its list of tools has more than ${page} pages`);
      const params = cursor === undefined ? {} : { cursor };
      const options = { timeout: this.#options.deadlines.list };
      const answer = await client.request({ method: "tools/list", params }, options);
      for (const given of objectsIn(answer.tools)) {
        characters += JSON.stringify(given).length;
        tools.push(readTool(given));
      }
      if (tools.length > LIMITS.tools) throw fault(`it has more than ${LIMITS.tools} tools`);
      if (characters > LIMITS.listing)
        throw fault(`its list of tools has more than ${LIMITS.listing} characters`);
      if (answer.nextCursor === undefined) return once(tools);
      cursor = answer.nextCursor;
    }
  }

  async #told<T>(
    doing: "list" | "call",
    tool: string | null,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      const { name, deadlines } = this.#options;
      const { transport } = this.#opened;
      throw explain(thrown, { name, transport, doing, tool, limit: deadlines[doing], signal });
    }
  }
}

/** Of two tools of one name neither can be called by it. */
function once(tools: readonly ListedTool[]): readonly ListedTool[] {
  const counts = new Map<string, number>();
  for (const { name } of tools) counts.set(name, (counts.get(name) ?? 0) + 1);
  return tools.map((tool) =>
    tool.fault === null && (counts.get(tool.name) ?? 0) > 1
      ? { ...tool, fault: "has a name that is given twice" }
      : tool,
  );
}
