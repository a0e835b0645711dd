import { afterEach } from "bun:test";
import type { Embedded, Embedder, EmbedRequest } from "../../../src/model/embedder.ts";
import type { ModelNote } from "../../../src/model/model.ts";
import { createModels, type Models } from "../../../src/model/models.ts";
import type { Reranked, Reranker } from "../../../src/model/reranker.ts";
import { noBaseline } from "../calls.ts";
import { type Act, type FaultyServer, openServer } from "../faulty-server.ts";
import { type Settings, settings } from "../settings.ts";

const opened: FaultyServer[] = [];

/** Closes what a test has opened; each file of tests calls it once. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close();
  });
}

export interface VectorBench {
  readonly server: FaultyServer;
  readonly models: Models;
  /** Milliseconds of each wait that was asked for; nothing is really waited. */
  readonly waits: readonly number[];
  readonly notes: readonly ModelNote[];
  embed(embedder: Embedder, request: Partial<EmbedRequest>): Promise<Embedded>;
  rerank(reranker: Reranker, query: string, documents: readonly string[]): Promise<Reranked>;
}

/** The models of a server with these settings that does these things in turn. */
export async function vectorBench(
  from: (url: string) => Settings,
  ...acts: readonly Act[]
): Promise<VectorBench> {
  const server = await openServer(...acts);
  opened.push(server);
  const waits: number[] = [];
  const notes: ModelNote[] = [];
  const models = createModels({
    config: settings(from(`http://${server.host}`)),
    baseline: noBaseline,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0,
  });
  const { signal } = new AbortController();
  const note = (told: ModelNote): void => void notes.push(told);
  return {
    server,
    models,
    waits,
    notes,
    embed: async (embedder, request) =>
      await embedder.embed(
        { texts: ["a", "b"], dimensions: null, purpose: "document", ...request },
        signal,
        note,
      ),
    rerank: async (reranker, query, documents) =>
      await reranker.rerank({ query, documents }, signal, note),
  };
}
