import { expect, test } from "bun:test";
import { PAGE, recordSession, withSession } from "../../../scripts/docs-mcp.ts";
import { MAIN } from "./serving.ts";
import { MCP_CLIENTS } from "../../../src/cli/commands/mcp/client-table.ts";

test("docs/mcp.md shows a session as it is today", async () => {
  const page = await Bun.file(PAGE).text();
  expect(withSession(page, await recordSession([process.execPath, MAIN]))).toBe(page);
}, 60_000);

test("docs/mcp.md names every client with its project's file and its key", async () => {
  const page = await Bun.file(PAGE).text();
  for (const [name, { title, project, path }] of Object.entries(MCP_CLIENTS)) {
    const row = page.split("\n").find((line) => line.startsWith(`| ${title} |`));
    for (const cell of [name, project ?? "", ...path]) expect(row).toContain(cell);
  }
});
