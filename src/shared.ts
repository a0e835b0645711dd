import { join } from "node:path";
import type { Config } from "./config/config.ts";
import { findHome } from "./config/paths.ts";
import { LOCAL_USER } from "./core/principal.ts";
import type { Clock } from "./engine/engine.ts";
import { createLimiters } from "./engine/limiter.ts";
import { createScope, type Scope } from "./engine/scope.ts";
import { createBreakerFiles } from "./model/failover/breaker-files.ts";
import type { BreakerStore } from "./model/failover/breaker.ts";
import type { Connection } from "./mcp/connection.ts";
import type { PluginHosts } from "./plugin/hosts.ts";
import type { Leases } from "./process/leases.ts";
import { createSandboxes, type Sandboxes } from "./sandbox/sandboxes.ts";
import type { Store } from "./store/store.ts";

/** What the workspaces of a machine have in common; each is made when the first one wants it. */
export interface Shared {
  /** What every workspace is within. */
  readonly scope: Scope;
  sandboxes(config: Config, env: Environment): Sandboxes;
  store(config: Config, warn: (message: string) => void): Promise<Store>;
  /** The records of failing models. */
  breakers(config: Config): BreakerStore;
  pluginHosts(): Promise<PluginHosts>;
  mcpConnections(): Promise<Leases<Connection>>;
  /** How many there are of each. */
  counts(): Promise<SharedCounts>;
  close(): Promise<void>;
}

export interface SharedCounts {
  readonly sandboxes: number;
  readonly stores: number;
  readonly breakers: number;
  readonly plugins: number;
  readonly mcp_servers: number;
  /** Servers whose calls are counted. */
  readonly limiters: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function createShared({ stays }: { readonly stays: boolean }): Shared {
  /** By what they are made of: workspaces mostly want the same. */
  const sandboxes = new Map<string, Sandboxes>();
  /** By their folder: every run asks for one. */
  const stores = new Map<string, Promise<Store>>();
  /** By their folder. */
  const breakers = new Map<string, BreakerStore>();
  let hosts: Promise<PluginHosts> | null = null;
  let connections: Promise<Leases<Connection>> | null = null;

  async function store(config: Config, warn: (message: string) => void): Promise<Store> {
    const { data } = config.paths;
    const known = stores.get(data);
    if (known) return await known;
    const opening = openHistory(join(data, "stats.db"), config, { warn, stays });
    stores.set(data, opening);
    // A failure is told to whoever asked; asking again tries again.
    opening.catch(() => stores.delete(data));
    return await opening;
  }

  async function close(): Promise<void> {
    try {
      await (await hosts)?.close();
      await (await connections)?.close();
      for (const each of sandboxes.values()) await each.close();
    } finally {
      // What could not be opened was told to whoever asked for it.
      for (const each of stores.values()) await (await each.catch(() => null))?.close();
      for (const held of [sandboxes, stores, breakers]) held.clear();
      hosts = null;
      connections = null;
    }
  }

  const limiters = createLimiters();
  return {
    scope: createScope({ principal: LOCAL_USER, limiters, clock: CLOCK }),
    sandboxes({ sandbox: settings, paths: { cache } }, env) {
      const home = findHome({ env });
      const warm = stays ? 1 : 0;
      const key = JSON.stringify([settings, home, cache, env["PATH"]]);
      return kept(sandboxes, key, () => createSandboxes({ settings, env, home, cache, warm }));
    },
    store,
    breakers({ paths }) {
      const folder = join(paths.state, "breakers");
      return kept(breakers, folder, () => createBreakerFiles(folder));
    },
    pluginHosts: async () => await (hosts ??= openHosts()),
    mcpConnections: async () => await (connections ??= openConnections()),
    counts: async () => ({
      sandboxes: sandboxes.size,
      stores: stores.size,
      breakers: breakers.size,
      plugins: (await hosts)?.size ?? 0,
      mcp_servers: (await connections)?.size ?? 0,
      limiters: limiters.size,
    }),
    close,
  };
}

export const CLOCK: Clock = { now: () => Date.now(), ticks: () => performance.now(), after };

function after(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

async function openHosts(): Promise<PluginHosts> {
  return (await import("./plugin/hosts.ts")).createPluginHosts();
}

async function openConnections(): Promise<Leases<Connection>> {
  return (await import("./process/leases.ts")).createLeases();
}

function kept<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
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
