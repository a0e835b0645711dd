import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  parseJSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  type Transport,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { setTimeout as sleep } from "node:timers/promises";
import { writeJson } from "../../core/json.ts";
import type { Principal } from "../../core/principal.ts";
import { readMessage } from "./read-message.ts";
import { createServer, type ServerParts } from "./server.ts";

export interface StdioOptions extends Omit<ServerParts, "notify"> {
  readonly principal: Principal;
  readonly input: AsyncIterable<Uint8Array>;
  /** Writes to stdout, where nothing but the protocol goes. */
  readonly write: (text: string) => void;
  /** Ends the serving. */
  readonly signal: AbortSignal;
  readonly report: (thrown: unknown) => void;
}

/** Bytes of a message. */
const MESSAGE_LIMIT = 4 * 1024 * 1024;
/** Milliseconds that what is being answered has yet when stdin ends. */
const GRACE_MS = 2000;

/** Serves the one client at stdin and stdout, until stdin ends. */
export async function serveProcess(options: StdioOptions): Promise<void> {
  const { principal, signal, report } = options;
  const silent = { toolsChanged() {}, promptsChanged() {} };
  const transport = lineTransport(options);
  const served = serveStdio(
    ({ era }) => createServer({ ...options, notify: silent }, { principal, era }),
    { transport, onerror: report },
  );
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([transport.ended, stopped]);
  options.tasks.close();
  await served.close();
}

interface LineTransport extends Transport {
  /** Resolves when nothing more comes in, and what came in has been answered. */
  readonly ended: Promise<void>;
}

/** One message a line, both ways. What is no message is answered as such; the next line counts. */
function lineTransport({ input, write, report }: StdioOptions): LineTransport {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { promise: answered, resolve: allAnswered } = Promise.withResolvers<void>();
  const waiting = new Set<RequestId>();
  let isOpen = true;
  let hasEnded = false;

  function send(message: JSONRPCMessage | object): Promise<void> {
    if (!isOpen) return Promise.resolve();
    write(`${writeJson(message)}\n`);
    if ("id" in message && !("method" in message)) waiting.delete(message.id as RequestId);
    if (hasEnded && waiting.size === 0) allAnswered();
    return Promise.resolve();
  }

  function take(line: string | null): void {
    try {
      const message = parseJSONRPCMessage(readMessage(line ?? ""));
      if (isJSONRPCRequest(message)) waiting.add(message.id);
      transport.onmessage?.(message);
    } catch (thrown) {
      report(thrown);
      void send(UNREADABLE);
    }
  }

  async function read(): Promise<void> {
    for await (const line of linesOf(input)) {
      if (!isOpen) return;
      if (line?.trim() !== "") take(line);
    }
    hasEnded = true;
    if (waiting.size > 0) await Promise.race([answered, sleep(GRACE_MS)]);
  }

  const transport: LineTransport = {
    ended,
    start() {
      read().catch(report).finally(end);
      return Promise.resolve();
    },
    send,
    close() {
      isOpen = false;
      transport.onclose?.();
      end();
      return Promise.resolve();
    },
  };
  return transport;
}

/** Lines without their ends; null for one that is longer than a message may be. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string | null> {
  let held: Uint8Array[] = [];
  let size = 0;
  function hold(piece: Uint8Array): void {
    size += piece.length;
    if (size > MESSAGE_LIMIT) held = [];
    else held.push(piece);
  }
  function release(): string | null {
    const line = size > MESSAGE_LIMIT ? null : Buffer.concat(held).toString("utf8");
    [held, size] = [[], 0];
    return line;
  }
  for await (const bytes of input) {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      hold(bytes.subarray(from, end));
      yield release();
      from = end + 1;
    }
    hold(bytes.subarray(from));
  }
  if (size > 0) yield release();
}

const NEWLINE = 10;
const UNREADABLE = {
  jsonrpc: "2.0",
  id: null,
  error: { code: ProtocolErrorCode.ParseError, message: "the line is not a message" },
};
