import type { Manifest } from "../../../../plugins/sdk/protocol.ts";
import type { Config } from "../../../config/config.ts";
import { ALWAYS_GIVEN } from "../../../process/environment.ts";
import type { LockedPackage } from "../../../packages/lock.ts";
import { describeSource } from "../../../packages/source.ts";
import { needPlugin, openPlugins } from "./open.ts";
import type { Action } from "../../command.ts";

export const action: Action = {
  least: 1,
  most: 1,
  wants: "the name of a plugin",
  async run([name = ""], context) {
    const plugin = await needPlugin(name, "show", await openPlugins(context));
    const { place, folder, locked, examination } = plugin;
    const { tree, trust, reason } = examination;
    const { config } = await context.app();
    const manifest = plugin.loaded?.manifest ?? null;
    context.output.json({
      name: plugin.name,
      version: manifest?.version ?? locked?.version ?? null,
      description: manifest?.description ?? null,
      place,
      folder,
      ...origin(locked),
      trust,
      ...(reason === null ? {} : { reason }),
      sha256: tree?.sha256 ?? null,
      files: tree?.files.length ?? null,
      bytes: tree?.size ?? null,
      ...(manifest === null ? NOT_LOADED : declared(manifest)),
      sees: sees(manifest, config),
      settings: manifest?.settings ?? null,
      configured: Object.hasOwn(config.plugins, plugin.name),
    });
    return 0;
  },
};

const NOT_LOADED = { language: null, runs: null, provides: [], tools: [] };

/** What a manifest says of the plugin. */
function declared({ language, command, provides, version, tools = [] }: Manifest) {
  const runs = command[process.platform] ?? command["default"] ?? null;
  return { language, runs, provides, tools: tools.map((tool) => ({ version, ...tool })) };
}

function origin(locked: LockedPackage | null) {
  if (locked === null) return { source: null, resolved: null, installed: null };
  const { source, resolved, installed } = locked;
  return { source: describeSource(source), resolved, installed };
}

function sees(manifest: Manifest | null, config: Pick<Config, "get">) {
  const names = manifest?.env ?? [];
  const variables = names.map((name) => ({ name, set: config.get(name) !== null }));
  return { always: ALWAYS_GIVEN, variables };
}
