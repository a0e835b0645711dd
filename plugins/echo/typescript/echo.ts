import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "./sdk/serve.ts";

/** Answers with the last message, word by word. A word is its token. */
serve({
  name: "echo",
  version: "1.0.0",
  models: [{ name: "words", window: null }],
  params: ["max_tokens"],

  async *chat({ messages, params }, context) {
    const delay = Number(context.settings["delay_ms"] ?? 0);
    const words = split(messages.at(-1)?.content ?? "");
    const most = Number(params["max_tokens"] ?? Infinity);
    const said = words.slice(0, most);
    for (const word of said) {
      if (delay > 0) await sleep(delay, null, { signal: context.signal });
      yield word;
    }
    const prompt = messages.flatMap(({ content }) => split(content));
    return {
      reason: said.length < words.length ? "length" : "stop",
      usage: { prompt_tokens: prompt.length, completion_tokens: said.length },
    };
  },

  async embed({ texts }) {
    return texts.map((text) => [..."aeiou"].map((vowel) => text.split(vowel).length - 1));
  },

  countTokens: ({ text }) => split(text).length,
});

function split(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
