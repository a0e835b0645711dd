import { credentialFault } from "../endpoint.ts";
import type { Embedded, EmbedRequest } from "../embedder.ts";
import { deadlinesOf } from "../failover/deadlines.ts";
import { callJson } from "../json-call.ts";
import type { Patience } from "../model.ts";
import { calleeOf } from "../openai/address.ts";
import type { Reranked, RerankRequest } from "../reranker.ts";
import { checkScores, checkVectors } from "./check.ts";
import { COHERE, COHERE_RERANK } from "./cohere.ts";
import { GEMINI } from "./gemini.ts";
import { OLLAMA } from "./ollama.ts";
import { OPENAI, RERANK_PROTOCOL } from "./openai.ts";
import type { EmbedProtocol, Fields, RerankProtocol, VectorModel } from "./protocol.ts";
import type { EmbedWays, RerankWays } from "./ways.ts";

const EMBEDS: Readonly<Record<EmbedWays["protocol"], EmbedProtocol>> = {
  openai: OPENAI,
  ollama: OLLAMA,
  gemini: GEMINI,
  cohere: COHERE,
};

const RERANKS: Readonly<Record<RerankWays["protocol"], RerankProtocol>> = {
  rerank: RERANK_PROTOCOL,
  cohere: COHERE_RERANK,
};

/** One request, without another try. */
export async function embedOnce(
  model: VectorModel<EmbedWays>,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<Embedded> {
  const asked = askedOf(model);
  const protocol = EMBEDS[model.ways.protocol];
  const sent = { url: protocol.url(asked), body: protocol.body(asked, request) };
  const reply = await ask(model, sent, { patience: request.patience, signal });
  const wanted = { model: idOf(model), count: request.texts.length };
  const { dimensions } = request;
  const vectors = checkVectors(protocol.vectors(reply, wanted), { ...wanted, dimensions });
  return { vectors, usage: protocol.usage(reply) };
}

/** One request, without another try. */
export async function rerankOnce(
  model: VectorModel<RerankWays>,
  request: RerankRequest,
  signal: AbortSignal,
): Promise<Reranked> {
  const asked = askedOf(model);
  const protocol = RERANKS[model.ways.protocol];
  const sent = { url: protocol.url(asked), body: protocol.body(asked, request) };
  const reply = await ask(model, sent, { patience: request.patience, signal });
  const wanted = { model: idOf(model), count: request.documents.length };
  const scores = checkScores(protocol.scores(reply, wanted), wanted);
  return { scores, usage: protocol.usage(reply) };
}

async function ask(
  { name, options, protocol }: VectorModel<unknown>,
  sent: { readonly url: URL; readonly body: Fields },
  { patience, signal }: { patience: Patience | undefined; signal: AbortSignal },
): Promise<Fields> {
  const { endpoint, config } = options;
  const fault = credentialFault(endpoint, `${endpoint.written}/${name}`, config);
  if (fault !== null) throw fault;
  const facts = { stream: false, patient: endpoint.quirks.local };
  const deadlines = deadlinesOf(undefined, facts, patience);
  const callee = calleeOf(endpoint, name, {});
  return await callJson(options, protocol, { ...sent, callee, deadlines, signal });
}

function askedOf<Ways>({ name, options: { endpoint }, ways }: VectorModel<Ways>) {
  return { endpoint, name, ways };
}

function idOf({ name, options: { endpoint } }: VectorModel<unknown>): string {
  return `${endpoint.written}/${name}`;
}
