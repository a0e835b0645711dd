import type { Embedder } from "./embedder.ts";
import type { Model, ModelNote } from "./model.ts";
import type { Reranker } from "./reranker.ts";

/**
 * Where models come from: one provider, many models.
 *
 * Order of calls: `model(name)` any number of times; then `Model.ready` before the first `call` of
 * a run; `close` once, last. A provider opens nothing until a model is called.
 *
 * What is absent can't be done there. All that takes a signal ends with RLLM_022 when it is
 * aborted, and with RLLM_014 or RLLM_017 when the server can't be asked or refuses.
 */
export interface ModelProvider {
  /** The canonical name: `google`, also where a program says `gemini/…`. */
  readonly id: string;
  /**
   * @param name what stands behind the first slash of `provider/name`
   * @throws {ModullmError} RLLM_002 when the name can't be one
   */
  model(name: string): Model;
  /** @throws {ModullmError} RLLM_002 when the name can't be one */
  embedder?(name: string): Embedder;
  /** @throws {ModullmError} RLLM_002 when the name can't be one */
  reranker?(name: string): Reranker;
  /** Names of the models that can be called now. */
  list?(signal: AbortSignal): Promise<readonly string[]>;
  /** Asks the server how it is: that costs nothing. One that is not there is not well, no error. */
  health?(signal: AbortSignal): Promise<Health>;
  /**
   * Gets a model onto the server, from wherever that has its models from. Resolves when it is
   * there.
   * @param note told of its progress
   */
  pull?(name: string, signal: AbortSignal, note: (note: ModelNote) => void): Promise<void>;
  /**
   * Has the server hold a model ready in memory; resolves when it does.
   * @throws {ModullmError} RLLM_010 for a model that is not there
   */
  load?(name: string, signal: AbortSignal, options?: LoadOptions): Promise<void>;
  /** Has the server let a model go from memory. One that is not held is none the less let go. */
  unload?(name: string, signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

export interface Health {
  readonly ok: boolean;
  /** What the server says of itself, or why it is not well, in words. */
  readonly message: string;
}

export interface LoadOptions {
  /**
   * Milliseconds without a call after which the server may let the model go; null: never.
   * @default as the server does by itself
   */
  readonly keepMs?: number | null;
}
