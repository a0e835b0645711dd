import { ALWAYS_GIVEN } from "../../../plugin/manifest.ts";
import { describeSource } from "../../../packages/source.ts";
import { needPlugin, openPlugins } from "./open.ts";
import type { PluginAction } from "./plugin-action.ts";

export const action: PluginAction = {
  least: 1,
  most: 1,
  wants: "the name of a plugin",
  async run([name = ""], context) {
    const plugin = await needPlugin(name, "show", await openPlugins(context));
    const { place, folder, loaded, locked, examination } = plugin;
    const { tree, trust, reason } = examination;
    const { config } = await context.app();
    const manifest = loaded?.manifest ?? null;
    context.output.json({
      name: plugin.name,
      version: manifest?.version ?? locked?.version ?? null,
      description: manifest?.description ?? null,
      place,
      folder,
      source: locked === null ? null : describeSource(locked.source),
      resolved: locked?.resolved ?? null,
      installed: locked?.installed ?? null,
      trust,
      ...(reason === null ? {} : { reason }),
      sha256: tree?.sha256 ?? null,
      files: tree?.files.length ?? null,
      bytes: tree?.size ?? null,
      language: manifest?.language ?? null,
      runs:
        manifest === null
          ? null
          : (manifest.command[process.platform] ?? manifest.command["default"] ?? null),
      provides: manifest?.provides ?? [],
      sees: {
        always: ALWAYS_GIVEN,
        variables: (manifest?.env ?? []).map((variable) => ({
          name: variable,
          set: config.get(variable) !== null,
        })),
      },
      settings: manifest?.settings ?? null,
      configured: Object.hasOwn(config.plugins, plugin.name),
    });
    return 0;
  },
};
