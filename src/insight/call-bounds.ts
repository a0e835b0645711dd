import type { PredictionNode } from "./predict-plan.ts";

/** Calls of models in one run of the tree: what can't be skipped, and what limits allow. */
export interface CallBounds {
  readonly least: number;
  /** Null: an entry of `uses` runs for a list that is not known yet. */
  readonly most: number | null;
}

export function callBounds({ calls, children }: PredictionNode): CallBounds {
  let { least } = calls;
  let most: number | null = calls.most;
  for (const child of children) {
    const below = callBounds(child);
    const fixed = child.times?.count ?? null;
    if (fixed !== null) least += fixed * below.least;
    const times = child.mostTimes ?? fixed;
    most =
      most === null || below.most === null || times === null ? null : most + times * below.most;
  }
  return { least, most };
}
