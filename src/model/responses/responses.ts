import type { Endpoint } from "../endpoint.ts";
import type { ModelProvider } from "../model.ts";
import { createNative } from "../native.ts";
import type { NativeOptions } from "../native.ts";
import { addressOf, headersOf, listAddress, modelIds } from "../openai/address.ts";
import { responseReader } from "./reader.ts";
import { responsesCall } from "./request.ts";

/**
 * OpenAI's Responses (developers.openai.com/api/reference/resources/responses), also behind Azure's
 * v1 address.
 */
export function createResponses(options: NativeOptions): ModelProvider {
  return createNative(options, {
    headers: headersOf,
    write: async (model, request) =>
      responsesCall(address(model.endpoint, model.name), model, request),
    reader: responseReader,
    listUrl: listAddress,
    names: ({ data }) => modelIds(data),
  });
}

function address(endpoint: Endpoint, name: string): URL {
  const { baseURL, defaultQuery } = addressOf(endpoint, name);
  const url = new URL(`${baseURL}/responses`);
  for (const [key, value] of Object.entries(defaultQuery)) url.searchParams.set(key, value);
  return url;
}
