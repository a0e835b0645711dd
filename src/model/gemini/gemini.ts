import { isObject } from "../../core/json.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import type { NativeOptions } from "../protocol.ts";
import { geminiAddress, modelPath } from "./address.ts";
import { generateReader } from "./reader.ts";
import { generateCall } from "./request.ts";

/** Google's Gemini API: ai.google.dev/api/generate-content. */
export function createGemini(options: NativeOptions): ModelProvider {
  return createNative(options, {
    headers: ({ key }) => (key === null ? {} : { "x-goog-api-key": key.value }),
    write(model, request) {
      const path = modelPath(model.name);
      const url = geminiAddress(model.endpoint, `/${path}:streamGenerateContent`);
      url.searchParams.set("alt", "sse");
      return generateCall(url, model, request);
    },
    reader: generateReader,
    listUrl(endpoint) {
      const url = geminiAddress(endpoint, "/models");
      url.searchParams.set("pageSize", "1000");
      return url;
    },
    names({ models }) {
      const all = Array.isArray(models) ? models.filter(isObject) : [];
      return all.flatMap(({ name }) =>
        typeof name === "string" ? [name.replace(/^models\//, "")] : [],
      );
    },
  });
}
