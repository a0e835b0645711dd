import type { ModullmError } from "../core/error.ts";
import type { RunEvent, Trace } from "../core/events.ts";
import type { Json, JsonObject } from "../core/json.ts";

/** What a run under test came to. */
export interface Observed {
  readonly input: JsonObject;
  /** Null where it failed. */
  readonly output: Json;
  readonly error: ModullmError | null;
  readonly figures: Figures;
}

export interface Figures {
  /** US dollars; null where a price is not known. */
  readonly cost_usd: number | null;
  /**
   * Milliseconds that its calls took, one after the other; from the recordings where they answer.
   */
  readonly latency_ms: number;
  readonly tokens: number;
  /** Calls of models, in the whole tree. */
  readonly calls: number;
  /** Calls of the program's own model. */
  readonly turns: number;
  /** Tools that were called, in order. */
  readonly tools: readonly string[];
  /** Edits that reading the answers took. */
  readonly repairs: number;
}

/** Counts a run by its events. @param latency of a recorded call; null for one that was made */
export function createFigures(): {
  readonly trace: Trace;
  total(recorded: number | null): Figures;
} {
  const tools: string[] = [];
  const sums = { cost: 0, latency: 0, tokens: 0, calls: 0, turns: 0, repairs: 0 };
  let isPriced = true;
  let root: string | null = null;
  function listen(event: RunEvent): void {
    root ??= event.run;
    if (event.type === "tool-start") tools.push(event.tool);
    if (event.type !== "attempt-end") return;
    sums.repairs += event.edits.length;
    if (event.cached !== null) return;
    sums.calls++;
    if (event.run === root) sums.turns++;
    sums.latency += event.latency_ms;
    sums.tokens += (event.usage?.prompt_tokens ?? 0) + (event.usage?.completion_tokens ?? 0);
    if (event.cost_usd === null) isPriced &&= event.usage === null && !event.ok;
    else sums.cost += event.cost_usd;
  }
  return {
    trace: { wants: { payloads: false, deltas: false }, listen },
    total: (recorded) => ({
      cost_usd: isPriced ? sums.cost : null,
      latency_ms: recorded ?? sums.latency,
      tokens: sums.tokens,
      calls: sums.calls,
      turns: sums.turns,
      tools,
      repairs: sums.repairs,
    }),
  };
}
