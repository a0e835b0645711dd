import { ModullmError } from "../core/error.ts";
import { nextSteps } from "./refusal.ts";

/** Why a plugin can't be used. */
export interface Fault {
  /** What it did, as the part of a sentence behind a colon. */
  readonly reason: string;
  /** Which limit of time it passed. */
  readonly deadline?: "start" | "first" | "gap" | "total" | "cancel";
  /** Whether the same call may well succeed on the process that is started next. @default false */
  readonly retryable?: boolean;
  /**
   * Its process ended with status 0, which is no fault where nobody waits for it. @default false
   */
  readonly clean?: boolean;
  readonly hint?: string;
}

/** RLLM_019. @param log the last lines of its log, redacted */
export function pluginError(
  plugin: string,
  fault: Fault,
  log: readonly string[] = [],
): ModullmError {
  return new ModullmError("RLLM_019", `Cannot use plugin "${plugin}": ${fault.reason}`, {
    details: {
      plugin,
      reason: fault.reason,
      ...(fault.deadline === undefined ? {} : { deadline: fault.deadline }),
      ...(log.length === 0 ? {} : { log }),
    },
    retryable: fault.retryable ?? false,
    hint: fault.hint ?? nextSteps(plugin),
  });
}

export function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
