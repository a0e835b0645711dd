import type { Call } from "./call.ts";
import { type Fault, seconds } from "./fault.ts";

/** A call that has used up one of its limits. */
export function lateness(
  { method, sentAt }: Call,
  due: { readonly deadline: "first" | "gap" | "total"; readonly limit: number },
): Fault {
  const within = `within ${seconds(due.limit)}`;
  const reasons = {
    first: `it showed no sign of life for "${method}" ${within}`,
    gap: `it stopped in the middle of "${method}": nothing came ${within}`,
    total:
      sentAt === 0
        ? `"${method}" did not get its turn ${within}`
        : `it did not finish "${method}" ${within}`,
  };
  const setting =
    due.deadline === "total"
      ? "llm_params.timeout"
      : `runtime.deadlines.${due.deadline} in config.yaml`;
  return {
    reason: reasons[due.deadline],
    deadline: due.deadline,
    retryable: true,
    ...(method === "chat"
      ? { hint: `Raise ${setting}, or name another model in llm.fallbacks.` }
      : {}),
  };
}

/** A plugin that goes on with a call that was cancelled. */
export function disobedience({ method }: Call, limit: number): Fault {
  const reason =
    `it did not end "${method}" within ${seconds(limit)} of its ` +
    "being cancelled, and was killed";
  return { reason, deadline: "cancel", retryable: true };
}
