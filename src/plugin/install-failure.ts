import { fileReason } from "../config/text.ts";
import { ModullmError } from "../core/error.ts";
import { DependencyFault } from "../packages/dependencies.ts";
import { refusal } from "./refusal.ts";
import type { PackageSource } from "../packages/source.ts";
import { stageReason } from "../packages/stage.ts";
import { TreeFault } from "../packages/tree.ts";

const NOTHING_CHANGED = "Nothing was changed.";

/** Whatever went wrong, as an error that says so. */
export function explained(
  thrown: unknown,
  facts: {
    readonly action: string;
    readonly written: string;
    readonly source: PackageSource;
    readonly signal: AbortSignal;
  },
): unknown {
  const { action, written, source, signal } = facts;
  if (signal.aborted) {
    return new ModullmError(
      "RLLM_022",
      `Stopped before plugin "${written}" was ${action === "update" ? "updated" : "installed"}`,
      {
        details: { reason: "it was interrupted" },
        hint: NOTHING_CHANGED,
      },
    );
  }
  if (thrown instanceof ModullmError) return thrown;
  const hint = NOTHING_CHANGED;
  const known = stageReason(thrown, source);
  if (known !== null)
    return refusal(action, written, {
      reason: known.reason,
      retryable: known.passing,
      hint,
      cause: thrown,
    });
  if (thrown instanceof TreeFault || thrown instanceof DependencyFault)
    return refusal(action, written, { reason: thrown.message, hint, cause: thrown });
  if (thrown instanceof Error && "code" in thrown && "path" in thrown)
    return refusal(action, written, {
      reason: `${String(thrown.path)}: ${fileReason(thrown)}`,
      hint,
      cause: thrown,
    });
  return thrown;
}
