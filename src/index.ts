/**
 * The library: run `.rllm` programs from TypeScript, under Bun or Node 20 and later.
 *
 * @example
 * import { run } from "modullm";
 * const { summary } = await run<{ text: string }, { summary: string }>("summary.rllm", {
 *   text: "…",
 * });
 */
import { createApp } from "./app.ts";
import type { RunListener } from "./core/events.ts";
import { loadConfig } from "./config/load.ts";
import { type LoadedProgram, loadProgram, loadText } from "./library/load.ts";
import { locateProgram } from "./library/names.ts";
import type { SandboxSession, SessionOptions } from "./sandbox/sandbox.ts";
import type { Language } from "./sandbox/offers.ts";
import type { App, StartOptions } from "./workspace.ts";
import {
  embedAll,
  type Embeddings,
  type EmbedTextsOptions,
  type RerankTextsOptions,
  type Reranking,
} from "./vectors.ts";
import { validateProgram, type Validation, type ValidateOptions } from "./library/validate.ts";

export { feedback } from "./answer/feedback.ts";
export { readPartial } from "./answer/partial.ts";
export { readAnswer } from "./answer/read.ts";
export { type AnswerReader, createAnswerReader } from "./answer/reader.ts";
export type {
  Edit,
  Lost,
  PartialReading,
  Reading,
  ReadOptions,
  RepairLevel,
} from "./answer/answer.ts";
export { type Compilation, compileContract } from "./contract/compile.ts";
export { sketchSchema } from "./contract/sketch.ts";
export type { CheckResult, Contract, Issue, JsonSchema } from "./contract/contract.ts";
export { type Code, CODES } from "./core/codes.ts";
export { type ErrorPayload, errorPayload, ModullmError } from "./core/error.ts";
export type { RunEvent, RunListener, Trace } from "./core/events.ts";
export type { HostTool, HostToolResult } from "./engine/tools/host.ts";
export { VERSION } from "./core/version.ts";
export type { LoadedProgram } from "./library/load.ts";
export type { PlacedWarning, ValidateOptions, Validation } from "./library/validate.ts";
export type {
  CodeSource,
  Failure,
  GrantedFunction,
  Outcome,
  SandboxLimits,
  SandboxSession,
  SessionOptions,
} from "./sandbox/sandbox.ts";
export type { Purpose, Vector } from "./model/embedder.ts";
export type { RankedDocument } from "./engine/vectors/rerank-documents.ts";
export type { VectorTotals } from "./engine/vectors/totals.ts";
export type { Embeddings, EmbedTextsOptions, Reranking, RerankTextsOptions } from "./vectors.ts";
export type { Level } from "./core/sandbox-level.ts";
export type { Program } from "./program/program.ts";

declare const contract: unique symbol;

/**
 * A program ready to run, with the types its author gave for input and output; `modullm inspect
 * --format typescript` prints them.
 */
export type Loaded<
  Input = Record<string, unknown>,
  Output = Record<string, unknown>,
> = LoadedProgram & {
  readonly [contract]?: { readonly input: Input; readonly output: Output };
};

export interface OpenOptions {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The folder whose `.env` counts and that relative paths start from. @default process.cwd() */
  readonly cwd?: string;
  /** False reads no `.env` and no config.yaml. @default true */
  readonly autoload?: boolean;
  /** Told what you should know, each sentence once. @default warnings of the process */
  readonly warn?: (message: string) => void;
  /** @default globalThis.fetch */
  readonly fetch?: typeof fetch;
  /** Pull local models that are missing. @default what the configuration says */
  readonly ollamaAutoPull?: boolean;
}

export interface RunOptions extends Omit<
  StartOptions,
  "traces" | "scope" | "defaultRetries" | "conversation"
> {
  /**
   * Sees the run's events as they happen, without secrets where `raw` isn't true. One that throws
   * is told nothing more.
   */
  readonly onEvent?: RunListener;
  /** Whether it sees model text as it comes (`model-delta`). @default false */
  readonly stream?: boolean;
  /** Whether it sees inputs, requests, answers and outputs. @default false */
  readonly payloads?: boolean;
}

