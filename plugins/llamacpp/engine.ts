import type {
  InsufficientMemoryError,
  Llama,
  LlamaGrammar,
  LlamaModel,
  NoBinaryFoundError,
} from "node-llama-cpp";
import type { ModelFile } from "./folder.ts";
import { PluginError } from "./sdk/serve.ts";
import type { Settings } from "./settings.ts";

/** Grammars that are kept: a program asks for one schema again and again. */
const GRAMMARS = 32;
/**
 * How llama.cpp numbers the mean of all tokens' vectors, and what a model does that ranks texts.
 */
const [MEAN, RANK] = [1, 4];
/** Architectures that read a text whole and write none. */
const ENCODERS = /bert|^t5encoder$|-embedding$/;

/** llama.cpp in this process. */
export interface Engine {
  readonly library: typeof import("node-llama-cpp");
  readonly llama: Llama;
  /** @throws {PluginError} */
  load(file: ModelFile, options: { readonly vocabularyOnly: boolean }): Promise<LlamaModel>;
  /** @throws when llama.cpp does not take the grammar */
  grammar(text: string): Promise<LlamaGrammar>;
}

/** @throws {PluginError} when it is not installed, or has no binary for this machine */
export async function startEngine(settings: Settings): Promise<Engine> {
  const library = await importLibrary();
  const llama = await startLlama(library, settings);
  const grammars = new Map<string, Promise<LlamaGrammar>>();
  return {
    library,
    llama,
    async load(file, { vocabularyOnly }) {
      const { head } = file;
      if (head === null) throw unreadable(file, "it is no GGUF file");
      const layers = settings.gpuLayers ?? {
        fitContext: { contextSize: windowOf(file, settings) ?? settings.contextSize },
      };
      // What a model was not made to embed with gives most by the mean of its tokens.
      const pools = head.architecture !== null && head.pooling === null;
      try {
        return await llama.loadModel({
          modelPath: file.file,
          vocabOnly: vocabularyOnly,
          gpuLayers: vocabularyOnly ? 0 : layers,
          ...(pools ? { metadataOverrides: { [head.architecture]: { pooling_type: MEAN } } } : {}),
        });
      } catch (thrown) {
        throw isMemoryFault(thrown, library)
          ? noMemory(file, thrown)
          : unreadable(file, messageOf(thrown));
      }
    },
    async grammar(text) {
      const made = grammars.get(text) ?? llama.createGrammar({ grammar: text });
      grammars.delete(text);
      grammars.set(text, made);
      const [oldest] = grammars.keys();
      if (grammars.size > GRAMMARS && oldest !== undefined) grammars.delete(oldest);
      return await made;
    },
  };
}

/** Tokens that a model takes here; null where its file does not say. */
export function windowOf({ head }: ModelFile, { contextSize }: Settings): number | null {
  const own = head?.window ?? null;
  return own === null ? null : Math.min(own, contextSize);
}

/** @throws {PluginError} for a model that writes no text */
export function checkChats({ name, head }: ModelFile): void {
  if (head === null || head.architecture === null || !ENCODERS.test(head.architecture)) return;
  throw new PluginError(
    "refused",
    `"${name}" is made for vectors alone, and a chat was asked of it`,
    { status: 400 },
  );
}

/** @throws {PluginError} for a model that gives a rank in place of a vector */
export function checkEmbeds({ name, head }: ModelFile): void {
  if (head?.pooling !== RANK) return;
  throw new PluginError(
    "refused",
    `"${name}" is made to rank texts, and vectors were asked of it`,
    { status: 400 },
  );
}

export function isMemoryFault(
  thrown: unknown,
  library: { readonly InsufficientMemoryError: typeof InsufficientMemoryError },
): boolean {
  return (
    thrown instanceof library.InsufficientMemoryError ||
    /failed to allocate|out of memory/i.test(messageOf(thrown))
  );
}

/** It may fit when other programs have ended. */
export function noMemory({ name }: ModelFile, thrown: unknown): PluginError {
  return new PluginError(
    "unavailable",
    `there is not enough memory for "${name}": ${messageOf(thrown)}`,
    {
      provider_code: "insufficient_memory",
    },
  );
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function unreadable({ name, file }: ModelFile, reason: string): PluginError {
  return new PluginError("refused", `cannot load "${name}" from "${file}": ${reason}`, {
    provider_code: "model_unreadable",
  });
}

async function importLibrary(): Promise<typeof import("node-llama-cpp")> {
  try {
    return await import("node-llama-cpp");
  } catch (thrown) {
    const wanted = "run `npm install --ignore-scripts --no-bin-links` in the plugin's folder";
    throw new PluginError(
      "refused",
      `node-llama-cpp is not installed beside the plugin: ${wanted} (${messageOf(thrown)})`,
      {
        provider_code: "not_installed",
      },
    );
  }
}

async function startLlama(
  library: typeof import("node-llama-cpp"),
  { gpuLayers, threads }: Settings,
): Promise<Llama> {
  try {
    return await library.getLlama({
      gpu: gpuLayers === 0 ? false : "auto",
      build: "never",
      skipDownload: true,
      maxThreads: threads,
      logLevel: "warn",
      logger: (level, message) =>
        void process.stderr.write(`llama.cpp ${level}: ${message.trimEnd()}\n`),
    });
  } catch (thrown) {
    if (!(thrown instanceof (library.NoBinaryFoundError satisfies typeof NoBinaryFoundError)))
      throw thrown;
    const machine = `${process.platform} on ${process.arch}`;
    throw new PluginError(
      "refused",
      `node-llama-cpp has no binary for ${machine} in the plugin's folder`,
      {
        provider_code: "not_installed",
      },
    );
  }
}
