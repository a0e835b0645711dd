/** An MCP server of the newest revision, made with the protocol's own library, over pipes. */
import { fromJsonSchema, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const TEXT = fromJsonSchema<{ text: string }>({
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
});

/** @param description of its tool `say` */
export function newerServer(description = "Says it again"): McpServer {
  const server = new McpServer({ name: "newer", version: "1" });
  server.registerTool("say", { description, inputSchema: TEXT }, ({ text }) => ({
    content: [{ type: "text", text: `said: ${text}` }],
  }));
  server.registerTool("ask", { description: "Asks the user", inputSchema: TEXT }, () =>
    inputRequired({
      inputRequests: {
        name: inputRequired.elicit({
          message: "Your name?",
          requestedSchema: { type: "object", properties: { name: { type: "string" } } },
        }),
      },
    }),
  );
  return server;
}

if (import.meta.main) serveStdio(() => newerServer());
