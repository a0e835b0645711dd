import type {
  ChatWrapper,
  LlamaContext,
  LlamaContextSequence,
  LlamaEmbeddingContext,
  LlamaModel,
  Token,
} from "node-llama-cpp";
import { type Engine, isMemoryFault, noMemory, windowOf } from "./engine.ts";
import type { ModelFile } from "./folder.ts";
import { PluginError } from "./sdk/serve.ts";
import type { Settings } from "./settings.ts";
import { orAborted } from "./shelf.ts";
import { Turns } from "./turns.ts";

/**
 * A model in memory, with a context for chats and one for embeddings, each made when it is first
 * wanted.
 */
export class LoadedModel {
  readonly model: LlamaModel;
  /** Tokens of prompt and answer together. */
  readonly window: number;
  readonly #engine: Engine;
  readonly #file: ModelFile;
  readonly #settings: Settings;
  readonly #turns: Turns;
  readonly #free: LlamaContextSequence[] = [];
  #wrapper: ChatWrapper | null = null;
  #chats: Promise<LlamaContext> | null = null;
  #embeddings: Promise<LlamaEmbeddingContext> | null = null;

  constructor(model: LlamaModel, options: { engine: Engine; file: ModelFile; settings: Settings }) {
    this.model = model;
    this.#engine = options.engine;
    this.#file = options.file;
    this.#settings = options.settings;
    this.#turns = new Turns(options.settings.parallel);
    this.window =
      windowOf(options.file, options.settings) ??
      Math.min(model.trainContextSize, options.settings.contextSize);
  }

  /** Found out once: it takes a tenth of a second. */
  get wrapper(): ChatWrapper {
    this.#wrapper ??= this.#engine.library.resolveChatWrapper(this.model);
    return this.#wrapper;
  }

  /**
   * The work has a sequence of its own until it ends. What was in it before stays, so that a prompt
   * that begins alike is quick.
   */
  async chat<Result>(
    signal: AbortSignal,
    work: (sequence: LlamaContextSequence) => Promise<Result>,
  ): Promise<Result> {
    await this.#turns.take(signal);
    try {
      const sequence = await orAborted(this.#sequence(), signal);
      try {
        return await work(sequence);
      } finally {
        this.#free.push(sequence);
      }
    } finally {
      this.#turns.give();
    }
  }

  /** A vector of length 1. */
  async embed(
    text: string,
    signal: AbortSignal,
  ): Promise<{ vector: readonly number[]; tokens: number }> {
    this.#embeddings ??= this.#createEmbeddings().catch((thrown: unknown) => {
      this.#embeddings = null;
      throw thrown;
    });
    const context = await orAborted(this.#embeddings, signal);
    const tokens = this.#embeddable(text);
    const count = context.calculateInputLength([...tokens]);
    if (count >= this.window) throw tooLong(`the text has ${count} tokens`, this.window - 1);
    const { vector } = await context.getEmbeddingFor(tokens);
    const length = Math.hypot(...vector);
    return { vector: length > 0 ? vector.map((value) => value / length) : vector, tokens: count };
  }

  async #sequence(): Promise<LlamaContextSequence> {
    this.#chats ??= this.#createChats().catch((thrown: unknown) => {
      this.#chats = null;
      throw thrown;
    });
    const context = await this.#chats;
    return this.#free.pop() ?? context.getSequence();
  }

  async #createChats(): Promise<LlamaContext> {
    const { parallel, threads } = this.#settings;
    return await this.#within(
      this.model.createContext({ contextSize: this.window, sequences: parallel, threads }),
    );
  }

  /** A text is pooled over one batch, so that the batch must take it whole. */
  async #createEmbeddings(): Promise<LlamaEmbeddingContext> {
    const { threads } = this.#settings;
    const options = { contextSize: this.window, batchSize: this.window, threads };
    return await this.#within(this.model.createEmbeddingContext(options));
  }

  async #within<Result>(made: Promise<Result>): Promise<Result> {
    try {
      return await made;
    } catch (thrown) {
      throw isMemoryFault(thrown, this.#engine.library) ? noMemory(this.#file, thrown) : thrown;
    }
  }

  /** A model needs a token to say anything of, for an empty text too. */
  #embeddable(text: string): Token[] {
    const tokens = this.model.tokenize(text);
    if (tokens.length > 0) return tokens;
    const { bos } = this.model.tokens;
    return bos === null ? this.model.tokenize(" ") : [bos];
  }
}

/** Shaped as what servers say, so that a program can turn to a model that takes more. */
export function tooLong(what: string, most: number): PluginError {
  return new PluginError("refused", `${what}, and ${most} fit in the context of this model here`, {
    status: 400,
    provider_code: "context_length_exceeded",
  });
}
