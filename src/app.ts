import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { sketchSchema } from "./contract/sketch.ts";
import type { Config } from "./config/config.ts";
import type { RunListener } from "./core/events.ts";
import { loadConfig } from "./config/load.ts";
import { findHome } from "./config/paths.ts";
import { createRedactor, type Redactor } from "./redaction/redactor.ts";
import type { AnswerCache } from "./engine/answers.ts";
import type { EngineTools, RunOptions, RunResult } from "./engine/engine.ts";
import { runProgram } from "./engine/run.ts";
import type { LoadedProgram } from "./library/load.ts";
import { createMediaReader } from "./media/media.ts";
import { createCatalog } from "./model/catalog/catalog.ts";
import { createBreakerFiles } from "./model/failover/breaker-files.ts";
import type { ModelCatalog } from "./model/facts.ts";
import { createModels } from "./model/models.ts";
import { createTokenCounter } from "./model/tokens.ts";
import type { Plugins } from "./plugin/plugins.ts";
import type { Program } from "./program/program.ts";
import type { BlockLint, BlockLinter } from "./sandbox/lint/linter.ts";
import { createSandboxes } from "./sandbox/sandboxes.ts";
import type { Store } from "./store/store.ts";

export interface AppOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** False reads no `.env` and no config.yaml. @default true */
  readonly autoload?: boolean;
  /** Pull local models that are missing. @default what the configuration says */
  readonly ollamaAutoPull?: boolean;
  /** Whether it serves many runs: what is slow to start is then kept started. @default false */
  readonly stays?: boolean;
  /**
   * Asks the user for a yes before a plugin is run for the first time; null where nobody can be
   * asked. @default null
   */
  readonly ask?: ((question: string) => Promise<boolean>) | null;
  /** Told what the user should know; each sentence once. */
  readonly warn: (message: string) => void;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
}

export interface AppRunOptions extends RunOptions {
  /** Put on the run, to find it by. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether the run's events are kept, redacted. @default `history.events` */
  readonly keep?: boolean;
}

/** The house put together: what every face (command line, server, library) asks. */
export interface App {
  readonly config: Config;
  readonly redactor: Redactor;
  readonly catalog: ModelCatalog;
  readonly tools: EngineTools;
  /** The run history; opened on first use. */
  store(): Promise<Store>;
  /**
   * Reads a program and all that it uses: a file, or else a name in the library. @throws
   * {ModullmError} what reading finds
   */
  load(program: string): Promise<LoadedProgram>;
  /**
   * Runs a program and records it. `options.model` and the configuration's defaults are applied
   * here.
   */
  run(loaded: LoadedProgram, input: unknown, options?: AppRunOptions): Promise<RunResult>;
  /** Options with the configuration's defaults. */
  withDefaults(options: RunOptions): RunOptions;
  /** Reads the blocks of a program in the sandboxes, without running them. */
  lintBlocks(program: Program): Promise<readonly BlockLint[]>;
  close(): Promise<void>;
}

