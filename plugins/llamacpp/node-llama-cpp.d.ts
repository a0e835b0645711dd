/**
 * What this plugin uses of node-llama-cpp 3.22. The package is large and made for each platform, so
 * it is not installed wherever this code is checked; the tests run against the real one.
 */
declare module "node-llama-cpp" {
  export type Token = number & { readonly __token: never };

  export interface LlamaOptions {
    /** False: the processor alone. */
    readonly gpu: "auto" | false;
    /** `never`: a binary that is there, or none. */
    readonly build: "never";
    readonly skipDownload: true;
    readonly maxThreads: number;
    readonly logLevel: "warn";
    readonly logger: (level: string, message: string) => void;
  }

  export function getLlama(options: LlamaOptions): Promise<Llama>;

  export interface Llama {
    readonly gpu: string | false;
    loadModel(options: ModelOptions): Promise<LlamaModel>;
    createGrammar(options: { readonly grammar: string }): Promise<LlamaGrammar>;
    dispose(): Promise<void>;
  }

  export interface ModelOptions {
    readonly modelPath: string;
    readonly gpuLayers?: number | { readonly fitContext: { readonly contextSize: number } };
    readonly vocabOnly?: boolean;
    /** By architecture, such as `{ llama: { pooling_type: 1 } }`. */
    readonly metadataOverrides?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  }

  export interface LlamaModel {
    readonly tokens: { readonly bos: Token | null };
    readonly tokenizer: Tokenizer;
    readonly trainContextSize: number;
    tokenize(text: string): Token[];
    createContext(options: ContextOptions & { readonly sequences: number }): Promise<LlamaContext>;
    createEmbeddingContext(options: ContextOptions): Promise<LlamaEmbeddingContext>;
    dispose(): Promise<void>;
  }

  export interface Tokenizer {
    (text: string): Token[];
  }

  export interface ContextOptions {
    readonly contextSize: number;
    readonly batchSize?: number;
    readonly threads: number;
  }

  export interface LlamaContext {
    readonly contextSize: number;
    getSequence(): LlamaContextSequence;
  }

  export interface LlamaContextSequence {
    readonly tokenMeter: { readonly usedOutputTokens: number };
  }

  export interface LlamaEmbeddingContext {
    getEmbeddingFor(input: Token[]): Promise<{ readonly vector: readonly number[] }>;
    calculateInputLength(input: Token[]): number;
  }

  export interface LlamaGrammar {
    readonly grammar: string;
  }

  export type ChatHistoryItem =
    | { readonly type: "system" | "user"; readonly text: string }
    | { readonly type: "model"; readonly response: string[] };

  /** How a model wants its chats written. */
  export interface ChatWrapper {
    generateContextState(options: { readonly chatHistory: readonly ChatHistoryItem[] }): {
      readonly contextText: { tokenize(tokenizer: Tokenizer): Token[] };
    };
  }

  /** Of models that open each answer with a thought. */
  export class QwenChatWrapper implements ChatWrapper {
    constructor(options: { readonly variation: "3.5" });
    generateContextState: ChatWrapper["generateContextState"];
  }

  /** From the template in the file, or from what is known of the model. */
  export function resolveChatWrapper(model: LlamaModel): ChatWrapper;

  export class LlamaChat {
    constructor(options: {
      readonly contextSequence: LlamaContextSequence;
      readonly chatWrapper: ChatWrapper;
    });
    /** Ends with `signal.reason` when the signal is aborted. */
    generateResponse(history: ChatHistoryItem[], options: GenerateOptions): Promise<Generated>;
    dispose(): void;
  }

  export interface GenerateOptions {
    readonly maxTokens: number;
    readonly temperature: number;
    readonly topK?: number;
    readonly topP?: number;
    readonly minP?: number;
    readonly seed?: number;
    readonly repeatPenalty:
      | false
      | {
          readonly penalty: number;
          readonly frequencyPenalty: number;
          readonly presencePenalty: number;
        };
    readonly customStopTriggers?: readonly string[];
    readonly grammar?: LlamaGrammar;
    /** Whether nothing but the answer itself may be written: no thought is opened. */
    readonly abortOnNonText?: boolean;
    readonly signal: AbortSignal;
    readonly contextShift: { readonly strategy: () => never };
    readonly onResponseChunk: (chunk: {
      readonly type: "segment" | undefined;
      readonly text: string;
    }) => void;
  }

  export interface Generated {
    readonly metadata: { readonly stopReason: string };
  }

  export class InsufficientMemoryError extends Error {}
  export class NoBinaryFoundError extends Error {}
}
