import type { Usage } from "../core/events.ts";
import { isCount } from "../core/json.ts";
import type { ModelPart } from "./model.ts";

export type Finish = Extract<ModelPart, { type: "finish" }>;

/** The last part of a reply. */
export function finishPart({
  reason,
  usage,
  served,
  said,
  called,
}: {
  readonly reason: Finish["reason"];
  readonly usage: Usage | null;
  readonly served: string | null;
  /** What the server calls the reason; null where it gives none. */
  readonly said: string | null;
  readonly called: ReadonlySet<string>;
}): Finish {
  const isCut = reason === "other" && said !== null && CUT.test(said);
  const finish: Finish = { type: "finish", reason: isCut ? "length" : reason, usage, served };
  if (called.size > 0) return { ...finish, called: [...called] };
  return finish.reason === "other" && said !== null && said !== "" ? { ...finish, said } : finish;
}

/** Whatever servers and gateways call it that an answer ran into a limit. */
const CUT =
  /^(?:incomplete|length|(?:max|model|token|context|output)_?(?:\w*_)?(?:length|tokens?|limit|exceeded)(?:_exceeded|_reached)?)$/i;

/** Whatever they call it that the model was stopped by a fault, or by somebody. */
export function isFault(reason: string): boolean {
  return FAULTS.has(reason.toLowerCase());
}

const FAULTS: ReadonlySet<string> = new Set([
  "error",
  "abort",
  "aborted",
  "cancel",
  "canceled",
  "cancelled",
  "failed",
  "interrupted",
  // DeepSeek
  "insufficient_system_resource",
]);

/** A server's counts; null where one of the first two is missing. What is 0 is left out of the rest. */
export function usageOf(
  prompt: unknown,
  completion: unknown,
  more: { readonly read?: unknown; readonly written?: unknown; readonly cost?: unknown } = {},
): Usage | null {
  if (!isCount(prompt) || !isCount(completion)) return null;
  const { read, written, cost } = more;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    ...(isCount(read) && read > 0 ? { cache_read_tokens: read } : {}),
    ...(isCount(written) && written > 0 ? { cache_write_tokens: written } : {}),
    ...(typeof cost === "number" && cost >= 0 ? { cost_usd: cost } : {}),
  };
}
