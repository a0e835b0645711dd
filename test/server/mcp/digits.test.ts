import { describe, expect, test } from "bun:test";
import { makeFolder, modullm } from "../../cli/command-line.ts";
import { serveHttp, TOKEN } from "./serving.ts";

const ECHO = `---
name: echo
description: Gives a number back.
version: 1.0.0
author: Tests
max_context_window: 8000
input_schema: { type: object, properties: { number: { type: integer } }, required: [number] }
output_schema: { type: object, properties: { number: { type: integer } }, required: [number] }
output: { number: "{{input.number}}" }
---
`;
const BIG = "12345678901234567890";
const VERSION = "2025-11-25";
const INITIALIZE =
  `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"${VERSION}",` +
  '"capabilities":{},"clientInfo":{"name":"tests","version":"1"}}}';
const CALL =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_program",' +
  `"arguments":{"name":"echo","input":{"number":${BIG}}}`;
const META =
  ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' +
  '"io.modelcontextprotocol/clientInfo":{"name":"tests","version":"1"},' +
  '"io.modelcontextprotocol/clientCapabilities":{}}';

describe("an integer that no double holds comes back with every digit", () => {
  const files = { "library/echo.rllm": ECHO };

  test("over stdio", async () => {
    const stdin = `${INITIALIZE}\n${CALL}}}\n`;
    const { stdout } = await modullm(["mcp"], { folder: makeFolder(files), stdin });
    expect(stdout).toContain(`"structuredContent":{"output":{"number":${BIG}}`);
  });

  test("over HTTP, in both revisions", async () => {
    const served = await serveHttp({ files });
    const send = async (body: string, headers = {}) =>
      await fetch(served.url, {
        method: "POST",
        body,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
      });
    const begun = await send(INITIALIZE);
    const session = {
      "mcp-session-id": begun.headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": VERSION,
    };
    const routed = {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "run_program",
    };
    const answers = [await send(`${CALL}}}`, session), await send(`${CALL}${META}}}`, routed)];
    for (const answer of answers)
      expect(await answer.text()).toContain(`"structuredContent":{"output":{"number":${BIG}}`);
    expect(await served.stop()).toBe(0);
  });
});
