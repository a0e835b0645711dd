import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import { type JsonObject, objectsIn } from "../core/json.ts";
import { unlessAborted } from "../core/waiting.ts";
import { cancellation, notAsSeen, serverError } from "./fault.ts";
import { LIMITS } from "./limits.ts";
import { type ListedTool, readTool, type UsableTool } from "./listing.ts";
import { type Ends, openClient, type OpenClient } from "./open-client.ts";
import type { ServerOptions } from "./server-options.ts";
import { explain } from "./thrown.ts";

/** What a tool answered, as the protocol has it. */
export type ToolAnswer = Pick<CallToolResult, "content" | "structuredContent" | "isError">;

/** One connection to a server, from its start to its end. */
export interface Session {
  /** The revision that is spoken. */
  readonly protocol: string;
  /** The server's tools; asked for again once it has said that they have changed. */
  tools(signal: AbortSignal): Promise<readonly ListedTool[]>;
  /** One call of a tool that is still as it was listed. @throws {ModullmError} RLLM_021 */
  call(tool: UsableTool, input: JsonObject, signal: AbortSignal): Promise<ToolAnswer>;
  /** Never throws. */
  close(): Promise<void>;
}

/** @throws {ModullmError} as `openClient` does */
export async function openSession(options: ServerOptions, ends: Ends): Promise<Session> {
  return new ClientSession(options, await openClient(options, ends));
}

class ClientSession implements Session {
  readonly protocol: string;
  readonly #options: ServerOptions;
  readonly #opened: OpenClient;
  #listing: Promise<readonly ListedTool[]> | null = null;

  constructor(options: ServerOptions, opened: OpenClient) {
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
    return await this.#told(
      "list",
      null,
      () => unlessAborted(listing, signal, cancellation),
      signal,
    );
  }

  async call(
    { name, digest, input: inputSchema }: UsableTool,
    input: JsonObject,
    signal: AbortSignal,
  ): Promise<ToolAnswer> {
    const { client, transport } = this.#opened;
    const listed = await this.tools(signal);
    if (!listed.some((tool) => tool.name === name && tool.digest === digest))
      throw notAsSeen(this.#options.name, [name]);
    // For the headers that it wants of its arguments.
    const toolDefinition = { name, inputSchema } as unknown as Tool;
    const given = { name, arguments: transport.arguments(input) };
    const options = { signal, timeout: this.#options.deadlines.call, toolDefinition };
    return await this.#told("call", name, () => client.callTool(given, options), signal);
  }

  async close(): Promise<void> {
    const { client, transport } = this.#opened;
    await transport.leave();
    await client.close().catch(() => {});
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
