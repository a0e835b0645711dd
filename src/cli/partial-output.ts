import { createAnswerReader, type AnswerReader } from "../answer/reader.ts";
import type { Contract } from "../contract/contract.ts";
import type { RunListener } from "../core/events.ts";
import type { Output } from "./output.ts";

/**
 * The answer of the outermost run as it grows, a line each: `{"type": "partial", "attempt",
 * "value"}`, and at the end `{"type": "output", "value"}`. Partial values have the contract's shape
 * but are not checked. An attempt whose answer was given up is followed by `{"type": "restart",
 * "attempt"}`: what came before it is void, and the next attempt starts anew.
 */
export function createPartialOutput(
  contract: Contract,
  output: Output,
): { listen: RunListener; end(value: unknown): void } {
  let outermost: string | null = null;
  let reader: AnswerReader | null = null;
  let shown = false;
  return {
    listen(event) {
      if (event.type === "run-start") outermost ??= event.run;
      if (event.run !== outermost) return;
      if (event.type === "attempt-start") {
        reader = createAnswerReader(contract);
        if (shown) output.line({ type: "restart", attempt: event.attempt });
        shown = false;
      }
      if (event.type !== "model-delta") return;
      const partial = reader?.push(event.text);
      if (!partial?.ok) return;
      shown = true;
      output.line({ type: "partial", attempt: event.attempt, value: partial.value });
    },
    end: (value) => output.line({ type: "output", value }),
  };
}
