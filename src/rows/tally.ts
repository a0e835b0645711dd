import type { Outcome, RowCost } from "./outcome.ts";

/** Counts of a map, over all its processes. */
export interface Tally {
  answered: number;
  failed: number;
  /** Of those, how many the journal had. */
  known: number;
  running: number;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  readonly tokens: number;
  /** US dollars that are known of. */
  knownCost: number;
  /** Rows with a call whose price is not known. */
  unpriced: number;
  /** A row has its outcome. */
  add(outcome: Outcome, known: boolean): void;
  /** What an earlier process spent. */
  paid(cost: RowCost): void;
}

export function createTally(): Tally {
  const tally: Tally = {
    answered: 0,
    failed: 0,
    known: 0,
    running: 0,
    calls: 0,
    promptTokens: 0,
    completionTokens: 0,
    get tokens() {
      return tally.promptTokens + tally.completionTokens;
    },
    knownCost: 0,
    unpriced: 0,
    add(outcome, known) {
      if (outcome.ok) tally.answered++;
      else tally.failed++;
      if (known) tally.known++;
      else {
        tally.running--;
        tally.paid(outcome);
      }
    },
    paid(cost) {
      tally.calls += cost.calls;
      tally.promptTokens += cost.prompt_tokens;
      tally.completionTokens += cost.completion_tokens;
      if (cost.cost_usd === null) tally.unpriced++;
      else tally.knownCost += cost.cost_usd;
    },
  };
  return tally;
}
