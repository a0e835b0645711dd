import type { Contract } from "../contract/contract.ts";
import type { PartialReading, RepairLevel } from "./answer.ts";
import { newCoercion } from "./coerce.ts";
import { structuredSources } from "./sources.ts";

/**
 * Reads the beginning of an answer: what there is so far, shaped by the schema. What is cut off is closed, a key without a
 * value is left out, and properties that must be there but have not come yet are `[]` or null.
 */
export function readPartial(
  text: string,
  contract: Contract,
  options: { readonly repair?: RepairLevel } = {},
): PartialReading {
  void options;
  const { sources } = structuredSources(text, true);
  const ordered = sources.toSorted((a, b) => a.cost - b.cost || b.node.start - a.node.start);
  let best: { value: unknown; cost: number } | null = null;
  for (const source of ordered) {
    const x = newCoercion(source.cursor, contract.schema, { level: "full", partial: true });
    const outcome = x.coerce(source.node, contract.schema, null);
    if (outcome && (!best || source.cost + outcome.cost < best.cost))
      best = { value: outcome.value, cost: source.cost + outcome.cost };
  }
  if (best) return { ok: true, value: best.value };
  if (contract.schema["type"] === "string" && text.trim() !== "") return { ok: true, value: text };
  return { ok: false, value: undefined };
}
