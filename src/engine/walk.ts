import type { StageName } from "../core/events.ts";
import { blockOf } from "./stages/blocks.ts";
import { type Run, throwIfCancelled } from "./state.ts";

export type Stage = (run: Run) => void | Promise<void>;

/**
 * Takes a run through stages, in their order. Those that the program has nothing for are passed
 * over.
 */
export async function walk(
  run: Run,
  stages: readonly (readonly [StageName, Stage])[],
): Promise<void> {
  const { clock } = run.tree.tools;
  for (const [stage, step] of stages) {
    if (!hasStage(run, stage)) continue;
    throwIfOver(run);
    const start = clock.ticks();
    run.emit({ type: "stage-start", stage });
    const pending = step(run);
    if (pending) await pending;
    run.emit({ type: "stage-end", stage, ms: clock.ticks() - start });
  }
  throwIfOver(run);
}

/** Blocks that it has; a model, or what makes the output without one. */
function hasStage(run: Run, stage: StageName): boolean {
  const asksModel = run.loaded.program.collects === null;
  switch (stage) {
    case "pre":
    case "post":
      return blockOf(run, stage) !== undefined;
    case "render":
    case "window":
    case "model":
      return asksModel;
    case "output":
      return !asksModel;
    default:
      return true;
  }
}

function throwIfOver({ scope, signal }: Run): void {
  scope.check();
  throwIfCancelled(signal);
}
