import { ModullmError } from "../../core/error.ts";
import { jsonType } from "../../core/json.ts";

/**
 * For callers whose types nobody has checked.
 * @param what a text or a document
 * @throws {ModullmError} RLLM_016 for what is no text
 */
export function requireText(value: unknown, what: string, index: number): void {
  if (typeof value === "string") return;
  const reason = `it is ${value === undefined ? "undefined" : `of the type ${jsonType(value)}`}`;
  throw new ModullmError("RLLM_016", `Cannot take ${what} ${index}: ${reason}, not a text`, {
    details: { source: what, reason },
    hint: "Give a list of strings.",
  });
}
