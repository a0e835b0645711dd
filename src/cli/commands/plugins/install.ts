import { findProvider } from "../../../model/providers.ts";
import type { Installed } from "../../../plugin/accept.ts";
import { type InstallOptions, installPlugin, updatePlugin } from "../../../plugin/install.ts";
import { readLock } from "../../../packages/lock.ts";
import { describeSource } from "../../../packages/source.ts";
import type { Action, CommandContext } from "../../command.ts";
import { updateEach, withPackageOptions } from "../../package-options.ts";
import { PLUGINS } from "../../../plugin/shelf.ts";

export const install: Action = {
  least: 1,
  most: 1,
  wants: "a package, folder, .tgz or git URL",
  async run([source = ""], context) {
    const installed = await withOptions(
      context,
      async (options) => await installPlugin(source, options),
    );
    context.output.json(shown(installed));
    return 0;
  },
};

export const update: Action = {
  least: 0,
  most: 100,
  wants: "names of plugins",
  async run(names, context) {
    const { paths } = (await context.app()).config;
    const wanted = names.length > 0 ? names : Object.keys(readLock(PLUGINS, paths));
    const { updated, failed } = await updateEach(wanted, async (name) =>
      shown(await withOptions(context, async (options) => await updatePlugin(name, options))),
    );
    context.output.json({ plugins: updated });
    return failed ? 1 : 0;
  },
};

function shown({
  name,
  version,
  previous,
  changed,
  source,
  resolved,
  sha256,
  folder,
  trusted,
  tools = {},
  breaks,
}: Installed): object {
  const hint = trusted ? {} : { next: `modullm plugins trust ${name}` };
  return {
    name,
    version,
    previous,
    changed,
    source: describeSource(source),
    resolved,
    sha256,
    folder,
    tools: Object.keys(tools),
    ...(breaks.length === 0 ? {} : { breaks }),
    trusted,
    ...hint,
  };
}

async function withOptions<Result>(
  context: CommandContext,
  work: (options: InstallOptions) => Promise<Result>,
): Promise<Result> {
  const { config } = await context.app();
  return await withPackageOptions(
    context,
    async (options) =>
      await work({
        ...options,
        executable: process.execPath,
        isTaken: (name) =>
          name === "builtin" ||
          findProvider(name) !== null ||
          Object.hasOwn(config.providers, name),
      }),
  );
}
