import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";

export interface Settings {
  /** Where the models are, absolute. */
  readonly folder: string;
  /** Null: as many as fit. */
  readonly gpuLayers: number | null;
  /** Tokens of prompt and answer together. */
  readonly contextSize: number;
  readonly threads: number;
  /** Chats that one model answers at a time. */
  readonly parallel: number;
  /** Models in memory at a time. */
  readonly loaded: number;
}

/**
 * A model that was made for 128,000 tokens would take more memory for its context than for itself.
 */
const CONTEXT_SIZE = 8192;

/** The host has checked them against the manifest. */
export function readSettings(
  given: Readonly<Record<string, unknown>>,
  dataFolder: string,
): Settings {
  const folder = given["folder"];
  return {
    folder:
      typeof folder === "string"
        ? resolve(folder.replace(/^~(?=[/\\]|$)/, homedir()))
        : join(dataFolder, "models"),
    gpuLayers: number(given["gpu_layers"], null),
    contextSize: number(given["context_size"], CONTEXT_SIZE),
    threads: number(given["threads"], spareProcessors()),
    parallel: number(given["parallel"], 1),
    loaded: number(given["loaded"], 1),
  };
}

/**
 * llama.cpp's threads wait for each other by spinning: with as many as there are processors, one
 * other busy process makes a token take many times as long.
 */
function spareProcessors(): number {
  return Math.max(1, availableParallelism() - 1);
}

function number<T>(value: unknown, otherwise: T): number | T {
  return typeof value === "number" ? value : otherwise;
}
