import { credentialFault } from "../endpoint.ts";
import type { Embedder } from "../embedder.ts";
import type { NativeOptions, NativeProtocol } from "../protocol.ts";
import type { ModelProvider } from "../provider.ts";
import type { Reranker } from "../reranker.ts";
import type { VectorModel } from "./protocol.ts";
import type { EmbedWays, RerankWays } from "./ways.ts";

export type Abilities = Pick<ModelProvider, "embedder" | "reranker">;

/** What a server gives beside answers. What asks it is loaded when it is first asked. */
export function nativeVectors(
  options: NativeOptions,
  protocol: Pick<NativeProtocol, "headers">,
): Abilities {
  const { embed, rerank } = options.endpoint.quirks;
  return {
    ...(embed === null
      ? {}
      : { embedder: (name) => createEmbedder({ name, options, protocol, ways: embed }) }),
    ...(rerank === null
      ? {}
      : { reranker: (name) => createReranker({ name, options, protocol, ways: rerank }) }),
  };
}

function createEmbedder(model: VectorModel<EmbedWays>): Embedder {
  const { texts, tokens } = model.ways;
  return {
    ...common(model),
    limits: { texts, tokens },
    takesBlank: false,
    async embed(request, signal) {
      const { embedOnce } = await import("./call.ts");
      return await embedOnce(model, request, signal);
    },
  };
}

function createReranker(model: VectorModel<RerankWays>): Reranker {
  const { documents, tokens } = model.ways;
  return {
    ...common(model),
    limits: { texts: documents, tokens },
    takesBlank: false,
    async rerank(request, signal) {
      const { rerankOnce } = await import("./call.ts");
      return await rerankOnce(model, request, signal);
    },
  };
}

function common({
  name,
  options: { endpoint, config },
}: VectorModel<unknown>): Pick<Embedder, "id" | "origin" | "ready"> & { origin: string } {
  const id = `${endpoint.written}/${name}`;
  return {
    id,
    origin: endpoint.baseUrl,
    async ready() {
      const fault = credentialFault(endpoint, id, config);
      if (fault !== null) throw fault;
    },
  };
}
