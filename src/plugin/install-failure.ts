import { ModullmError } from "../core/error.ts";
import { installFailure } from "../packages/failure.ts";
import { refusal } from "./refusal.ts";
import type { PackageSource } from "../packages/source.ts";

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
  const failure = installFailure(thrown, source);
  if (failure === null) return thrown;
  return refusal(action, written, { ...failure, hint: NOTHING_CHANGED, cause: thrown });
}
