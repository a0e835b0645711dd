import { isObject } from "../../core/json.ts";
import type { Endpoint } from "../endpoint.ts";
import { usageOf } from "../finish.ts";
import { inOrder, listed } from "./check.ts";
import { type EmbedProtocol, type Fields, optionsOf, type RerankProtocol } from "./protocol.ts";

/** Cohere's own embeddings: docs.cohere.com/reference/embed. */
export const COHERE: EmbedProtocol = {
  url: ({ endpoint }) => address(endpoint, "/v2/embed"),
  body: (asked, request) => ({
    model: asked.name,
    texts: request.texts,
    ...optionsOf(asked, request),
  }),
  vectors({ embeddings }) {
    return listed(isObject(embeddings) ? embeddings["float"] : embeddings);
  },
  usage: (reply) => usageOf(billed(reply)["input_tokens"], 0),
};

/** docs.cohere.com/reference/rerank. It is paid by searches, and counts no tokens. */
export const COHERE_RERANK: RerankProtocol = {
  url: ({ endpoint }) => address(endpoint, "/v2/rerank"),
  body: ({ name, ways }, { query, documents }) => ({
    model: name,
    query,
    documents,
    ...ways.more,
  }),
  scores: ({ results }, wanted) =>
    inOrder(results, { ...wanted, take: (item) => item["relevance_score"] }),
  usage: () => null,
};

function billed({ meta }: Fields): Fields {
  const units = isObject(meta) ? meta["billed_units"] : null;
  return isObject(units) ? units : {};
}

/** Beside the address at which Cohere speaks OpenAI's protocol. */
function address({ baseUrl }: Endpoint, path: string): URL {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/, "").replace(/(\/compatibility)?\/v\d+$/, "");
  url.pathname = `${base}${path}`;
  return url;
}
