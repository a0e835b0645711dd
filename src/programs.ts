import type { Config } from "./config/config.ts";
import type { Principal } from "./core/principal.ts";
import type { ProgramEmbedder } from "./library/index/meaning.ts";
import type { ProgramIndex, ProgramRecord, View } from "./library/program-index.ts";
import type { TokenCounter } from "./model/facts.ts";
import type { Policy } from "./policy/policy.ts";
import type { Store } from "./store/store.ts";
import { embedAll, type Vectors } from "./vectors.ts";

export interface ProgramsParts {
  readonly config: Config;
  readonly tokens: TokenCounter;
  store(): Promise<Store>;
  readonly vectors: Vectors;
}

/** The index of a workspace's library. */
export async function openProgramIndex({
  config,
  tokens,
  store,
  vectors,
}: ProgramsParts): Promise<ProgramIndex> {
  const { createProgramIndex } = await import("./library/index/create-index.ts");
  const { programs, runs } = await store();
  async function records(): Promise<ReadonlyMap<string, ProgramRecord>> {
    const { recordsOf } = await import("./insight/program-records.ts");
    return recordsOf(await runs.summaries({ path: null, model: null }));
  }
  const { embedder: model } = config;
  return createProgramIndex({
    embedder: model === null ? null : embedderOf(model, vectors),
    folders: config.library,
    area: programs,
    count: (text) => tokens.count(text, MEASURE),
    records,
  });
}

/** What a principal may run; of the rest it hears nothing. */
export function visibleTo(principal: Principal, policy: Policy): NonNullable<View["sees"]> {
  return ({ program, path }) =>
    policy.decide({
      action: "run",
      principal,
      resource: { name: program, facts: { path } },
      labels: [],
    }).allow;
}

function embedderOf(model: string, vectors: Vectors): ProgramEmbedder {
  return {
    model,
    embed: async (texts, purpose) => (await embedAll(vectors, texts, { model, purpose })).vectors,
  };
}

/** A model whose tokens are o200k_base, which pages are measured in. */
const MEASURE = "openai/gpt-4o";
