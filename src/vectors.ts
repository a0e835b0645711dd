import type { Config } from "./config/config.ts";
import type { Trace } from "./core/events.ts";
import type { Scope } from "./engine/scope.ts";
import type { EmbeddedText, EmbedOptions } from "./engine/vectors/embed-texts.ts";
import type { RankedDocument, Ranking, RerankOptions } from "./engine/vectors/rerank-documents.ts";
import type { VectorTotals } from "./engine/vectors/totals.ts";
import type { VectorContext } from "./engine/vectors/vector-run.ts";
import type { Vector } from "./model/embedder.ts";
import { LEXICAL } from "./model/lexical/name.ts";
import type { Models } from "./model/models.ts";
import type { Limits } from "./program/limits.ts";
import type { RecordingOptions, Remember } from "./recording.ts";
import type { Redactor } from "./redaction/redactor.ts";

/** How a face asks for vectors or scores. */
export interface VectorOptions extends Pick<RecordingOptions, "tags" | "keep"> {
  /** `provider/name`. @default that of the configuration, else `builtin/lexical` */
  readonly model?: string;
  /** Aborting it ends the work with RLLM_022. */
  readonly signal?: AbortSignal | undefined;
  /** Limits on all of it. */
  readonly budget?: Limits | undefined;
  /** What it shares with runs. @default the workspace's own */
  readonly scope?: Scope;
  /** Who listens to its events. @default nobody */
  readonly traces?: readonly Trace[];
  /** Requests at a time to one server. @default 4 */
  readonly concurrency?: number;
  /** True: secrets are left in errors. @default false */
  readonly raw?: boolean;
}

/** Vectors and scores, each piece of work recorded as a run. */
export interface Vectors {
  /** See `embedTexts`. @param input texts, those that are there at one time together */
  embed(
    input: AsyncIterable<readonly string[]>,
    options?: VectorOptions & EmbedOptions,
  ): AsyncGenerator<EmbeddedText, VectorTotals>;
  /** See `rerankDocuments`. */
  rerank(
    query: string,
    documents: readonly string[],
    options?: VectorOptions & RerankOptions,
  ): Promise<Ranking>;
}

type OwnVectorOptions = Omit<VectorOptions, "traces" | "scope">;

/** `model` names the embedder. @default `embedder` of the configuration, else `builtin/lexical` */
export interface EmbedTextsOptions extends OwnVectorOptions, EmbedOptions {}

/** `model` names the reranker. @default `reranker` of the configuration, else `builtin/lexical` */
export interface RerankTextsOptions extends OwnVectorOptions, RerankOptions {}

/** What `embed` gives. Tokens and dollars are null where a part of them is not known. */
export interface Embeddings extends VectorTotals {
  /**
   * In the order of the texts, all of one length, as the model gives them; null for a text of
   * nothing but blanks, which most models refuse.
   */
  readonly vectors: readonly (Vector | null)[];
}

/** What `rerank` gives. */
export interface Reranking extends VectorTotals {
  /** The best one first. */
  readonly results: readonly RankedDocument[];
}

export interface VectorParts {
  readonly config: Config;
  readonly redactor: Redactor;
  readonly tools: VectorContext["tools"];
  /** What all of it is within. */
  readonly scope: Scope;
  readonly models: Pick<Models, "embedder" | "reranker">;
  readonly remember: Remember;
}

export function createVectors(parts: VectorParts): Vectors {
  const { config, models } = parts;
  return {
    async *embed(input, { model = config.embedder ?? LEXICAL, ...options } = {}) {
      const { embedTexts } = await import("./engine/vectors/embed-texts.ts");
      const work = await begin("modullm embed", options, parts);
      try {
        return yield* embedTexts(input, await models.embedder(model), work.context, options);
      } catch (thrown) {
        throw work.failure(thrown);
      } finally {
        work.end();
      }
    },
    async rerank(query, documents, given = {}) {
      const { model = config.reranker ?? LEXICAL, top = null, ...options } = given;
      const { rerankDocuments } = await import("./engine/vectors/rerank-documents.ts");
      const work = await begin("modullm rerank", options, parts);
      try {
        const reranker = await models.reranker(model);
        return await rerankDocuments(query, documents, reranker, { ...work.context, top });
      } catch (thrown) {
        throw work.failure(thrown);
      } finally {
        work.end();
      }
    },
  };
}

interface Work {
  readonly context: VectorContext;
  failure(thrown: unknown): unknown;
  end(): void;
}

async function begin(
  name: string,
  options: Omit<VectorOptions, "model">,
  { config, redactor, tools, scope: own, remember }: VectorParts,
): Promise<Work> {
  const { scope: outer = own, signal, budget, tags, keep, traces = [], concurrency } = options;
  const recording = await remember(name, { scope: outer, tags, keep });
  const scope = outer.within({ name: "the whole run", limits: budget, signal });
  return {
    context: {
      tools,
      scope,
      traces: [...recording.traces, ...traces],
      deadlines: config.deadlines,
      ...(concurrency === undefined ? {} : { concurrency }),
    },
    failure: (thrown) => (options.raw === true ? thrown : redactor.value(thrown)),
    end: () => scope.end(),
  };
}

/** All vectors at once, for those who hold all texts. */
export async function embedAll(
  vectors: Vectors,
  texts: Iterable<string> | AsyncIterable<string>,
  options: EmbedTextsOptions = {},
): Promise<Embeddings> {
  const found: (Vector | null)[] = [];
  const embedded = vectors.embed(grouped(texts), options);
  for (;;) {
    const { done, value } = await embedded.next();
    if (done) return { vectors: found, ...value };
    found.push(value.embedding);
  }
}

/** Texts that are waited for together; a list's are all there, and a request takes no more. */
const TOGETHER = 256;

async function* grouped(
  texts: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<readonly string[]> {
  // One text is a list of its characters to TypeScript, and to nobody else.
  if (typeof texts === "string") return yield [texts];
  if (Symbol.asyncIterator in texts) {
    for await (const text of texts) yield [text];
    return;
  }
  let group: string[] = [];
  for (const text of texts) {
    group.push(text);
    if (group.length < TOGETHER) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
