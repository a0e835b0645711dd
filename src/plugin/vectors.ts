import type { Manifest, Methods } from "../../plugins/sdk/protocol.ts";
import { ModullmError } from "../core/error.ts";
import type { Usage } from "../core/events.ts";
import type { Embedder, EmbedRequest } from "../model/embedder.ts";
import type { ModelNote } from "../model/model.ts";
import type { ModelProvider } from "../model/provider.ts";
import type { Reranker } from "../model/reranker.ts";
import type { PluginHost } from "./host.ts";
import { introduction } from "./introduction.ts";
import type { RequestDeadlines } from "./limits.ts";

/** What there is to know of a model before it is asked for vectors or scores. */
export interface VectorFacts {
  readonly host: PluginHost;
  readonly manifest: Manifest;
  /** What stands before the slash. */
  readonly front: string;
  readonly origin: string;
  /** As of a model that is chatted with. */
  ready(name: string, signal: AbortSignal, note: (note: ModelNote) => void): Promise<void>;
}

/** Texts of one request: more than half of what every plugin takes. */
const LIMITS = { texts: 64, tokens: null };

/** What a plugin gives beside answers, as far as its manifest says so. */
export function pluginVectors(facts: VectorFacts): Pick<ModelProvider, "embedder" | "reranker"> {
  const { provides } = facts.manifest;
  return {
    ...(provides.includes("embed") ? { embedder: (name) => createEmbedder(name, facts) } : {}),
    ...(provides.includes("rerank") ? { reranker: (name) => createReranker(name, facts) } : {}),
  };
}

function createEmbedder(name: string, facts: VectorFacts): Embedder {
  const { host, manifest } = facts;
  const introduce = introduction(host, manifest, "embed");
  return {
    ...common(name, facts, introduce),
    async embed(request, signal) {
      await introduce(signal);
      const { texts, dimensions } = request;
      const params = { model: name, texts, ...(speaksNew(host) ? optionsOf(request) : {}) };
      const options = { signal, deadlines: deadlinesOf(request) };
      const { vectors, usage } = await host.request("embed", params, options);
      const length = vectors[0]?.length ?? 0;
      if (length === 0 || (dimensions !== null && length !== dimensions))
        throw otherLength(`${facts.front}/${name}`, length, dimensions);
      return { vectors, usage: usageOf(usage) };
    },
  };
}

function createReranker(name: string, facts: VectorFacts): Reranker {
  const { host, manifest } = facts;
  const introduce = introduction(host, manifest, "rerank");
  return {
    ...common(name, facts, introduce),
    async rerank(request, signal) {
      await introduce(signal);
      const { query, documents } = request;
      const options = { signal, deadlines: deadlinesOf(request) };
      const params = { model: name, query, documents };
      const { scores, usage } = await host.request("rerank", params, options);
      return { scores, usage: usageOf(usage) };
    },
  };
}

function common(
  name: string,
  { front, origin, ready }: VectorFacts,
  introduce: (signal: AbortSignal) => Promise<void> | null,
): Omit<Embedder, "embed"> {
  return {
    id: `${front}/${name}`,
    origin,
    limits: LIMITS,
    takesBlank: true,
    async ready(signal, note) {
      await introduce(signal);
      await ready(name, signal, note);
    },
  };
}

/** Whether it knows what version 2 of the protocol added. */
function speaksNew({ initialized }: PluginHost): boolean {
  return (initialized?.protocol_version ?? 1) >= 2;
}

function optionsOf({ dimensions, purpose }: EmbedRequest): Partial<Methods["embed"]["params"]> {
  return { purpose, ...(dimensions === null ? {} : { dimensions }) };
}

function deadlinesOf({ patience }: Pick<EmbedRequest, "patience">): Partial<RequestDeadlines> {
  const { first = null, total = null } = patience ?? {};
  return { first, ...(total === null ? {} : { total }) };
}

function usageOf(usage: { readonly prompt_tokens: number } | null): Usage | null {
  return usage && { ...usage, completion_tokens: 0 };
}

function otherLength(model: string, length: number, wanted: number | null): ModullmError {
  const than = wanted === null ? "" : `, but ${wanted} were asked for`;
  const reason = `its vectors have ${length} numbers${than}`;
  return new ModullmError("RLLM_011", `Cannot use the reply of "${model}": ${reason}`, {
    details: { model, reason },
    hint: "Leave --dimensions out, or name a model that lets one choose.",
  });
}
