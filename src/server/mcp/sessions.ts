import {
  isInitializeRequest,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Principal } from "../../core/principal.ts";
import { createEventLog } from "./event-log.ts";
import { protocolError } from "./protocol-error.ts";
import { createServer, type ServerParts } from "./server.ts";

export interface SessionOptions {
  readonly parts: ServerParts;
  /** How many may be open at once. */
  readonly most: number;
  readonly report: (thrown: unknown) => void;
}

/** The sessions of clients that speak 2025-11-25 or before. */
export interface Sessions {
  /** @param body undefined where the request has none */
  answer(request: Request, principal: Principal, body: unknown): Promise<Response>;
  close(): Promise<void>;
}

interface Session {
  readonly owner: string;
  readonly server: Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  used: number;
}

/** Half an hour without a request. */
const IDLE_MS = 1_800_000;
/** Milliseconds after which a client whose stream broke off may ask for the rest. */
const RETRY_MS = 1000;
const NO_SESSION = -32001;
const REFUSED = -32000;

export function createSessions({ parts, most, report }: SessionOptions): Sessions {
  const open = new Map<string, Session>();

  async function begin(request: Request, principal: Principal, body: unknown): Promise<Response> {
    for (const session of open.values())
      if (session.used + IDLE_MS < Date.now()) await session.server.close();
    if (open.size >= most) return protocolError(503, REFUSED, "there are too many sessions");
    const server = createServer(parts, { principal, era: "legacy" });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: createEventLog(),
      retryInterval: RETRY_MS,
      onsessioninitialized(id) {
        open.set(id, { owner: principal.id, server, transport, used: Date.now() });
        Object.assign(server, { onclose: () => open.delete(id) });
      },
    });
    Object.assign(server, { onerror: report });
    await server.connect(transport);
    return await transport.handleRequest(request, { parsedBody: body });
  }

  async function answer(request: Request, principal: Principal, body: unknown): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null && isInitializeRequest(body)) return await begin(request, principal, body);
    if (id === null) return protocolError(400, REFUSED, "the request names no session");
    const session = open.get(id);
    // Another's session is as unknown as one that never was.
    if (session?.owner !== principal.id)
      return protocolError(404, NO_SESSION, "there is no such session");
    session.used = Date.now();
    const parsed = body === undefined ? {} : { parsedBody: body };
    const response = await session.transport.handleRequest(request, parsed);
    return request.method === "GET" ? begun(response) : response;
  }

  return {
    answer,
    async close() {
      await Promise.all([...open.values()].map(({ server }) => server.close()));
    },
  };
}

/** A stream of events with a remark ahead: the head of an answer goes out with its first bytes. */
function begun(response: Response): Response {
  if (!response.ok || response.body === null) return response;
  const remark = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(": open\n\n")),
  });
  return new Response(response.body.pipeThrough(remark), response);
}
