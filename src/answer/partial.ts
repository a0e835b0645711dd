import type { Contract } from "../contract/contract.ts";
import type { PartialReading } from "./answer.ts";
import type { Source } from "./candidate.ts";
import { newCoercion } from "./coerce.ts";
import { withPlainMarks } from "./punctuation.ts";
import { spokenIn } from "./reasoning.ts";
import { structuredSources } from "./sources.ts";

/**
 * Reads the beginning of an answer: what there is so far, shaped by the schema. What is cut off is
 * closed, a key without a value is left out, and properties that must be there but have not come
 * yet are `[]` or null. Nothing is checked against the contract: an answer that is not finished
 * can't meet it.
 */
export function readPartial(text: string, contract: Contract): PartialReading {
  const spoken = spokenIn(text).text.replace(BEGUN, "");
  const marked = withPlainMarks(spoken, { partial: true })?.text ?? spoken;
  const { sources } = structuredSources(marked, true);
  let best: { readonly value: unknown; readonly cost: number; readonly start: number } | null =
    null;
  for (const source of sources) {
    // The opening line of a fence is no text.
    if (source.rung === "whole" && FENCE.test(marked)) continue;
    const read = readSource(source, contract);
    if (
      read &&
      (!best ||
        read.cost < best.cost ||
        (read.cost === best.cost && source.node.start > best.start))
    ) {
      best = { ...read, start: source.node.start };
    }
  }
  if (best) return { ok: true, value: best.value };
  const isText = contract.schema["type"] === "string" && text.trim() !== "";
  return isText ? { ok: true, value: text } : { ok: false, value: undefined };
}

/** The beginning of a tag, token or comment, or half a character: what it is will show. */
const BEGUN = /(?:<[|｜]?[\w/]{0,40}[|｜]?|(?<=\s)(?:#|\/[/*]?)|[\ud800-\udbff])$/;
const FENCE = /^\s*[`~]/;

function readSource(
  source: Source,
  contract: Contract,
): { readonly value: unknown; readonly cost: number } | null {
  const coercion = newCoercion(source.cursor, contract.schema, { level: "full", partial: true });
  const outcome = coercion.coerce(source.node, contract.schema, null);
  return outcome && { value: outcome.value, cost: source.cost + outcome.cost };
}
