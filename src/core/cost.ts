import type { ModelFacts } from "../model/facts.ts";
import type { Usage } from "./events.ts";

/**
 * US dollars for a call: what the provider says, or else by its prices. Tokens of a cache have
 * prices of their own; where those are not known they count as any other. Null where a price is not
 * known.
 */
export function cost(facts: ModelFacts | null, usage: Usage): number | null {
  if (usage.cost_usd !== undefined) return exactDollars(usage.cost_usd);
  if (facts === null || facts.inputPrice === null || facts.outputPrice === null) return null;
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  const read = Math.min(usage.cache_read_tokens ?? 0, prompt);
  const written = Math.min(usage.cache_write_tokens ?? 0, prompt - read);
  const plain = prompt - read - written;
  const millionths =
    plain * facts.inputPrice +
    read * (facts.cacheReadPrice ?? facts.inputPrice) +
    written * (facts.cacheWritePrice ?? facts.inputPrice) +
    completion * facts.outputPrice;
  return exactDollars(millionths / 1_000_000);
}

/** Without the last digits, which only adding and multiplying doubles brought in. */
export function exactDollars(usd: number): number {
  return Number(usd.toPrecision(12));
}
