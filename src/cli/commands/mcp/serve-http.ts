import { OPEN } from "../../../server/authorities.ts";
import { LOOPBACK } from "../../../server/guards.ts";
import { listen } from "../../../server/listen.ts";
import { createMcpFace } from "../../../server/mcp/http.ts";
import type { ServerParts } from "../../../server/mcp/server.ts";
import { type CommandContext } from "../../command.ts";

export async function serveHttp(
  { output }: CommandContext,
  parts: Omit<ServerParts, "notify">,
  address: string,
  signal: AbortSignal,
): Promise<void> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  const report = (thrown: unknown) => output.note(`mcp: ${String(thrown)}`);
  const face = createMcpFace({ ...parts, sessions: 500, report });
  const listening = listen([face], {
    host,
    port: Number(port),
    hosts: LOOPBACK,
    authority: OPEN,
    bodyLimit: 4 << 20,
    report,
  });
  output.note(`serving MCP at ${listening.url}/mcp`);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  await listening.close();
}
