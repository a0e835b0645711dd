import { usageOf } from "../finish.ts";
import { under } from "../under.ts";
import { listed } from "./check.ts";
import { type EmbedProtocol, optionsOf } from "./protocol.ts";

/** Ollama's own: docs.ollama.com/api/embed. */
export const OLLAMA: EmbedProtocol = {
  url: ({ endpoint }) => under(endpoint, "/api/embed"),
  body: (asked, request) => ({
    model: asked.name,
    input: request.texts,
    ...optionsOf(asked, request),
  }),
  vectors: ({ embeddings }) => listed(embeddings),
  usage: ({ prompt_eval_count: prompt }) => usageOf(prompt, 0),
};
