import type { Config } from "./config/config.ts";
import { once } from "./core/once.ts";
import type { Action, Principal } from "./core/principal.ts";
import type { Level } from "./core/sandbox-level.ts";
import type { AnswerCache } from "./engine/answer-cache.ts";
import type { Limits } from "./program/limits.ts";
import type { EngineTools, RunOptions, RunResult } from "./engine/engine.ts";
import type { Scope } from "./engine/scope.ts";
import type { LoadedProgram } from "./library/load.ts";
import type { ProgramIndex } from "./library/program-index.ts";
import type { KnowTools } from "./library/tool-check.ts";
import type { McpServers } from "./mcp/servers.ts";
import type { Models } from "./model/models.ts";
import type { ModelCatalog } from "./model/facts.ts";
import { type Policy, requireAllowed, type Resource } from "./policy/policy.ts";
import type { Program } from "./program/program.ts";
import { redactedResult } from "./redaction/result.ts";
import type { Redactor } from "./redaction/redactor.ts";
import type { BlockLinter } from "./sandbox/lint/linter.ts";
import type { Language } from "./sandbox/offers.ts";
import type { BlockLint } from "./sandbox/lint/findings.ts";
import { openProgramIndex } from "./programs.ts";
import { createRemember, type Remember } from "./recording.ts";
import type { Store } from "./store/store.ts";
import { createVectors, type Vectors } from "./vectors.ts";

/** How a face starts a run: what the engine takes, and what the run's scope is made of. */
export interface StartOptions extends RunOptions {
  /** Aborting it ends the run with RLLM_022. */
  readonly signal?: AbortSignal | undefined;
  /** Limits on the whole run, around those of the files. */
  readonly budget?: Limits | undefined;
  /** What it shares with other runs. @default the workspace's own */
  readonly scope?: Scope;
  /** Put on the run, to find it by. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether the run's events are kept, redacted. @default `history.events` */
  readonly keep?: boolean;
  /** True: secrets are left in the result and in errors. @default false */
  readonly raw?: boolean;
}

/**
 * What belongs to one folder, or one tenant: its configuration, secrets, library and policy. What
 * every face (command line, server, library) asks.
 */
export interface App extends Vectors {
  readonly config: Config;
  readonly redactor: Redactor;
  readonly catalog: ModelCatalog;
  readonly policy: Policy;
  readonly tools: EngineTools;
  /** The run history; opened on first use. */
  store(): Promise<Store>;
  /**
   * Reads a program and all that it uses: a file, or else a name in the library. @throws
   * {ModullmError} what reading finds
   */
  load(program: string): Promise<LoadedProgram>;
  /** The index of the library; opened on first use. */
  programs(): Promise<ProgramIndex>;
  /** What runs of this workspace share; `end` is to be called when they are over. */
  scope(part?: {
    readonly signal?: AbortSignal | undefined;
    readonly budget?: Limits | undefined;
    /** Who asks, where that is not the workspace's own principal. */
    readonly principal?: Principal | undefined;
  }): Scope;
  /**
   * Runs a program and records it. `options.model` and the configuration's defaults are applied
   * here.
   */
  run(loaded: LoadedProgram, input: unknown, options?: StartOptions): Promise<RunResult>;
  /** Asks the policy for the workspace's principal. @throws {ModullmError} RLLM_021 */
  permit(action: Action, name: string, facts?: Resource["facts"]): void;
  /** Asks it whether code that is not trusted may run at a level; null: at any. */
  permitSandbox(language: Language, level: Level | null): void;
  /** Options with the configuration's defaults. */
  withDefaults(options: RunOptions): RunOptions;
  /** Reads the blocks of a program in the sandboxes, without running them. */
  lintBlocks(program: Program): Promise<readonly BlockLint[]>;
  /** The MCP servers of the configuration; none is started before it is asked for. */
  mcp(): Promise<McpServers>;
  /** What is on record of the tools of an entry; nothing is started. @throws RLLM_008 */
  readonly knownTools: KnowTools;
  close(): Promise<void>;
}

/** What a workspace is made of; the machine makes it. */
export interface WorkspaceParts {
  readonly config: Config;
  readonly redactor: Redactor;
  readonly principal: Principal;
  readonly tools: EngineTools;
  readonly models: Pick<Models, "embedder" | "reranker">;
  /** What everything here is within. */
  readonly scope: Scope;
  readonly cwd: string;
  mcp(): Promise<McpServers>;
  store(): Promise<Store>;
  close(): Promise<void>;
}

