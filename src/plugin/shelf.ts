import { join } from "node:path";
import type { Paths } from "../config/paths.ts";
import type { Shelf } from "../packages/shelf.ts";
import { PLUGIN_NAME } from "./manifest-check.ts";

export const MANIFEST_FILE = "modullm-plugin.json";

/** Plugins as packages. */
export const PLUGINS: Shelf = {
  label: "plugins",
  folder: "plugins",
  lock: "plugins.lock.json",
  trusted: "trusted-plugins.json",
  manifest: MANIFEST_FILE,
  keyword: "modullm-plugin",
  namePattern: PLUGIN_NAME,
};

/** What an installed plugin keeps; it stays when the plugin is removed. */
export function installedDataFolder(paths: Pick<Paths, "data">, name: string): string {
  return join(paths.data, "plugin-data", name);
}
