import { ModullmError } from "../core/error.ts";
import type { Level } from "../core/sandbox-level.ts";
import type { Failure, SandboxLimits } from "./sandbox.ts";

const DOCTOR =
  "`modullm doctor` says what this machine offers; docs/blocks.md says what to do where it " +
  "is not enough.";

/**
 * RLLM_009 for a sandbox that can't be started. `printed`: what whatever starts it said, none of it
 * the code's.
 */
export function sandboxUnavailable(
  level: Level,
  reason: string,
  { printed = "", hint = DOCTOR }: { readonly printed?: string; readonly hint?: string } = {},
): ModullmError {
  return new ModullmError("RLLM_009", `Cannot start a sandbox of level "${level}": ${reason}`, {
    details: {
      exception: "SandboxUnavailable",
      reason,
      level,
      ...(printed === "" ? {} : { printed }),
    },
    hint,
  });
}

/** A failure as a guest tells it: nothing but texts and a line, cut. */
export function readFailure(reply: Readonly<Record<string, unknown>>): Failure {
  const { exception, reason, line, hint } = reply;
  return {
    exception: typeof exception === "string" ? exception.slice(0, 200) : "Error",
    reason: typeof reason === "string" ? reason.slice(0, 2000) : "it gave no reason",
    line: typeof line === "number" && Number.isSafeInteger(line) && line > 0 ? line : null,
    hint: typeof hint === "string" ? hint.slice(0, 500) : null,
  };
}

/** What it means that a process ended before it gave a result. */
export function exitFailure(
  status: number | null,
  signal: NodeJS.Signals | null,
  { cpuMs }: Pick<SandboxLimits, "cpuMs">,
): Failure {
  if (signal === "SIGXCPU")
    return failure("TimeoutError", `it used more than ${cpuMs / 1000} s of processor time`);
  if (signal !== null) return failure("CrashError", `its process died of ${signal}`);
  return failure(
    "CrashError",
    `its process ended with status ${status ?? "unknown"} and gave no result`,
  );
}

/** A failure of the session itself: at no line, and with nothing more to say. */
export function failure(exception: string, reason: string): Failure {
  return { exception, reason, line: null, hint: null };
}
