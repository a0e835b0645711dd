/**
 * A model server that fails on purpose, in a process of its own. The model's name says how; any
 * other name is answered.
 *   bun scripts/failover/server.ts [SCALE]
 * Prints its port as a line of JSON. It speaks four protocols: see dialects/. `GET /control/log`
 * gives the requests seen since the last `GET /control/reset`, `GET /control/health` says ok. SCALE
 * shrinks all times but that of Retry-After: a client that shrinks its waits shrinks that one too.
 */
import { createServer, type Socket } from "node:net";
import { isObject } from "../../src/core/json.ts";
import { anthropic } from "./dialects/anthropic.ts";
import { chat } from "./dialects/chat.ts";
import type { Asked, Dialect } from "./dialects/dialect.ts";
import { gemini } from "./dialects/gemini.ts";
import { responses } from "./dialects/responses.ts";
import { ANSWER, type Fault, type Scenario, SCENARIOS, TOKEN_GAP, TOKENS } from "./scenarios.ts";

/** One request as the provider saw it. */
export interface Seen {
  readonly model: string;
  /** Milliseconds since the reset. */
  readonly at: number;
  readonly stream: boolean;
  readonly lastRole: string;
}

const DIALECTS: readonly Dialect[] = [chat, responses, anthropic, gemini];

const scale = Number(process.argv[2] ?? 1);
let start = performance.now();
let seen: Seen[] = [];

const server = createServer((socket) => {
  let raw = Buffer.alloc(0);
  let answered = false;
  socket.on("error", () => undefined);
  socket.on("data", (piece: Buffer) => {
    raw = Buffer.concat([raw, piece]);
    const request = answered ? null : readRequest(raw);
    if (request === null) return;
    answered = true;
    void answer(socket, request);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: isObject(address) ? address["port"] : null })}\n`);
});

interface Request {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

function readRequest(raw: Buffer): Request | null {
  const end = raw.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const lines = raw.subarray(0, end).toString();
  const length = Number(/^content-length: *(\d+)/im.exec(lines)?.[1] ?? 0);
  const text = raw.subarray(end + 4);
  if (text.length < length) return null;
  const path = (lines.split(" ")[1] ?? "/").replace(/\?.*$/, "");
  const body: unknown = length === 0 ? {} : JSON.parse(text.toString());
  return { path, body: isObject(body) ? body : {} };
}

async function answer(socket: Socket, { path, body }: Request): Promise<void> {
  if (path.startsWith("/control/")) return control(socket, path.slice("/control/".length));
  for (const dialect of DIALECTS) {
    const asked = dialect.asks(path, body);
    if (asked === null) continue;
    const { model, stream, lastRole } = asked;
    const scenario = SCENARIOS.find((each) => each.model === model) ?? null;
    const before = seen.filter((each) => each.model === model).length;
    seen.push({ model, at: performance.now() - start, stream, lastRole });
    const fault = scenario !== null && stillFails(scenario, before) ? scenario.fault : null;
    return await reply(socket, dialect, asked, fault);
  }
  sendJson(socket, 404, {
    error: { message: `There is nothing at ${path}`, type: "invalid_request_error" },
  });
}

function control(socket: Socket, command: string): void {
  if (command === "log") return sendJson(socket, 200, seen);
  if (command === "reset") {
    seen = [];
    start = performance.now();
  }
  sendJson(socket, 200, { ok: true });
}

function stillFails({ lasts }: Scenario, before: number): boolean {
  if (lasts === "always") return true;
  return "requests" in lasts
    ? before < lasts.requests
    : performance.now() - start < lasts.seconds * 1000 * scale;
}

async function reply(
  socket: Socket,
  dialect: Dialect,
  asked: Asked,
  fault: Fault | null,
): Promise<void> {
  const { model } = asked;
  if (fault?.kind === "reset") return void socket.resetAndDestroy();
  if (fault?.kind === "silent") {
    await wait(fault.seconds);
    return void socket.destroy();
  }
  if (fault?.kind === "status") {
    const { status, code, message, retryAfter } = fault;
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    return sendJson(socket, status, dialect.error(status, code, message), headers);
  }
  if (model === "fb-ok-noprefill" && asked.lastRole === "assistant") {
    const message = "This model does not support an assistant message at the end";
    return sendJson(socket, 400, dialect.error(400, "invalid_request", message));
  }
  if (asked.stream) await streamReply(socket, dialect, asked, fault);
  else await wholeReply(socket, dialect, model, fault);
}

async function streamReply(
  socket: Socket,
  dialect: Dialect,
  asked: Asked,
  fault: Fault | null,
): Promise<void> {
  const { model, counted } = asked;
  const piece = (text: string): void => {
    if (text !== "" && !socket.destroyed)
      socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  };
  socket.write(head(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" }));
  if (fault?.kind === "slow-start") await wait(fault.seconds);
  piece(dialect.start(model));
  for (const [index, token] of TOKENS.entries()) {
    if (fault?.kind === "cut" && index === fault.after) return void socket.destroy();
    if (fault?.kind === "stall" && index === fault.after) {
      await wait(fault.seconds);
      return void socket.destroy();
    }
    // An event of its own, beside those that hold the answer: the rest is whole. The first event
    // holds no token.
    if (fault?.kind === "malformed-event" && index === fault.at - 2)
      piece('data: {"id":"chatcmpl-1","object":"chat.comp\n\n');
    piece(dialect.token(token, model));
    await wait(TOKEN_GAP);
  }
  piece(dialect.finish(model, ANSWER, counted));
  if (fault?.kind !== "no-end") piece(dialect.end);
  socket.end("0\r\n\r\n");
}

/** A reply in one piece: what breaks within it breaks at the same part of it. */
async function wholeReply(
  socket: Socket,
  dialect: Dialect,
  model: string,
  fault: Fault | null,
): Promise<void> {
  const text = JSON.stringify(dialect.whole(model, ANSWER));
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
  };
  const part = fault?.kind === "cut" || fault?.kind === "stall" ? fault.after / TOKENS.length : 1;
  socket.write(head(200, headers));
  await wait(fault?.kind === "slow-start" ? fault.seconds : TOKEN_GAP * TOKENS.length);
  socket.write(text.slice(0, Math.floor(text.length * part)));
  if (fault?.kind === "stall") await wait(fault.seconds);
  if (part < 1) socket.destroy();
  else socket.end();
}

function sendJson(
  socket: Socket,
  status: number,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(value);
  const length = String(Buffer.byteLength(text));
  socket.end(
    head(status, { "content-type": "application/json", "content-length": length, ...more }) + text,
  );
}

function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...headers, connection: "close" }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} ${status === 200 ? "OK" : "Failed"}\r\n${lines.join("")}\r\n`;
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000 * scale));
}
