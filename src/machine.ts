import { createCompiler } from "./contract/compiler.ts";
import { join } from "node:path";
import type { Config } from "./config/config.ts";
import { loadConfig } from "./config/load.ts";
import { sketchSchema } from "./contract/sketch.ts";
import type { ModullmError } from "./core/error.ts";
import { LOCAL_USER, type Principal } from "./core/principal.ts";
import { createScope } from "./engine/scope.ts";
import { createMediaReader } from "./media/media.ts";
import { withInstalled } from "./library/packages.ts";
import { createProofs } from "./library/proofs.ts";
import { createCatalog } from "./model/catalog/catalog.ts";
import { createMemoryStore } from "./model/failover/breaker.ts";
import { createModels, type Models } from "./model/models.ts";
import { createTokenCounter } from "./model/tokens.ts";
import type { ModelProvider } from "./model/provider.ts";
import type { ToolSource } from "./model/tool.ts";
import type { McpServers } from "./mcp/servers.ts";
import type { Plugins } from "./plugin/plugins.ts";
import type { PluginTools } from "./plugin/tools.ts";
import { createPolicy, type Policy, requireAllowed } from "./policy/policy.ts";
import { createRedactor, type Redactor } from "./redaction/redactor.ts";
import { createToolSource } from "./tool-sources.ts";
import { CLOCK, createShared, type Shared, type SharedCounts } from "./shared.ts";
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
  /**
   * Told of each configuration file that can't be used and counts as empty. @default it is thrown
   */
  readonly onConfigFault?: (fault: ModullmError) => void;
  /** @default the platform's */
  readonly fetch?: typeof fetch;
}

/**
 * What there is one of in a process: the limits on calls, the sandboxes, the plugins that run, the
 * records of failing models, the files of the history.
 * Two machines in one process know nothing of each other.
 */
export interface Machine {
  /** @throws {ModullmError} RLLM_018 for configuration that can't be read */
  workspace(at: WorkspaceOptions): Promise<App>;
  /** How much it holds: none of it grows with the number of runs. */
  counts(): Promise<SharedCounts & { readonly workspaces: number }>;
  /** Closes its workspaces too. */
  close(): Promise<void>;
}

export interface MachineOptions {
  /** Whether it serves many runs: what is slow to start is then kept started. @default false */
  readonly stays?: boolean;
}

/** Nothing here opens a file or a connection before it is asked for. */
export function createMachine({ stays = false }: MachineOptions = {}): Machine {
  const shared = createShared({ stays });
  const open = new Set<App>();

  async function workspace(at: WorkspaceOptions): Promise<App> {
    const app = await openWorkspace(shared, at, () => open.delete(app));
    open.add(app);
    return app;
  }

  async function close(): Promise<void> {
    try {
      for (const app of open) await app.close();
    } finally {
      await shared.close();
    }
  }

  const counts = async () => ({ workspaces: open.size, ...(await shared.counts()) });
  return { workspace, counts, close };
}

async function openWorkspace(
  shared: Shared,
  at: WorkspaceOptions,
  closed: () => void,
): Promise<App> {
  const { env, cwd, autoload = true, warn, principal = LOCAL_USER } = at;
  const { onConfigFault: onFault } = at;
  const config = await withInstalled(
    await loadConfig({ env, cwd, autoload, ...(onFault ? { onFault } : {}) }),
  );
  for (const warning of config.warnings) warn(warning);
  const redactor = createRedactor(config.secrets());
  const policy = at.policy ?? createPolicy(config.sandbox);
  const keeps = (name: string): boolean =>
    policy.decide({ action: "keep", principal, resource: { name, facts: {} }, labels: [] }).allow;
  const plugins = pluginsOf(config, { shared, at, redactor, policy, principal });
  const models = modelsOf(config, { shared, at, policy, principal, keeps, plugins });
  const mcp = mcpOf(config, { shared, at, redactor, policy, principal });
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
      tools: createToolSource({
        plugin: plugins.tools,
        mcp: mcp.tools,
        openapi: async () =>
          (await import("./openapi/tools.ts")).createApiTools({ config, env, policy }),
      }),
      sandboxes: shared.sandboxes(config, env),
      answers: null,
      unfinished: createUnfinishedRuns(join(config.paths.state, "unfinished"), redactor),
      policy,
      redactor,
      proofs: createProofs(keeps("proofs") ? join(config.paths.cache, "proofs") : null),
      newId: () => crypto.randomUUID(),
      compile: createCompiler(),
      sketch: sketchSchema,
    },
    models,
    mcp: mcp.servers,
    store: () => shared.store(config, warn),
    async close() {
      closed();
      await models.close();
      await plugins.close();
      await mcp.close();
    },
  });
}

