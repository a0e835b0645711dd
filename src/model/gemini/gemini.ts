import { isObject } from "../../core/json.ts";
import type { Endpoint } from "../endpoint.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative, under } from "../native.ts";
import type { NativeOptions } from "../protocol.ts";
import { generateReader } from "./reader.ts";
import { generateCall } from "./request.ts";

/** Google's Gemini API: ai.google.dev/api/generate-content. */
export function createGemini(options: NativeOptions): ModelProvider {
  return createNative(options, {
    headers: ({ key }) => (key === null ? {} : { "x-goog-api-key": key.value }),
    write(model, request) {
      const path = /^(models|tunedModels)\//.test(model.name) ? model.name : `models/${model.name}`;
      const url = address(model.endpoint, `/${path}:streamGenerateContent`);
      url.searchParams.set("alt", "sse");
      return generateCall(url, model, request);
    },
    reader: generateReader,
    listUrl(endpoint) {
      const url = address(endpoint, "/models");
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

/** Google's own clients are given the address without its version. */
function address(endpoint: Endpoint, path: string): URL {
  return under(endpoint, path, { end: /\/v\d+(alpha|beta)?$/, add: "/v1beta" });
}
