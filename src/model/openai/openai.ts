import type { Endpoint } from "../endpoint.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import { llamaRouter, type RouterOptions } from "../llamacpp/router.ts";
import type { NativeModel, NativeProtocol } from "../protocol.ts";
import { callAddress, headersOf, listAddress, modelIds } from "./address.ts";
import { chatReader } from "./reader.ts";
import { chatCall } from "./request.ts";

/** OpenAI and every server that speaks its chat protocol. */
export function createOpenAi(options: RouterOptions): ModelProvider {
  const addresses = new Map<string, URL>();
  function addressOf({ endpoint, name }: NativeModel): URL {
    const address = addresses.get(name) ?? callAddress(endpoint, name, "/chat/completions");
    addresses.set(name, address);
    return address;
  }
  const protocol: NativeProtocol = {
    headers: headersOf,
    write: async (model, request) => chatCall(addressOf(model), model, request),
    reader: chatReader,
    listUrl: (endpoint: Endpoint) => listAddress(endpoint),
    names: ({ data }) => modelIds(data),
  };
  const router = options.endpoint.quirks.router ? llamaRouter(options, protocol) : {};
  return { ...createNative(options, protocol), ...router };
}
