import { ModullmError } from "../../core/error.ts";
import type { Embedder, Purpose, Vector } from "../../model/embedder.ts";
import { cancellation } from "../state.ts";
import { askInParts, Batches, type Item } from "./batches.ts";
import { flow } from "./pipeline.ts";
import { requireText } from "./require-text.ts";
import { added, type VectorTotals } from "./totals.ts";
import { DEFAULT_CONCURRENCY, type VectorContext, VectorRun } from "./vector-run.ts";

export interface EmbedOptions {
  /** How many numbers a vector is to have. @default as many as the model gives */
  readonly dimensions?: number | null;
  /** What the vectors are for. @default "document" */
  readonly purpose?: Purpose;
}

export interface EmbeddedText {
  /** Where the text stood, from 0. */
  readonly index: number;
  /** Null for a text of nothing but blanks, where the model takes none. */
  readonly embedding: Vector | null;
}

/** After so many requests the history has them as a run, and what follows is another one. */
const REQUESTS_OF_A_RUN = 1000;

/**
 * Embeds texts as they come, in batches, and gives the vectors in the order of the texts. Memory
 * does not grow with their number. What was given before a failure counts.
 * @param input texts, those that are there at one time together
 * @throws {ModullmError} what the embedder throws, RLLM_020, RLLM_021, RLLM_022; RLLM_011 when the
 * vectors of two requests differ in length
 */
export async function* embedTexts(
  input: AsyncIterable<readonly string[]>,
  embedder: Embedder,
  context: VectorContext,
  options: EmbedOptions = {},
): AsyncGenerator<EmbeddedText, VectorTotals> {
  const { scope, concurrency = DEFAULT_CONCURRENCY } = context;
  // What is still under way when this ends is of no use to anybody.
  const own = scope.within({ name: "the texts" });
  const work = new Embedding(embedder, { ...context, scope: own }, options);
  let failure: unknown = new ModullmError("RLLM_022", "The texts were left before their end", {
    details: { reason: "nobody took the rest" },
  });
  try {
    await work.ready();
    const parts = flow({
      input,
      take: (texts) => work.take(texts),
      full: () => work.full(),
      next: (state) => work.next(state),
      ask: (items) => work.ask(items),
      concurrency,
      signal: own.signal,
      abandon: () => own.end(failure),
    });
    for await (const part of parts) yield* part;
    failure = null;
    return work.totals();
  } catch (thrown) {
    failure = scope.signal.aborted ? cancellation(scope.signal) : thrown;
    throw failure;
  } finally {
    work.end(failure);
    own.end();
  }
}

class Embedding {
  readonly #embedder: Embedder;
  readonly #context: VectorContext;
  readonly #options: EmbedOptions;
  readonly #batches: Batches;
  #run: VectorRun;
  /** What the runs before this one took. */
  #before: VectorTotals | null = null;
  /** Texts so far. */
  #count = 0;
  /** Numbers of a vector; 0 before the first. */
  #length = 0;

  constructor(embedder: Embedder, context: VectorContext, options: EmbedOptions) {
    this.#embedder = embedder;
    this.#context = context;
    this.#options = options;
    this.#batches = new Batches(embedder.limits);
    this.#run = this.#begin();
  }

  async ready(): Promise<void> {
    await this.#embedder.ready(this.#context.scope.signal, this.#run.note);
  }

  async take(texts: readonly string[]): Promise<void> {
    const { id, origin } = this.#embedder;
    const { tokens } = this.#context.tools;
    for (const text of texts) {
      requireText(text, "text", this.#count);
      // What runs here has no limit of tokens, and is not paid by them.
      const count = origin === undefined ? 0 : await tokens.count(text, id);
      this.#batches.add({ index: this.#count++, text, tokens: count });
    }
  }

  full(): boolean {
    return this.#batches.length >= this.#batches.limits.texts * 2;
  }

  next({ rest, open }: { rest: boolean; open: number }): readonly Item[] | null {
    if (this.#run.attempts >= REQUESTS_OF_A_RUN) {
      if (open > 0) return null;
      this.#before = this.totals();
      this.#run.end();
      this.#run = this.#begin();
    }
    return this.#batches.next({ rest });
  }

  async ask(items: readonly Item[]): Promise<readonly EmbeddedText[]> {
    const { takesBlank, id: model } = this.#embedder;
    const asked = items.filter(({ text }) => takesBlank || text.trim() !== "");
    const parts = {
      model,
      batches: this.#batches,
      ask: (some: readonly Item[]) => this.#askOnce(some),
      note: this.#run.note,
    };
    const vectors = asked.length === 0 ? [] : await askInParts(asked, parts);
    const byIndex = new Map(asked.map(({ index }, at) => [index, vectors[at] ?? null]));
    return items.map(({ index }) => ({ index, embedding: byIndex.get(index) ?? null }));
  }

  totals(): VectorTotals {
    const totals = this.#run.totals();
    return this.#before === null ? totals : added(this.#before, totals);
  }

  end(failure: unknown): void {
    this.#run.end(failure);
  }

  #begin(): VectorRun {
    return new VectorRun("embed", this.#embedder, this.#context);
  }

  async #askOnce(items: readonly Item[]): Promise<readonly Vector[]> {
    const { dimensions = null, purpose = "document" } = this.#options;
    const { id } = this.#embedder;
    const texts = items.map(({ text }) => text);
    const tokens = items.reduce((sum, item) => sum + item.tokens, 0);
    const { vectors } = await this.#run.call(tokens, (request, signal, note) =>
      this.#embedder.embed({ ...request, texts, dimensions, purpose }, signal, note),
    );
    const length = vectors[0]?.length ?? 0;
    this.#length ||= length;
    if (length !== this.#length) throw otherLength(id, this.#length, length);
    return vectors;
  }
}

function otherLength(model: string, length: number, own: number): ModullmError {
  const reason = `its vectors have ${own} numbers, and those of the request before ${length}`;
  return new ModullmError("RLLM_011", `Cannot use the reply of "${model}": ${reason}`, {
    details: { model, reason },
    hint: "Behind one name there may be two models: check what the server runs.",
  });
}
