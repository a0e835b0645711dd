import { usable } from "../../../plugin/loaded-plugin.ts";
import { distrustPackage, trustPackage } from "../../../packages/trust.ts";
import { needPlugin, openPlugins } from "./open.ts";
import type { Action } from "../../command.ts";
import { PLUGINS } from "../../../plugin/shelf.ts";

/** The command is the yes. */
export const trust: Action = {
  least: 1,
  most: 1,
  wants: "the name of a plugin",
  async run([name = ""], context) {
    const plugin = await needPlugin(name, "trust", await openPlugins(context));
    const { tree } = usable(plugin, "trust");
    const { paths } = (await context.app()).config;
    const { folder } = plugin;
    await trustPackage(PLUGINS, paths, { name: plugin.name, folder, sha256: tree.sha256 });
    context.output.json({
      name: plugin.name,
      folder,
      sha256: tree.sha256,
      trusted: true,
      changed: plugin.examination.trust !== "trusted",
    });
    return 0;
  },
};

export const distrust: Action = {
  least: 1,
  most: 1,
  wants: "the name of a plugin",
  async run([name = ""], context) {
    const { folder, examination, ...plugin } = await needPlugin(
      name,
      "distrust",
      await openPlugins(context),
    );
    await distrustPackage(PLUGINS, (await context.app()).config.paths, folder);
    const changed = examination.trust === "trusted" || examination.trust === "changed";
    context.output.json({ name: plugin.name, folder, trusted: false, changed });
    return 0;
  },
};
