import type { Endpoint } from "../endpoint.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import type { NativeModel, NativeOptions } from "../protocol.ts";
import { callAddress, headersOf, listAddress, modelIds } from "./address.ts";
import { chatReader } from "./reader.ts";
import { chatCall } from "./request.ts";

/** OpenAI and every server that speaks its chat protocol. */
export function createOpenAi(options: NativeOptions): ModelProvider {
  const addresses = new Map<string, URL>();
  function addressOf({ endpoint, name }: NativeModel): URL {
    const address = addresses.get(name) ?? callAddress(endpoint, name, "/chat/completions");
    addresses.set(name, address);
    return address;
  }
  return createNative(options, {
    headers: headersOf,
    write: async (model, request) => chatCall(addressOf(model), model, request),
    reader: chatReader,
    listUrl: (endpoint: Endpoint) => listAddress(endpoint),
    names: ({ data }) => modelIds(data),
  });
}
