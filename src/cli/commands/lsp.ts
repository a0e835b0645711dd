import { Readable, Writable } from "node:stream";
import type { Command } from "../command.ts";

export const command: Command = {
  name: "lsp",
  summary: "Serve an editor: what is wrong, completion, renaming and more, over stdio",
  positionals: [],
  options: {
    stdio: { type: "boolean", description: "Speak over stdin and stdout, as without it" },
  },
  examples: [["modullm lsp", "started by an editor: docs/editors.md says how"]],
  async run({ output: { terminal }, app }) {
    const { serveEditor } = await import("../../server/lsp/serve.ts");
    return await serveEditor({
      input: Readable.from(terminal.stdin()),
      // An editor is told what its own files say, letter for letter: nothing is redacted here.
      output: new Writable({
        write(chunk: Uint8Array, _encoding, done) {
          try {
            terminal.stdout(new TextDecoder().decode(chunk));
            done();
          } catch (thrown) {
            done(thrown instanceof Error ? thrown : new Error(String(thrown)));
          }
        },
      }),
      cwd: terminal.cwd,
      openApp: (cwd, warn) =>
        app({ cwd, warn, ask: null, onConfigFault: ({ message }) => warn(message) }),
    });
  },
};
