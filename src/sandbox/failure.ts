import type { Failure } from "./sandbox.ts";

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

export function describeExit(status: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `its process died of ${signal}`;
  return `its process ended with status ${status ?? "unknown"} and gave no result`;
}
