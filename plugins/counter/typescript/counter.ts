import { serve } from "./sdk/serve.ts";

serve({
  tools: {
    count({ text }: { text: string }) {
      return { words: text.split(/\s+/).filter(Boolean).length, lines: text.split("\n").length };
    },
  },
});
