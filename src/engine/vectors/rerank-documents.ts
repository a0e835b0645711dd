import { ModullmError } from "../../core/error.ts";
import type { Reranker } from "../../model/reranker.ts";
import { cancellation } from "../state.ts";
import { askInParts, Batches, type Item } from "./batches.ts";
import { flow } from "./pipeline.ts";
import { requireText } from "./require-text.ts";
import type { VectorTotals } from "./totals.ts";
import { DEFAULT_CONCURRENCY, type VectorContext, VectorRun } from "./vector-run.ts";

export interface RerankOptions {
  /** The best so many. @default all */
  readonly top?: number | null;
}

export interface RankedDocument {
  /** Where the document stood, from 0. */
  readonly index: number;
  /** The higher the better; null for one of nothing but blanks, where the model takes none. */
  readonly score: number | null;
  readonly text: string;
}

export interface Ranking {
  /** The best one first; of equal ones, that which stood first. */
  readonly results: readonly RankedDocument[];
  readonly totals: VectorTotals;
}

/**
 * Scores documents by how well each answers the query.
 * @throws {ModullmError} RLLM_016 for a query of nothing but blanks; what the reranker throws,
 * RLLM_020, RLLM_021, RLLM_022
 */
export async function rerankDocuments(
  query: string,
  documents: readonly string[],
  reranker: Reranker,
  context: VectorContext & RerankOptions,
): Promise<Ranking> {
  requireText(query, "query", 0);
  for (const [index, document] of documents.entries()) requireText(document, "document", index);
  if (query.trim() === "") throw blankQuery();
  const { scope, top = null } = context;
  // What is still under way when this ends is of no use to anybody.
  const own = scope.within({ name: "the documents" });
  const run = new VectorRun("rerank", reranker, { ...context, scope: own });
  let failure: unknown = null;
  try {
    await reranker.ready(own.signal, run.note);
    const scores = await score(query, documents, reranker, { ...context, scope: own, run });
    const ranked = documents.map((text, index) => {
      return { index, score: scores.get(index) ?? null, text };
    });
    const results = ranked.toSorted(better).slice(0, top ?? ranked.length);
    return { results, totals: run.totals() };
  } catch (thrown) {
    failure = scope.signal.aborted ? cancellation(scope.signal) : thrown;
    throw failure;
  } finally {
    run.end(failure);
    own.end();
  }
}

/** The scores by where the documents stand. */
async function score(
  query: string,
  documents: readonly string[],
  reranker: Reranker,
  context: VectorContext & { readonly run: VectorRun },
): Promise<ReadonlyMap<number, number>> {
  const { id, origin, limits, takesBlank } = reranker;
  const { run, tools, scope, concurrency = DEFAULT_CONCURRENCY } = context;
  const count = async (text: string): Promise<number> =>
    origin === undefined ? 0 : await tools.tokens.count(text, id);
  const beside = await count(query);
  const batches = new Batches(limits, beside);
  const scores = new Map<number, number>();

  async function take(texts: readonly string[]): Promise<void> {
    for (const [index, text] of texts.entries())
      if (takesBlank || text.trim() !== "") batches.add({ index, text, tokens: await count(text) });
  }

  async function askOnce(items: readonly Item[]): Promise<readonly number[]> {
    const texts = items.map(({ text }) => text);
    const tokens = items.reduce((sum, item) => sum + item.tokens + beside, 0);
    const reply = await run.call(tokens, (request, signal, note) =>
      reranker.rerank({ ...request, query, documents: texts }, signal, note),
    );
    return reply.scores;
  }

  async function ask(items: readonly Item[]): Promise<void> {
    const { note } = run;
    const found = await askInParts(items, { model: id, batches, ask: askOnce, note });
    for (const [at, { index }] of items.entries()) scores.set(index, found[at] ?? 0);
  }

  const asked = flow({
    input: once(documents),
    take,
    full: () => false,
    next: ({ rest }) => batches.next({ rest }),
    ask,
    concurrency,
    signal: scope.signal,
    abandon: () => scope.end(new ModullmError("RLLM_022", "Nobody waits for the documents")),
  });
  for await (const _ of asked);
  return scores;
}

async function* once(documents: readonly string[]): AsyncGenerator<readonly string[]> {
  yield documents;
}

/** What has no score comes last. */
function better(one: RankedDocument, other: RankedDocument): number {
  const by = (document: RankedDocument): number => document.score ?? Number.NEGATIVE_INFINITY;
  return by(one) === by(other) ? one.index - other.index : by(other) - by(one);
}

function blankQuery(): ModullmError {
  return new ModullmError("RLLM_016", "Cannot rerank: the query has nothing but blanks", {
    details: { source: "query", reason: "nothing but blanks" },
    hint: "Give the question that the documents are held against.",
  });
}
