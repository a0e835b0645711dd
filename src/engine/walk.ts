import type { StageName } from "../core/events.ts";
import { blockOf } from "./stages/blocks.ts";
import { type Run, throwIfCancelled } from "./state.ts";

export type Stage = (run: Run) => void | Promise<void>;

/**
 * Takes a run through stages, in their order. `pre` and `post` are passed over where the program
 * has no such block.
 */
export async function walk(
  run: Run,
  stages: readonly (readonly [StageName, Stage])[],
): Promise<void> {
  const { clock } = run.tree.tools;
  for (const [stage, step] of stages) {
    if ((stage === "pre" || stage === "post") && !blockOf(run, stage)) continue;
    throwIfOver(run);
    const start = clock.ticks();
    run.emit({ type: "stage-start", stage });
    const pending = step(run);
    if (pending) await pending;
    run.emit({ type: "stage-end", stage, ms: clock.ticks() - start });
  }
  throwIfOver(run);
}

function throwIfOver({ scope, signal }: Run): void {
  scope.check();
  throwIfCancelled(signal);
}
