import { existsSync } from "node:fs";
import { removePlugin } from "../../../plugin/install.ts";
import { installedDataFolder } from "../../../plugin/shelf.ts";
import type { Action } from "../../command.ts";

export const action: Action = {
  least: 1,
  most: 100,
  wants: "the name of a plugin",
  async run(names, { app, output }) {
    const { paths } = (await app()).config;
    const removed: object[] = [];
    for (const name of names) {
      const { version } = await removePlugin(name, paths);
      const kept = installedDataFolder(paths, name);
      removed.push({ name, version, ...(existsSync(kept) ? { kept } : {}) });
    }
    output.json({ removed });
    return 0;
  },
};
