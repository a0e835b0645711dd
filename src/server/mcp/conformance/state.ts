import { createRequestStateCodec } from "@modelcontextprotocol/server";

/** Seals what a tool has a client hold for it, so that it comes back unchanged or not at all. */
export const seal = createRequestStateCodec<Record<string, unknown>>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});
