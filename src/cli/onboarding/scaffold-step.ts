import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Draft } from "../../authoring/draft.ts";
import { writeScaffold } from "../../authoring/scaffold.ts";
import { loadTemplate } from "../../authoring/templates.ts";
import { fileReason } from "../../config/text.ts";
import { replaceFile } from "../../config/write-file.ts";
import type { Host } from "./host.ts";

/** Where scaffolds are looked for by name. */
export function scaffoldFolder(config: string): string {
  return join(config, "scaffolds");
}

/**
 * Offers to keep what was decided for other programs.
 * @param named the file that the command line names
 * @returns the file; null where nothing was written
 */
export async function offerScaffold(
  host: Host,
  draft: Required<Draft>,
  { named, model }: { readonly named: string | null; readonly model: string },
): Promise<string | null> {
  const { dialog, author } = host;
  const app = await host.app();
  const { config } = app.config.paths;
  const path = named ?? join(scaffoldFolder(config), `${draft.goal.name}.yaml`);
  if (!(await dialog.confirm(`Keep this as a scaffold for other programs, in ${path}?`, true)))
    return null;
  if (existsSync(path) && !(await dialog.confirm(`${path} is there already. Overwrite?`, false)))
    return null;
  app.permit("write", path);
  try {
    replaceFile(path, writeScaffold(draft, await loadTemplate(draft.goal.kind), { author, model }));
    return path;
  } catch (thrown) {
    dialog.say(`The scaffold can't be written to ${path}: ${fileReason(thrown)}.`);
    return null;
  }
}
