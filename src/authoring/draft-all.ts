import type { Draft, PartName } from "./draft.ts";
import type { Drafter } from "./drafter.ts";
import { PART_NAMES } from "./parts.ts";

/** A part that is the template's, and why. */
export interface Instead {
  readonly part: PartName;
  readonly reason: string;
}

/**
 * A whole draft, nobody asked: each part as the model drafts it.
 * @param begun parts that are decided already
 */
export async function draftAll(
  drafter: Drafter,
  begun: Draft = {},
): Promise<{ draft: Required<Draft>; instead: readonly Instead[] }> {
  let draft = begun;
  const instead: Instead[] = [];
  for (const part of PART_NAMES) {
    if (draft[part] !== undefined) continue;
    const drafted = await drafter.draft(part, draft);
    draft = { ...draft, [part]: drafted.value };
    if (drafted.instead !== null) instead.push({ part, reason: drafted.instead });
  }
  return { draft: draft as Required<Draft>, instead };
}
