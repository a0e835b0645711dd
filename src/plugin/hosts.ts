import { createPluginHost, type PluginHost, type PluginHostOptions } from "./host.ts";

/** The plugins that run in a process. Whoever wants the same one shares it. */
export interface PluginHosts {
  /** How many there are. */
  readonly size: number;
  /** @param key what tells it apart: how it is started, for whom, and what its log must hide */
  lease(key: string, options: PluginHostOptions): HostLease;
  /** Ends all of them. */
  close(): Promise<void>;
}

export interface HostLease {
  readonly host: PluginHost;
  /** The last one who lets go ends it. */
  release(): Promise<void>;
}

export function createPluginHosts(): PluginHosts {
  const open = new Map<string, { readonly host: PluginHost; users: number }>();
  return {
    get size() {
      return open.size;
    },
    lease(key, options) {
      const known = open.get(key) ?? { host: createPluginHost(options), users: 0 };
      open.set(key, known);
      known.users++;
      let holds = true;
      return {
        host: known.host,
        async release() {
          if (!holds) return;
          holds = false;
          if (--known.users > 0) return;
          if (open.get(key) === known) open.delete(key);
          await known.host.close();
        },
      };
    },
    async close() {
      const hosts = [...open.values()];
      open.clear();
      await Promise.all(hosts.map(({ host }) => host.close()));
    },
  };
}
