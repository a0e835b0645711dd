import { createServer } from "node:net";
import type { Socket } from "node:net";

/** One request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; an empty object where it is none. */
  readonly body: Record<string, unknown>;
  /** Resolves when the client has closed the connection. */
  readonly closed: Promise<void>;
}

/** What the server does with one request: anything a socket can do. */
export type Act = (socket: Socket, seen: Seen) => void | Promise<void>;

export interface FaultyServer {
  readonly url: string;
  readonly host: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/**
 * A real server on a real port. The first request gets the first act, and so on; the last act
 * repeats.
 */
export async function openServer(...acts: readonly Act[]): Promise<FaultyServer> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const closed = new Promise<void>((resolve) => {
      socket.on("close", () => {
        sockets.delete(socket);
        resolve();
      });
    });
    socket.on("error", () => undefined);
    let raw = Buffer.alloc(0);
    let answered = false;
    socket.on("data", (piece: Buffer) => {
      raw = Buffer.concat([raw, piece]);
      const request = answered ? null : readRequest(raw, closed);
      if (request === null) return;
      answered = true;
      const act = acts[Math.min(seen.length, acts.length - 1)];
      seen.push(request);
      void act?.(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const { port } = address;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    host: `127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function readRequest(raw: Buffer, closed: Promise<void>): Seen | null {
  const end = raw.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = raw.subarray(0, end).toString().split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const text = raw.subarray(end + 4).toString();
  if (Buffer.byteLength(text) < Number(headers["content-length"] ?? 0)) return null;
  return {
    method,
    path,
    headers,
    text,
    body: text.startsWith("{") ? JSON.parse(text) : {},
    closed,
  };
}

function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ connection: "close", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} Reason\r\n${lines.join("")}\r\n`;
}

/** A whole answer of any kind. */
export function answers(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Act {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/html" : "application/json";
  const length = String(Buffer.byteLength(text));
  return (socket) => {
    socket.end(head(status, { "content-type": type, "content-length": length, ...headers }) + text);
  };
}

/** An error as OpenAI words it. */
export function fails(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  code?: string,
): Act {
  return answers(
    status,
    { error: { message, type: "server_error", param: null, code: code ?? null } },
    headers,
  );
}

/** A chat completion with this text. */
export function says(content: unknown, more: Readonly<Record<string, unknown>> = {}): Act {
  return answers(200, {
    id: "c1",
    object: "chat.completion",
    model: "served-model",
    usage: { prompt_tokens: 3, completion_tokens: 5 },
    choices: [
      { index: 0, finish_reason: "stop", message: { role: "assistant", content, ...more } },
    ],
  });
}

/** Sends the reset itself, without a byte of an answer. */
export const resets: Act = (socket) => {
  socket.resetAndDestroy();
};

/** Takes the request and never answers. */
export const silence: Act = () => undefined;

/** Announces more than it sends, then goes away. */
export function sendsHalf(text: string): Act {
  return (socket) => {
    const length = String(Buffer.byteLength(text) + 500);
    socket.write(
      head(200, { "content-type": "application/json", "content-length": length }) + text,
    );
    setTimeout(() => socket.destroy(), 10);
  };
}

/**
 * Body pieces as they are, one after another, then the end of the connection (or none, for a server
 * that forgets it).
 */
export function streams(
  pieces: readonly string[],
  options: {
    type?: string;
    end?: "close" | "reset" | "open";
    gap?: number;
    /** @default "utf8" */
    encoding?: BufferEncoding | undefined;
  } = {},
): Act {
  return async (socket) => {
    socket.write(head(200, { "content-type": options.type ?? "text/event-stream" }));
    for (const piece of pieces) {
      socket.write(piece, options.encoding ?? "utf8");
      if (options.gap !== undefined) await Bun.sleep(options.gap);
    }
    if (options.end === "open") return;
    if (options.end === "reset") setTimeout(() => socket.resetAndDestroy(), 20);
    else socket.end();
  };
}

/** A body that goes on for as long as somebody reads it. */
export function neverEnds(status: number, type: string, piece: string): Act {
  return (socket) => {
    socket.write(head(status, { "content-type": type }));
    const more = () => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", more);
    more();
  };
}

/** One event of a streamed chat completion. */
export function event(
  delta: Readonly<Record<string, unknown>>,
  finish: string | null = null,
  more = {},
): string {
  const body = {
    id: "c1",
    model: "served-model",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  };
  return `data: ${JSON.stringify(body)}\n\n`;
}

export const DONE = "data: [DONE]\n\n";
export const USAGE = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } })}\n\n`;

/** A stream as OpenAI sends it. */
export function spells(...words: readonly string[]): Act {
  const deltas = words.map((content) => event({ content }));
  return streams([
    event({ role: "assistant", content: "" }),
    ...deltas,
    event({}, "stop"),
    USAGE,
    DONE,
  ]);
}
