import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";

// `modullm plugins test .` looks at the protocol, this at what the plugin says. `BUN_BE_BUN=1
// modullm test` runs it; so do `bun test` and `node --test`.
void test("echo answers with the last message", async () => {
  const plugin = spawn(process.execPath, ["echo.ts"], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: plugin.stdout })[Symbol.asyncIterator]();

  /** Asks, and gives the text of the parts that come before the answer. */
  async function ask(id: number, method: string, params: object): Promise<string> {
    plugin.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    for (let text = ""; ;) {
      const message = JSON.parse(String((await lines.next()).value));
      assert.equal(message.error, undefined);
      if (message.id === id) return text;
      text += message.params.part.text ?? "";
    }
  }

  await ask(1, "initialize", {
    protocol_version: 1,
    host: { name: "test", version: "1" },
    settings: {},
    data_folder: ".",
  });
  const messages = [{ role: "user", content: "Hello, world" }];
  const text = await ask(2, "chat", {
    model: "words",
    messages,
    params: {},
    schema: null,
    stream: true,
  });
  plugin.stdin.end();
  assert.equal(text, "Hello, world");
});
