import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, worldOf } from "../../cli/command-line.ts";
import { programText } from "../../library/index/generated-programs.ts";
import { MAIN } from "./serving.ts";

const FILES = {
  "library/hello.rllm": programText("hello", "Greets.", "summary: { type: string }"),
};
const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "tests", version: "1" },
  },
};

interface Message {
  readonly id: number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number };
}

/** Everything a server says to these lines, after which stdin ends. */
async function converse(lines: readonly (string | object)[], files = FILES) {
  const text = [INITIALIZE, ...lines].map((line) =>
    typeof line === "string" ? line : JSON.stringify(line),
  );
  const stdin = `${text.join("\n")}\n`;
  const { exit, stdout, stderr } = await modullm(["mcp"], { folder: makeFolder(files), stdin });
  const said = stdout.trimEnd().split("\n");
  return { exit, stderr, messages: said.map((line) => JSON.parse(line) as Message) };
}

describe("modullm mcp over stdio", () => {
  test("answers what was asked before stdin ended, and exits 0", async () => {
    const given = { name: "run_program", arguments: { name: "hello", input: { text: "Hi." } } };
    const { exit, messages } = await converse([
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: given },
    ]);
    expect(exit).toBe(0);
    expect(messages.map(({ id }) => id)).toEqual([0, 1]);
    expect(messages[1]?.result).toMatchObject({ structuredContent: { cost_usd: 0 } });
  });

  test("goes on after lines that are no messages, however long or deep", async () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    const { exit, messages } = await converse([
      "nonsense",
      "",
      "{}",
      deep,
      `{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":${deep}}}`,
      "x".repeat(5_000_000),
      { jsonrpc: "2.0", id: 1, method: "ping" },
    ]);
    expect(exit).toBe(0);
    const faults = messages.filter(({ id }) => id === null);
    expect(faults.map(({ error }) => error?.code)).toEqual(faults.map(() => -32_700));
    expect(faults.length).toBe(5);
    expect(messages.at(-1)?.id === 1 || messages.some(({ id }) => id === 1)).toBe(true);
  });

  test("says nothing but the protocol on stdout where it can't start", async () => {
    const folder = makeFolder(FILES);
    const { exit, stdout, stderr } = await modullm(["mcp", "--pin", "nothing"], { folder });
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain("RLLM_008");
  });

  test("ends with 0 at SIGTERM, while a client holds stdin open", async () => {
    const folder = makeFolder(FILES);
    const server = Bun.spawn([process.execPath, MAIN, "mcp"], {
      cwd: folder,
      env: worldOf(folder),
      stdin: "pipe",
      stdout: "pipe",
    });
    await server.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
    await server.stdin.flush();
    await server.stdout.getReader().read();
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
  });
});