/** Configuration, providers and run history, opened once for many runs. Close it when done. */
export interface Modullm {
  /** A file, or else a name in the library. @throws {ModullmError} what reading finds */
  load<Input = Record<string, unknown>, Output = Record<string, unknown>>(
    path: string,
  ): Promise<Loaded<Input, Output>>;
  /**
   * A program from its text; what it `uses` is relative to the working folder. @throws
   * {ModullmError} what reading finds
   */
  parse<Input = Record<string, unknown>, Output = Record<string, unknown>>(
    text: string,
  ): Promise<Loaded<Input, Output>>;
  /** The output object. @throws {ModullmError} compare `error.code` */
  run<Input, Output>(
    program: Loaded<Input, Output> | string,
    input: NoInfer<Input>,
    options?: RunOptions,
  ): Promise<Output>;
  /**
   * Vectors of texts, asked for in batches as large as the server takes, several at a time.
   *
   * @example
   * const { vectors } = await modullm.embed(["a cat", "a dog"], {
   *   model: "openai/text-embedding-3-small",
   * });
   * @throws {ModullmError} compare `error.code`
   */
  embed(
    texts: Iterable<string> | AsyncIterable<string>,
    options?: EmbedTextsOptions,
  ): Promise<Embeddings>;
  /**
   * Documents in the order in which they answer a query.
   *
   * @example
   * const { results } = await modullm.rerank("How do I return it?", documents, { top: 3 });
   * console.log(results[0]?.index, results[0]?.score);
   * @throws {ModullmError} compare `error.code`
   */
  rerank(
    query: string,
    documents: readonly string[],
    options?: RerankTextsOptions,
  ): Promise<Reranking>;
  /** @throws {ModullmError} what reading finds */
  validate(path: string, options?: ValidateOptions): Promise<Validation>;
  /**
   * A session that runs code nobody vouches for, in a process of its own: variables stay from one
   * `run` to the next, and only the functions that are granted can be called.
   *
   * @example
   * const session = await modullm.openSandbox("python", {
   *   functions: { ask: async ([question]) => `${question}?` },
   * });
   * const outcome = await session.run("result = ask(name).upper()", { name: "ann" });
   * if (outcome.ok) console.log(outcome.value); // ANN?
   * await session.close();
   * @throws {ModullmError} RLLM_009 where this machine can't confine it as it must be
   */
  openSandbox(
    language: Language,
    options?: SessionOptions,
    signal?: AbortSignal,
  ): Promise<SandboxSession>;
  /**
   * Resolves when every run that has ended is on disk, for those who must know; without it that is
   * so within 50 ms, and after `close`.
   * @throws {ModullmError} RLLM_018 where a run could be recorded nowhere
   */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/** @throws {ModullmError} RLLM_018 for configuration that can't be read */
export async function open(options: OpenOptions = {}): Promise<Modullm> {
  return await openApp(options, { stays: true });
}

async function openApp(
  options: OpenOptions,
  { stays }: { readonly stays: boolean },
): Promise<Modullm> {
  const { cwd = process.cwd(), env = process.env, warn = warnProcess } = options;
  const app = await createApp({ ...options, env, cwd, warn, stays });
  const { library } = app.config;
  return {
    load: (program) => app.load(program),
    parse: (text) => loadText(text, cwd, { library }),
    run: (program, input, runOptions) => runWith(app, program, input, runOptions),
    embed: async (texts, embedOptions) => await embedAll(app, texts, embedOptions),
    async rerank(query, documents, rerankOptions) {
      const { results, totals } = await app.rerank(query, documents, rerankOptions);
      return { results, ...totals };
    },
    validate: async (program, validateOptions) =>
      await validateProgram(await locateProgram(program, { cwd, library }), {
        library,
        ...validateOptions,
        lint: (linted) => app.lintBlocks(linted),
        known: app.knownTools,
      }),
    openSandbox: (language, session = {}, signal = new AbortController().signal) =>
      app.tools.sandboxes.open(
        language,
        { ...session, permit: (level) => app.permitSandbox(language, level) },
        signal,
      ),
    flushed: async () => await (await app.store()).flushed(),
    close: () => app.close(),
  };
}

/**
 * One run, with everything opened and closed around it. For many runs, `open` once. @throws
 * {ModullmError}
 */
export async function run<Input = Record<string, unknown>, Output = Record<string, unknown>>(
  program: Loaded<Input, Output> | string,
  input: NoInfer<Input>,
  options: RunOptions & OpenOptions = {},
): Promise<Output> {
  const modullm = await openApp(options, { stays: false });
  try {
    return await modullm.run<Input, Output>(program, input, options);
  } finally {
    await modullm.close();
  }
}

/**
 * Reads a program, a file or else a name in the library, and all that it uses. @throws
 * {ModullmError} what reading finds
 */
export async function load<Input = Record<string, unknown>, Output = Record<string, unknown>>(
  program: string,
): Promise<Loaded<Input, Output>> {
  const library = libraryHere;
  return await loadProgram(await locateProgram(program, { cwd: process.cwd(), library }), {
    library,
  });
}

/**
 * Checks a program and all that it uses, without calling a model. @throws {ModullmError} what
 * reading finds
 */
export async function validate(
  program: string,
  options: ValidateOptions = {},
): Promise<Validation> {
  const { library = libraryHere } = options;
  const cwd = process.cwd();
  const apps: App[] = [];
  // Only programs with blocks, or tools of servers and APIs, need it.
  async function openOne(): Promise<App> {
    const app = await createApp({ env: process.env, cwd, warn: () => {} });
    apps.push(app);
    return app;
  }
  let opening: Promise<App> | null = null;
  try {
    return await validateProgram(await locateProgram(program, { cwd, library }), {
      ...options,
      library,
      lint: async (linted) => await (await (opening ??= openOne())).lintBlocks(linted),
      known: async (entry, at) => await (await (opening ??= openOne())).knownTools(entry, at),
    });
  } finally {
    for (const app of apps) await app.close();
  }
}

/** Read anew for each load, and only when it meets a library name. */
async function libraryHere(): Promise<readonly string[]> {
  return (await loadConfig({ env: process.env, cwd: process.cwd(), autoload: true })).library;
}

function warnProcess(message: string): void {
  process.emitWarning(message, "ModullmWarning");
}

async function runWith<Input, Output>(
  app: App,
  program: Loaded<Input, Output> | string,
  input: Input,
  options: RunOptions = {},
): Promise<Output> {
  const { onEvent, stream = false, payloads = false, ...rest } = options;
  const wants = { deltas: stream, payloads };
  const traces = onEvent ? [{ wants, raw: rest.raw === true, listen: onEvent }] : [];
  const loaded = typeof program === "string" ? await app.load(program) : program;
  const { output } = await app.run(loaded, input, { ...rest, traces });
  return output as Output;
}
