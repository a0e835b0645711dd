import type { App } from "../workspace.ts";
import type { DrafterOptions } from "./drafter.ts";

/** What the workflow is given before its first part. */
export async function knownOf(
  { tools, catalog }: Pick<App, "tools" | "catalog">,
  {
    model,
    purpose,
    author,
  }: { readonly model: string; readonly purpose: string; readonly author: string },
): Promise<DrafterOptions["known"]> {
  return {
    purpose,
    name: author,
    offers: [{ model, ready: true, reason: "It was chosen." }],
    credential: { variable: null, found_in: null },
    model_window: (await tools.model(model)).window ?? (await catalog.facts(model))?.window ?? null,
  };
}
