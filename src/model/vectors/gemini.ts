import { isObject } from "../../core/json.ts";
import { geminiAddress, modelPath } from "../gemini/address.ts";
import { usageOf } from "../finish.ts";
import { listed } from "./check.ts";
import { type EmbedProtocol, optionsOf } from "./protocol.ts";

/** Google's: ai.google.dev/api/embeddings. */
export const GEMINI: EmbedProtocol = {
  url: ({ endpoint, name }) => geminiAddress(endpoint, `/${modelPath(name)}:batchEmbedContents`),
  body(asked, request) {
    const options = optionsOf(asked, request);
    const model = modelPath(asked.name);
    return {
      requests: request.texts.map((text) => ({
        model,
        content: { parts: [{ text }] },
        ...options,
      })),
    };
  },
  vectors({ embeddings }) {
    return listed(embeddings).map((item) => (isObject(item) ? item["values"] : null));
  },
  usage({ usageMetadata: said }) {
    return isObject(said) ? usageOf(said["promptTokenCount"], 0) : null;
  },
};
