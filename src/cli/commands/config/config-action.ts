import { join } from "node:path";
import type { App } from "../../../workspace.ts";
import { type CommandContext, UsageError } from "../../command.ts";

/** One thing that can be done with the configuration; `words` is what stood behind its name. */
export type ConfigAction = (context: CommandContext, words: readonly string[]) => Promise<number>;

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

/** Refuses more or fewer words than an action takes. */
export function wordsOf(words: readonly string[], names: readonly string[]): readonly string[] {
  const missing = names[words.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  if (words.length > names.length)
    throw new UsageError(`"${words[names.length]}" is one argument too many`);
  return words;
}
