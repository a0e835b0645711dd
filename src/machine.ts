import { join } from "node:path";
import type { Config, SandboxSettings } from "./config/config.ts";
import { loadConfig } from "./config/load.ts";
import { findHome } from "./config/paths.ts";
import { sketchSchema } from "./contract/sketch.ts";
import type { ModullmError } from "./core/error.ts";
import { LOCAL_USER, type Principal } from "./core/principal.ts";
import type { Clock } from "./engine/engine.ts";
import { createLimiters } from "./engine/limiter.ts";
import { createScope, type Scope } from "./engine/scope.ts";
import { createMediaReader } from "./media/media.ts";
import { createCatalog } from "./model/catalog/catalog.ts";
import { createBreakerFiles } from "./model/failover/breaker-files.ts";
import { createModels, type Models } from "./model/models.ts";
import { createTokenCounter } from "./model/tokens.ts";
import type { Plugins } from "./plugin/plugins.ts";
import { createPolicy, type Policy, requireAllowed } from "./policy/policy.ts";
import { createRedactor, type Redactor } from "./redaction/redactor.ts";
import { createSandboxes, type Sandboxes } from "./sandbox/sandboxes.ts";
import type { Store } from "./store/store.ts";
import { createUnfinishedRuns } from "./store/unfinished.ts";
import { type App, createWorkspace } from "./workspace.ts";

/** Where a workspace is, and for whom. */
export interface WorkspaceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** False reads no `.env` and no config.yaml. @default true */
  readonly autoload?: boolean;
  /** Whose it is; its runs are asked for by this one. @default the user of this machine */
  readonly principal?: Principal;
  /** @default the one that the configuration makes */
  readonly policy?: Policy;
  /** Pull local models that are missing. @default what the configuration says */
  readonly ollamaAutoPull?: boolean;
  /**
   * Asks the user for a yes before a plugin is run for the first time; null where nobody can be
   * asked. @default null
   */
  readonly ask?: ((question: string) => Promise<boolean>) | null;
  /** Told what the user should know; each sentence once. */
  readonly warn: (message: string) => void;
  /** Told of each configuration file that can't be used and counts as empty. @default it is thrown */
  readonly onConfigFault?: (fault: ModullmError) => void;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
}

/**
 * What there is one of in a process: the limits on calls, the sandboxes, the files of the history.
 * Two machines in one process know nothing of each other.
 */
export interface Machine {
  /** @throws {ModullmError} RLLM_018 for configuration that can't be read */
  workspace(at: WorkspaceOptions): Promise<App>;
  /** Closes its workspaces too. */
  close(): Promise<void>;
}

export interface MachineOptions {
  /** Whether it serves many runs: what is slow to start is then kept started. @default false */
  readonly stays?: boolean;
}

/** Nothing here opens a file or a connection before it is asked for. */
export function createMachine({ stays = false }: MachineOptions = {}): Machine {
  const shared: Shared = {
    scope: createScope({ principal: LOCAL_USER, limiters: createLimiters(), clock: CLOCK }),
    sandboxes: new Map(),
    stores: new Map(),
    proved: new WeakSet(),
    stays,
  };
  const open = new Set<App>();

  async function workspace(at: WorkspaceOptions): Promise<App> {
    const app = await openWorkspace(shared, at, () => open.delete(app));
    open.add(app);
    return app;
  }

  async function close(): Promise<void> {
    try {
      for (const app of open) await app.close();
      for (const sandboxes of shared.sandboxes.values()) await sandboxes.close();
    } finally {
      // What could not be opened was told to whoever asked for it.
      for (const store of shared.stores.values()) await (await store.catch(() => null))?.close();
      shared.stores.clear();
      shared.sandboxes.clear();
    }
  }

  return { workspace, close };
}

interface Shared {
  /** What every workspace is within. */
  readonly scope: Scope;
  /** By what they are made of: workspaces mostly want the same. */
  readonly sandboxes: Map<string, Sandboxes>;
  /** By their file. */
  readonly stores: Map<string, Promise<Store>>;
  readonly proved: WeakSet<object>;
  readonly stays: boolean;
}

