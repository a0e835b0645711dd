import { createLeases } from "../process/leases.ts";
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
  const leases = createLeases<PluginHost>();
  return {
    get size() {
      return leases.size;
    },
    lease(key, options) {
      const { held: host, release } = leases.lease(key, () => createPluginHost(options));
      return { host, release };
    },
    close: () => leases.close(),
  };
}
