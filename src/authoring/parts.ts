import type { Draft, Part, PartName } from "./draft.ts";
import { file } from "./parts/file.ts";
import { inputs, outputs } from "./parts/fields.ts";
import { goal } from "./parts/goal.ts";
import { limits } from "./parts/limits.ts";
import { prompt } from "./parts/prompt.ts";
import { recovery } from "./parts/recovery.ts";
import { test } from "./parts/test.ts";

/** Every part, in the order in which they are decided: each may read those before it. */
export const PARTS = {
  goal,
  inputs,
  outputs,
  limits,
  prompt,
  recovery,
  file,
  test,
} as const satisfies {
  readonly [Name in PartName]: Part<Name>;
};

export const PART_NAMES = Object.keys(PARTS) as readonly PartName[];

export function partOf<Name extends PartName>(name: Name): Part<Name> {
  return PARTS[name] as unknown as Part<Name>;
}

/** A draft from what was kept: parts up to the first that can't be used any more. */
export function readDraft(kept: Readonly<Record<string, unknown>>): Draft {
  let draft: Draft = {};
  for (const name of PART_NAMES) {
    const value = kept[name];
    if (typeof value !== "object" || value === null) break;
    const accepted = partOf(name).accept(value as never, draft);
    if (!accepted.ok) break;
    draft = { ...draft, [name]: accepted.value };
  }
  return draft;
}
