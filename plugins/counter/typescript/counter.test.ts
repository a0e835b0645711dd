import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";

// `modullm plugins test .` looks at the protocol, this at what the plugin counts. `BUN_BE_BUN=1
// modullm test` runs it; so do `bun test` and `node --test`.
void test("counter counts words and lines", async () => {
  const plugin = spawn(process.execPath, ["counter.ts"], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: plugin.stdout })[Symbol.asyncIterator]();

  async function ask(id: number, method: string, params: object): Promise<object> {
    plugin.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    const message = JSON.parse(String((await lines.next()).value));
    assert.equal(message.error, undefined);
    return message.result;
  }

  await ask(1, "initialize", {
    protocol_version: 2,
    host: { name: "test", version: "1" },
    settings: {},
    data_folder: ".",
  });
  const result = await ask(2, "tools/call", { name: "count", input: { text: "one two\nthree" } });
  plugin.stdin.end();
  assert.deepEqual(result, { value: { words: 3, lines: 2 } });
});
