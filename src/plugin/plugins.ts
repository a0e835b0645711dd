import type { ModelProvider } from "../model/provider.ts";
import { examine } from "./examine.ts";
import { findPlugin, findPlugins, type FoundPlugin } from "./find.ts";
import { permit } from "./consent.ts";
import type { LoadedPlugin, PluginsOptions } from "./loaded-plugin.ts";
import { type OpenPlugin, openPlugin } from "./open-plugin.ts";

/** The plugins that a folder's programs may name. Nothing is read before it is asked for. */
export interface Plugins {
  /** Every plugin in every place, those that can't be used too. */
  list(): Promise<readonly LoadedPlugin[]>;
  /** The one that a name stands for; null where there is none. */
  find(name: string): Promise<LoadedPlugin | null>;
  /**
   * The models of a plugin, which is started when the first of them is asked for something. Its
   * files are checked now; where nobody has said yes to them, the user is asked.
   * @returns null where there is no such plugin
   * @throws {ModullmError} RLLM_019 when it can't be used, RLLM_021 without a yes, RLLM_018 for its
   * settings
   */
  provider(name: string): Promise<ModelProvider | null>;
  /** The same for whatever it provides. */
  open(name: string): Promise<OpenPlugin | null>;
}

export function createPlugins(options: PluginsOptions): Plugins {
  const { config, cwd } = options;
  const places = { paths: config.paths, cwd };
  const loaded = async (found: FoundPlugin): Promise<LoadedPlugin> => {
    return { ...found, examination: await examine(found, config.paths) };
  };
  async function find(name: string): Promise<LoadedPlugin | null> {
    const found = await findPlugin(name.toLowerCase(), places);
    return found === null ? null : await loaded(found);
  }
  return {
    find,
    async list() {
      const all: LoadedPlugin[] = [];
      for await (const found of findPlugins(places)) all.push(await loaded(found));
      return all;
    },
    async provider(name) {
      const plugin = await find(name);
      return plugin === null ? null : await openProvider(plugin, name, options);
    },
    async open(name) {
      const plugin = await find(name);
      return plugin === null ? null : await openPlugin(plugin, options);
    },
  };
}

async function openProvider(
  plugin: LoadedPlugin,
  written: string,
  options: PluginsOptions,
): Promise<ModelProvider> {
  const { host, manifest, identity, release } = await openPlugin(plugin, options);
  const { createPluginProvider } = await import("./provider.ts");
  const provider = createPluginProvider(host, manifest, {
    written,
    autoPull: options.autoPull ?? false,
    permitPull: (id) => permit("network", id, { kind: "pull" }, options),
    identity,
  });
  return { ...provider, close: release };
}
