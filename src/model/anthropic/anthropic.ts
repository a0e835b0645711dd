import type { Endpoint } from "../endpoint.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import type { NativeOptions } from "../protocol.ts";
import { modelIds } from "../openai/address.ts";
import { messageReader } from "./reader.ts";
import { messagesCall } from "./request.ts";
import { under } from "../under.ts";

/**
 * The version of the protocol, as every request must name it:
 * platform.claude.com/docs/en/api/versioning.
 */
const VERSION = "2023-06-01";

/** Anthropic's Messages: platform.claude.com/docs/en/api/messages. */
export function createAnthropic(options: NativeOptions): ModelProvider {
  return createNative(options, {
    headers: ({ key }) => ({
      "anthropic-version": VERSION,
      ...(key === null ? {} : { "x-api-key": key.value }),
    }),
    write: (model, request) => messagesCall(address(model.endpoint, "/messages"), model, request),
    reader: messageReader,
    listUrl(endpoint) {
      const url = address(endpoint, "/models");
      url.searchParams.set("limit", "1000");
      return url;
    },
    names: ({ data }) => modelIds(data),
  });
}

/** Anthropic's own clients are given the address without `/v1`. */
function address(endpoint: Endpoint, path: string): URL {
  return under(endpoint, path, { end: /\/v\d+$/, add: "/v1" });
}