/**
 * The one place that builds real things and joins them. Nothing here opens a file or a connection
 * before it is asked for.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { env, cwd, autoload = true, warn } = options;
  const config = await loadConfig({ env, cwd, autoload });
  for (const warning of config.warnings) warn(warning);
  let openPlugins: Promise<Plugins> | null = null;
  const plugins = () => (openPlugins ??= loadPlugins(options, { config, redactor }));
  const models = createModels({
    config,
    autoPull: options.ollamaAutoPull ?? config.ollamaAutoPull,
    baseline: async () => (await import("./model/baseline/baseline.ts")).createBaselineProvider(),
    plugin: async (name) => (await plugins()).provider(name),
    breakers: { store: createBreakerFiles(join(config.paths.state, "breakers")) },
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  const catalog = createCatalog({ overrides: config.modelFacts });
  const tools: EngineTools = {
    model: (id) => models.get(id),
    catalog,
    tokens: createTokenCounter(),
    clock: { now: () => Date.now(), ticks: () => performance.now(), after },
    media: createMediaReader({ cwd, env, ...config.media }),
    sandboxes: createSandboxes({
      settings: config.sandbox,
      env,
      home: findHome({ env }),
      cache: config.paths.cache,
      warm: options.stays ? 1 : 0,
    }),
    answers: null,
    proved: new WeakSet(),
    newId: () => randomUUID(),
    sketch: sketchSchema,
  };
  const redactor = createRedactor(config.secrets());
  let opening: Promise<Store> | null = null;
  const store = () => (opening ??= openHistory(config, options));
  let linter: BlockLinter | null = null;

  function withDefaults(given: RunOptions): RunOptions {
    const { defaultModel, defaultMaxRetries, deadlines } = config;
    // A model that the caller names stands alone.
    const fallbacks = given.model === undefined ? config.fallbacks : [];
    return {
      deadlines,
      ...(fallbacks.length === 0 ? {} : { fallbacks }),
      ...(defaultModel === null ? {} : { model: defaultModel }),
      ...(defaultMaxRetries === null ? {} : { defaultRetries: defaultMaxRetries }),
      ...given,
    };
  }

  async function load(program: string): Promise<LoadedProgram> {
    const { locateProgram } = await import("./library/names.ts");
    const { loadProgram } = await import("./library/load.ts");
    const { library } = config;
    return await loadProgram(await locateProgram(program, { cwd, library }), { library });
  }

  async function run(
    loaded: LoadedProgram,
    input: unknown,
    { tags = {}, keep = config.history.events, ...given }: AppRunOptions = {},
  ): Promise<RunResult> {
    const { createRecorder } = await import("./store/recorder.ts");
    const history = await store();
    const recorder = createRecorder(history, { tags, keep: keep ? redactor : null });
    const listener = both(recorder, given.listener);
    const answers = keptAnswers(history, redactor);
    return await runProgram(
      loaded,
      input,
      { ...tools, answers },
      { ...withDefaults(given), listener },
    );
  }

  async function lintBlocks(program: Program): Promise<readonly BlockLint[]> {
    const { createBlockLinter } = await import("./sandbox/lint/linter.ts");
    linter ??= createBlockLinter(tools.sandboxes, { signal: new AbortController().signal });
    return await linter.lint(program);
  }

  async function close(): Promise<void> {
    try {
      await linter?.close();
      await models.close();
      await tools.sandboxes.close();
    } finally {
      // What could not be opened was told to whoever asked for it.
      await (await opening?.catch(() => null))?.close();
    }
  }

  return { config, redactor, catalog, tools, store, load, run, withDefaults, lintBlocks, close };
}

async function loadPlugins(
  { env, cwd, ask = null, ollamaAutoPull }: AppOptions,
  { config, redactor }: { readonly config: Config; readonly redactor: Redactor },
): Promise<Plugins> {
  const { createPlugins } = await import("./plugin/plugins.ts");
  const autoPull = ollamaAutoPull ?? config.ollamaAutoPull;
  return createPlugins({ config, cwd, env, ask, redactor, autoPull });
}

async function openHistory(config: Config, { warn, stays = false }: AppOptions): Promise<Store> {
  const { openStore } = await import("./store/open.ts");
  const { data, formerStatistics } = config.paths;
  const { keepMs, maxMb } = config.history;
  return await openStore({
    path: join(data, "stats.db"),
    legacyPath: formerStatistics,
    retention: { age: keepMs, bytes: maxMb === null ? null : maxMb * 2 ** 20 },
    stays,
    warn,
  });
}

/**
 * Answers kept in the run history, under a digest of the request. One that holds a secret is not
 * kept.
 */
function keptAnswers({ answers }: Store, redactor: Redactor): AnswerCache {
  const tenant = "";
  return {
    get: (key, maxAge) => answers.find({ key: digest(key), tenant, since: Date.now() - maxAge }),
    put(key, value, { path, model }) {
      if (redactor.value(value) !== value) return;
      answers.keep({ key: digest(key), tenant, path, model, value, kept: Date.now() });
    },
  };
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function after(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

function both(first: RunListener, second: RunListener | undefined): RunListener {
  if (!second) return first;
  return (event) => {
    first(event);
    second(event);
  };
}
