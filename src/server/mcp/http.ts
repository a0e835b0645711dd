import {
  createMcpHandler,
  isJsonContentType,
  isLegacyRequest,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import type { Principal } from "../../core/principal.ts";
import type { Face } from "../face.ts";
import { protocolError } from "./protocol-error.ts";
import { withDigits } from "./digits.ts";
import { readMessage } from "./read-message.ts";
import { createServer, type ServerParts } from "./server.ts";
import { createSessions } from "./sessions.ts";

export interface HttpOptions extends Omit<ServerParts, "notify"> {
  /** Sessions that may be open at once; only revisions before 2026-07-28 have any. */
  readonly sessions: number;
  /** Told of requests that were turned away, and of failures of ours. */
  readonly report: (thrown: unknown) => void;
}

/** The protocol over HTTP, at `/mcp`: 2026-07-28 without sessions, what was before with them. */
export function createMcpFace({ sessions: most, report, ...given }: HttpOptions): Face {
  /** Who sent a request that is being answered. */
  const senders = new WeakMap<Request, Principal>();
  const modern = createMcpHandler(
    ({ requestInfo }) => {
      const principal = requestInfo && senders.get(requestInfo);
      if (!principal) throw new Error("a request has no sender");
      return createServer(parts, { principal, era: "modern" });
    },
    { legacy: "reject", onerror: report },
  );
  const redact: ServerParts["redact"] = (value) => withDigits(given.redact(value));
  const parts: ServerParts = { ...given, redact, notify: modern.notify };
  const sessions = createSessions({ parts, most, report });

  async function answer(request: Request, principal: Principal): Promise<Response> {
    senders.set(request, principal);
    if (request.method !== "POST") return await sessions.answer(request, principal, undefined);
    // What the body is not, the handler says.
    if (!isJsonContentType(request.headers.get("content-type"))) return await modern.fetch(request);
    let parsedBody: unknown;
    try {
      parsedBody = readMessage(await request.text());
    } catch (thrown) {
      report(thrown);
      return protocolError(400, ProtocolErrorCode.ParseError, "the body is no message");
    }
    return (await isLegacyRequest(request, parsedBody))
      ? await sessions.answer(request, principal, parsedBody)
      : await modern.fetch(request, { parsedBody });
  }

  return {
    name: "mcp",
    path: "/mcp",
    answer,
    async close() {
      given.tasks.close();
      await Promise.all([modern.close(), sessions.close()]);
    },
  };
}
