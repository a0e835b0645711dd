import type { TokenCounter } from "./facts.ts";
import type { Attachment } from "./attachment.ts";
import { attachmentTokens } from "./tokens/attachments.ts";
import type { Encoding, EncodingName } from "./tokens/encoding.ts";
import { estimateTokens, type Vocabulary } from "./tokens/estimate.ts";

/**
 * Counts tokens as a model would. Models of the GPT and o families, and their open relatives, have
 * OpenAI's own encodings, which are loaded when the first of them is counted (about 0.3 s); every
 * other model is estimated from the text alone.
 */
export function createTokenCounter(): TokenCounter {
  const encodings = new Map<EncodingName, Promise<Encoding>>();
  const measured = new WeakMap<Attachment, Map<string, number>>();
  return {
    bound: (text) => Buffer.byteLength(text),
    async count(text, model) {
      const name = encodingOf(model);
      if (name === null)
        return Math.min(estimateTokens(text, vocabularyOf(model)), Buffer.byteLength(text));
      const { loadEncoding } = await import("./tokens/encoding.ts");
      const encoding = encodings.get(name) ?? loadEncoding(name);
      encodings.set(name, encoding);
      return await (await encoding).count(text);
    },
    attachment(attachment, model) {
      const known = measured.get(attachment) ?? new Map<string, number>();
      measured.set(attachment, known);
      const tokens = known.get(model) ?? attachmentTokens(attachment, model);
      known.set(model, tokens);
      return tokens;
    },
  };
}

/**
 * The encoding of a model, told by the last part of its name, whoever serves it:
 * `openrouter/openai/gpt-4o` has gpt-4o's.
 */
export function encodingOf(model: string): EncodingName | null {
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  if (/^(?:chatgpt-|gpt-?4o|gpt-?4\.[15]|gpt-?[5-9]|gpt-oss|o[134](?:$|[-:@]))/.test(name))
    return "o200k_base";
  return /^gpt-?(?:4|3\.?5)(?:$|[-:@])/.test(name) ? "cl100k_base" : null;
}

/**
 * Families with 100,000 tokens or more. A model that is not known to be one of them is taken for
 * one with 32,000, which errs high.
 */
function vocabularyOf(model: string): Vocabulary {
  const wide =
    /(?:llama-?v?[34]|qwen-?[2-9]|deepseek|gemma|gemini|command-|mistral-(?:nemo|small|medium|large)|ministral|magistral|devstral|phi-?4|grok|kimi|glm|granite-?[34]|nemotron)/;
  return wide.test(model.toLowerCase()) ? "wide" : "narrow";
}
