import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import type { NativeOptions } from "../protocol.ts";
import { callAddress, headersOf, listAddress, modelIds } from "../openai/address.ts";
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
      responsesCall(callAddress(model.endpoint, model.name, "/responses"), model, request),
    reader: responseReader,
    listUrl: listAddress,
    names: ({ data }) => modelIds(data),
  });
}