interface Parts {
  readonly shared: Shared;
  readonly at: WorkspaceOptions;
  readonly policy: Policy;
  readonly principal: Principal;
}

/** The plugins of a workspace: nothing of them is loaded before one is named. */
interface LazyPlugins {
  provider(name: string): Promise<ModelProvider | null>;
  tools(): Promise<ToolSource>;
  close(): Promise<void>;
}

function pluginsOf(
  config: Config,
  { shared, at, redactor, policy, principal }: Parts & { readonly redactor: Redactor },
): LazyPlugins {
  const { env, cwd, ask = null } = at;
  const autoPull = at.ollamaAutoPull ?? config.ollamaAutoPull;
  let opening: Promise<{ plugins: Plugins; tools: PluginTools }> | null = null;
  async function open(): Promise<{ plugins: Plugins; tools: PluginTools }> {
    const [{ createPlugins }, { createPluginTools }] = await Promise.all([
      import("./plugin/plugins.ts"),
      import("./plugin/tools.ts"),
    ]);
    const hosts = await shared.pluginHosts();
    const given = { config, cwd, env, ask, redactor, autoPull, policy, principal, hosts };
    const plugins = createPlugins(given);
    return { plugins, tools: createPluginTools({ plugins, policy }) };
  }
  const opened = async () => await (opening ??= open());
  return {
    provider: async (name) => await (await opened()).plugins.provider(name),
    tools: async () => (await opened()).tools,
    close: async () => await (await opening)?.tools.close(),
  };
}

/** The MCP servers of a workspace, as lazy. */
interface LazyMcp {
  servers(): Promise<McpServers>;
  tools(): Promise<ToolSource>;
  close(): Promise<void>;
}

function mcpOf(
  config: Config,
  { shared, at, redactor, policy, principal }: Parts & { readonly redactor: Redactor },
): LazyMcp {
  const { env, cwd } = at;
  let opening: Promise<McpServers> | null = null;
  async function open(): Promise<McpServers> {
    const { createMcpServers } = await import("./mcp/servers.ts");
    const connections = await shared.mcpConnections();
    return createMcpServers({ config, env, cwd, principal, redactor, connections });
  }
  const servers = async () => await (opening ??= open());
  return {
    servers,
    async tools() {
      const { createMcpTools } = await import("./mcp/tools.ts");
      return createMcpTools({ config, servers: await servers(), policy });
    },
    close: async () => await (await opening)?.close(),
  };
}

interface ModelsParts extends Parts {
  readonly plugins: LazyPlugins;
  /** Whether something may be kept for other processes. */
  readonly keeps: (name: string) => boolean;
}

function modelsOf(
  config: Config,
  { shared, at, policy, principal, keeps, plugins }: ModelsParts,
): Models {
  const { fetch } = at;
  const autoPull = at.ollamaAutoPull ?? config.ollamaAutoPull;
  return createModels({
    config,
    autoPull,
    permitPull(id) {
      const resource = { name: id, facts: { kind: "pull" } };
      requireAllowed(policy, { action: "network", principal, resource, labels: [] });
    },
    baseline: async () => (await import("./model/builtin.ts")).createBuiltin(),
    plugin: plugins.provider,
    breakers: { store: keeps("breakers") ? shared.breakers(config) : createMemoryStore() },
    ...(fetch ? { fetch } : {}),
  });
}
