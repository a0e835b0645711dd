import { join } from "node:path";
import type { App } from "../../../workspace.ts";
import type { CommandContext } from "../../command.ts";

/** The application, for files that may be broken: changing them is how they are mended. */
export async function appForRepair({ app }: CommandContext): Promise<App> {
  return await app({ onConfigFault: () => {} });
}

/** The file that is changed: the user's own, or with `--project` the folder's. */
export function changedFile(context: CommandContext, { config }: Pick<App, "config">): string {
  return context.options.flag("project")
    ? context.resolve(join(".modullm", "config.yaml"))
    : join(config.paths.config, "config.yaml");
}
