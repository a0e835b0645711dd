/**
 * A plugin made with the TypeScript kit for what the echo plugin has no use for. `kit_plugin.py`
 * does the same in Python.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PluginError, serve } from "../../plugins/sdk/serve.ts";
import { writeJson } from "../../plugins/sdk/stdio.ts";

let folder = "";

serve({
  name: "kit",
  version: "2.0.0",
  models: ({ settings }) => [
    { name: typeof settings["model"] === "string" ? settings["model"] : "m", window: 10 },
  ],
  params: "all",
  start({ settings, dataFolder }) {
    if (settings["key"] === "wrong") throw new PluginError("unauthorized", "the key is refused");
    folder = dataFolder;
  },
  async *chat({ model, messages, schema }, { signal }) {
    const [{ content } = { content: "" }] = messages;
    switch (content) {
      case "print":
        // oxlint-disable-next-line no-console -- where it goes is what is tested
        console.log("printed to the console");
        process.stdout.write("printed to standard output\n");
        return yield "said";
      case "parts":
        yield { type: "reasoning", text: "hm" };
        yield { type: "alive" };
        yield "";
        yield { type: "text", text: "a" };
        yield { type: "note", message: "n" };
        return {
          reason: "length",
          usage: { prompt_tokens: 1, completion_tokens: 2 },
          served: `${model}-1`,
        };
      case "deaf":
        // Never ends, and never listens.
        return await new Promise(() => {});
      case "spin":
        for (let count = 0; ; count++) yield `${count} `;
      case "heeds":
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        writeFileSync(join(folder, "heard"), "yes");
        return;
      case "refuse":
        throw new PluginError("unavailable", "try later", { retry_after_ms: 5 });
      case "break":
        throw new TypeError("a bug");
      case "digits":
        return yield writeJson(schema);
      case "much":
        for (let count = 0; count < 200; count++) yield "x".repeat(100_000);
        return;
    }
  },
  async embed({ texts }) {
    return { vectors: texts.map(() => [1, 2]), usage: { prompt_tokens: texts.length } };
  },
  rerank: async ({ query, documents }) => documents.map((each) => each.length - query.length),
  health: () => ({ ok: false, message: "tired" }),
  async *pull({ model }) {
    yield { message: `getting ${model}`, completed: 1, total: 2 };
    yield { message: "done", completed: 2, total: 2 };
  },
  stop() {
    writeFileSync(join(folder, "stopped"), "yes");
  },
});
