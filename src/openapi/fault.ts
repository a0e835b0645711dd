import { ModullmError } from "../core/error.ts";

/** RLLM_008: what a program names of an API is not there, or can't be a tool. */
export function apiFault(path: string, entry: string, reason: string, hint?: string): ModullmError {
  return new ModullmError("RLLM_008", `Cannot use "${entry}" of the API "${path}": ${reason}`, {
    details: { entry, path, reason },
    hint: hint ?? "Correct the file, or the entry of `tools`.",
  });
}

/** RLLM_025: the API can't be reached, or what it answers can't be taken. */
export function apiError(
  host: string,
  reason: string,
  facts: { readonly retryable: boolean; readonly deadline?: "call"; readonly cause?: unknown },
): ModullmError {
  const { retryable, deadline, cause } = facts;
  return new ModullmError("RLLM_025", `Cannot use the API at "${host}": ${reason}`, {
    details: { server: host, reason, ...(deadline === undefined ? {} : { deadline }) },
    retryable,
    cause,
    hint: "Look whether the API answers, and what its file says.",
  });
}
