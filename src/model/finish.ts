import type { Usage } from "../core/events.ts";
import { isCount } from "../core/json.ts";
import type { ModelPart } from "./model.ts";
import type { CallList } from "./tools/call-list.ts";

export type Finish = Extract<ModelPart, { type: "finish" }>;

/** The last parts of a reply: the calls of tools, then its finish. */
export function lastParts({
  reason,
  usage,
  served,
  said,
  calls,
}: {
  readonly reason: Finish["reason"];
  readonly usage: Usage | null;
  readonly served: string | null;
  /** What the server calls the reason; null where it gives none. */
  readonly said: string | null;
  readonly calls: CallList;
}): readonly ModelPart[] {
  const cut = reason === "length" || (reason === "other" && said !== null && CUT.test(said));
  const whole = reason === "content-filter" ? [] : calls.whole({ cut });
  const made = whole.map((call) => ({ type: "tool-call", ...call }) as const);
  const known = cut ? "length" : made.length > 0 ? "tool-calls" : reason;
  const finish: Finish = { type: "finish", reason: known, usage, served };
  if (made.length > 0)
    return [...made, { ...finish, called: [...new Set(whole.map(({ name }) => name))] }];
  return [known === "other" && said !== null && said !== "" ? { ...finish, said } : finish];
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

/**
 * A server's counts; null where one of the first two is missing. What is 0 is left out of the rest.
 */
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
