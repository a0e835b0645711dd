/** A plugin that embeds and reranks, and tells in its vectors what it was asked. */
import { PluginError, serve } from "../../plugins/sdk/serve.ts";

serve({
  name: "vectors",
  version: "1.0.0",
  models: [
    { name: "m", window: null },
    { name: "busy", window: null },
  ],
  async embed({ model, texts, dimensions, purpose }, { signal }) {
    if (model === "busy") throw new PluginError("unavailable", "try later", { retry_after_ms: 1 });
    if (texts[0] === "hang")
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const length = dimensions ?? 3;
    const asked = purpose === "query" ? 1 : 0;
    return {
      vectors: texts.map((text) => [text.length, asked, ...Array<number>(length - 2).fill(0)]),
      usage: { prompt_tokens: texts.length },
    };
  },
  rerank: async ({ query, documents }) => documents.map((each) => each.length * query.length),
  health: () => ({ ok: false, message: "tired" }),
  async *pull({ model }) {
    yield { message: `getting ${model}`, completed: 1, total: 2 };
  },
});