export function createWorkspace(parts: WorkspaceParts): App {
  const { config, redactor, tools, store, cwd } = parts;
  const { policy, catalog } = tools;
  let linter: BlockLinter | null = null;
  let index: Promise<ProgramIndex> | null = null;
  const remember = createRemember({ config, policy, store });
  const vectors = createVectors({ ...parts, remember });

  function scope({ signal, budget, principal }: Parameters<App["scope"]>[0] = {}): Scope {
    const name = principal ? `client "${principal.id}"` : "the whole run";
    return parts.scope.within({ name, limits: budget, signal, principal });
  }

  async function load(program: string): Promise<LoadedProgram> {
    const { locateProgram } = await import("./library/names.ts");
    const { loadProgram } = await import("./library/load.ts");
    return await loadProgram(await locateProgram(program, { cwd, ...config }), config);
  }

  function permit(action: Action, name: string, facts: Resource["facts"] = {}): void {
    const { principal, labels } = parts.scope;
    requireAllowed(policy, { action, principal, resource: { name, facts }, labels });
  }

  function permitSandbox(language: Language, level: Level | null): void {
    permit("sandbox", language, { trusted: false, ...(level === null ? {} : { level }) });
  }

  async function lintBlocks(program: Program): Promise<readonly BlockLint[]> {
    const { createBlockLinter } = await import("./sandbox/lint/linter.ts");
    linter ??= createBlockLinter(tools.sandboxes, {
      signal: new AbortController().signal,
      permit: permitSandbox,
    });
    return await linter.lint(program);
  }

  return {
    config,
    redactor,
    catalog,
    policy,
    tools,
    store,
    load,
    programs: async () =>
      await (index ??= openProgramIndex({ config, tokens: tools.tokens, store, vectors })),
    scope,
    run: async (loaded, input, given = {}) =>
      await runIn({ ...parts, remember }, loaded, input, given),
    ...vectors,
    permit,
    permitSandbox,
    withDefaults: (given) => withDefaults(config, given),
    lintBlocks,
    mcp: parts.mcp,
    knownTools: async (entry, at) => (await tools.tools?.known(entry, at)) ?? NOTHING_KNOWN,
    close: () => closeAll(linter, parts),
  };
}

async function closeAll(linter: BlockLinter | null, parts: WorkspaceParts): Promise<void> {
  try {
    await linter?.close();
  } finally {
    await parts.close();
  }
}

const NOTHING_KNOWN = { tools: null, unknown: "No tools are known here", reaches: [] };

/** Half of the commands run nothing. */
const engine = once(() => import("./engine/run.ts"));

async function runIn(
  parts: WorkspaceParts & { readonly remember: Remember },
  loaded: LoadedProgram,
  input: unknown,
  given: StartOptions,
): Promise<RunResult> {
  const { config, redactor, tools } = parts;
  const { signal, budget, scope: outer = parts.scope, raw = false, ...others } = given;
  const { tags, keep, ...options } = others;
  const { principal } = outer;
  const { history, traces: kept } = await parts.remember(loaded.path, { tags, keep, scope: outer });
  const traces = [...kept, ...(options.traces ?? [])];
  const answers = history && keptAnswers(history, redactor, principal.tenant ?? "");
  const unfinished = history && tools.unfinished;
  const world = { ...tools, answers, unfinished };
  const isNarrower = budget !== undefined || signal !== undefined;
  const own = isNarrower ? outer.within({ name: "the whole run", limits: budget, signal }) : outer;
  try {
    const { runProgram } = await engine();
    const settings = { ...withDefaults(config, options), traces };
    const result = await runProgram(loaded, input, world, own, settings);
    return raw ? result : redactedResult(result, redactor);
  } catch (thrown) {
    throw raw ? thrown : redactor.value(thrown);
  } finally {
    if (isNarrower) own.end();
  }
}

function withDefaults(config: Config, given: RunOptions): RunOptions {
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

/** Answers kept in the run history. One that holds a secret is not kept. */
function keptAnswers({ answers }: Store, redactor: Redactor, tenant: string): AnswerCache {
  return {
    get: (key, maxAge) => answers.find({ key, tenant, since: Date.now() - maxAge }),
    put(key, value, { path, model }) {
      if (redactor.value(value) !== value) return;
      answers.keep({ key, tenant, path, model, value, kept: Date.now() });
    },
  };
}
