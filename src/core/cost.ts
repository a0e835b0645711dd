import type { ModelFacts } from "../model/facts.ts";
import type { Usage } from "./events.ts";

/** US dollars for a call; null where a price is not known. */
export function cost(facts: ModelFacts | null, usage: Usage): number | null {
  if (facts === null || facts.inputPrice === null || facts.outputPrice === null) return null;
  const millionths =
    usage.prompt_tokens * facts.inputPrice + usage.completion_tokens * facts.outputPrice;
  // Without the last digits, which binary fractions get wrong.
  return Number((millionths / 1_000_000).toPrecision(12));
}