async function openWorkspace(
  shared: Shared,
  at: WorkspaceOptions,
  closed: () => void,
): Promise<App> {
  const { env, cwd, autoload = true, warn, principal = LOCAL_USER } = at;
  const { onConfigFault: onFault } = at;
  const config = await loadConfig({ env, cwd, autoload, ...(onFault ? { onFault } : {}) });
  for (const warning of config.warnings) warn(warning);
  const redactor = createRedactor(config.secrets());
  const policy = at.policy ?? createPolicy(config.sandbox);
  const models = modelsOf(config, { at, redactor, policy, principal });
  const { paths } = config;
  return createWorkspace({
    config,
    redactor,
    principal,
    cwd,
    scope: createScope({ principal, limiters: shared.scope.limiters, clock: CLOCK }),
    tools: {
      model: (id) => models.get(id),
      catalog: createCatalog({ overrides: config.modelFacts }),
      tokens: createTokenCounter(),
      clock: CLOCK,
      media: createMediaReader({ cwd, env, ...config.media }),
      sandboxes: sandboxesFor(shared, config.sandbox, { env, cache: paths.cache }),
      answers: null,
      unfinished: createUnfinishedRuns(join(paths.state, "unfinished"), redactor),
      policy,
      redactor,
      proved: shared.proved,
      newId: () => crypto.randomUUID(),
      sketch: sketchSchema,
    },
    store: () => storeAt(shared, config, warn),
    async close() {
      closed();
      await models.close();
    },
  });
}

interface ModelsParts {
  readonly at: WorkspaceOptions;
  readonly redactor: Redactor;
  readonly policy: Policy;
  readonly principal: Principal;
}

function modelsOf(config: Config, { at, redactor, policy, principal }: ModelsParts): Models {
  const { env, cwd, ask = null, fetch } = at;
  const autoPull = at.ollamaAutoPull ?? config.ollamaAutoPull;
  let opening: Promise<Plugins> | null = null;
  async function openPlugins(): Promise<Plugins> {
    const { createPlugins } = await import("./plugin/plugins.ts");
    return createPlugins({ config, cwd, env, ask, redactor, autoPull, policy, principal });
  }
  return createModels({
    config,
    autoPull,
    permitPull(id) {
      const resource = { name: id, facts: { kind: "pull" } };
      requireAllowed(policy, { action: "network", principal, resource, labels: [] });
    },
    baseline: async () => (await import("./model/baseline/baseline.ts")).createBaselineProvider(),
    plugin: async (name) => await (await (opening ??= openPlugins())).provider(name),
    breakers: { store: createBreakerFiles(join(config.paths.state, "breakers")) },
    ...(fetch ? { fetch } : {}),
  });
}

function sandboxesFor(
  { sandboxes, stays }: Shared,
  settings: SandboxSettings,
  { env, cache }: { readonly env: WorkspaceOptions["env"]; readonly cache: string },
): Sandboxes {
  const home = findHome({ env });
  const key = JSON.stringify([settings, home, cache, env["PATH"]]);
  const known =
    sandboxes.get(key) ?? createSandboxes({ settings, env, home, cache, warm: stays ? 1 : 0 });
  sandboxes.set(key, known);
  return known;
}

async function storeAt(
  { stores, stays }: Shared,
  config: Config,
  warn: (message: string) => void,
): Promise<Store> {
  const path = join(config.paths.data, "stats.db");
  const known = stores.get(path);
  if (known) return await known;
  const opening = openHistory(path, config, { warn, stays });
  stores.set(path, opening);
  // A failure is told to whoever asked; asking again tries again.
  opening.catch(() => stores.delete(path));
  return await opening;
}

async function openHistory(
  path: string,
  { paths, history }: Config,
  { warn, stays }: { readonly warn: (message: string) => void; readonly stays: boolean },
): Promise<Store> {
  const { openStore } = await import("./store/open.ts");
  const { keepMs, maxMb } = history;
  const retention = { age: keepMs, bytes: maxMb === null ? null : maxMb * 2 ** 20 };
  return await openStore({ path, legacyPath: paths.formerStatistics, retention, stays, warn });
}

const CLOCK: Clock = { now: () => Date.now(), ticks: () => performance.now(), after };

function after(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
