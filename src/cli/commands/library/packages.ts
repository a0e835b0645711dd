import {
  type InstalledPrograms,
  installPrograms,
  uninstallPrograms,
  updatePrograms,
} from "../../../library/install.ts";
import { publishPrograms } from "../../../library/publish.ts";
import { installedPackages } from "../../../library/packages.ts";
import { describeSource } from "../../../packages/source.ts";
import type { Action } from "../../command.ts";
import { updateEach, withPackageOptions } from "../../package-options.ts";

export const install: Action = {
  least: 1,
  most: 1,
  wants: "a package, folder, .tgz or git URL",
  async run([source = ""], context) {
    const installed = await withPackageOptions(
      context,
      async (options) => await installPrograms(source, options),
    );
    context.output.json(shown(installed));
    return 0;
  },
};

export const update: Action = {
  least: 0,
  most: 100,
  wants: "names of packages",
  async run(names, context) {
    const { paths } = (await context.app()).config;
    const all = (await installedPackages(paths)).map(({ name }) => name);
    const { updated, failed } = await updateEach(names.length > 0 ? names : all, async (name) =>
      shown(
        await withPackageOptions(context, async (options) => await updatePrograms(name, options)),
      ),
    );
    context.output.json({ packages: updated });
    return failed ? 1 : 0;
  },
};

export const publish: Action = {
  least: 1,
  most: 1,
  wants: "a folder",
  async run([folder = ""], context) {
    const path = context.resolve(folder);
    const published = await withPackageOptions(
      context,
      async (options) => await publishPrograms(path, options),
    );
    context.output.json(published);
    return 0;
  },
};

export const uninstall: Action = {
  least: 1,
  most: 100,
  wants: "names of packages",
  async run(names, { app, output }) {
    const { paths } = (await app()).config;
    const removed: object[] = [];
    for (const name of names)
      removed.push({ name, version: (await uninstallPrograms(name, paths)).version });
    output.json({ removed });
    return 0;
  },
};

function shown({ source, ...installed }: InstalledPrograms): object {
  const { name, version, previous, programs, resolved, sha256, folder, trusted } = installed;
  const from = describeSource(source);
  const next = trusted ? {} : { next: `modullm library update ${name} --yes` };
  const told = { name, version, previous, programs, source: from, resolved, sha256, folder };
  return { ...told, trusted, ...next };
}
