import { cost } from "../../core/cost.ts";
import type { ModullmError } from "../../core/error.ts";
import type { Usage } from "../../core/events.ts";
import type { ModelFacts } from "../../model/facts.ts";
import type { Spender, Spending } from "../account.ts";
import { type Budget, innermost, type Reservation } from "../budget.ts";
import { requirePrice, within } from "../call-estimate.ts";
import { roomChanges, wasNotBilled } from "../spending.ts";
import { throwIfCancelled } from "../state.ts";

/** A request without an answer of its own, as far as budgets look at it. */
export interface Priced {
  readonly facts: ModelFacts | null;
  /** Tokens that are sent. */
  readonly tokens: number;
  readonly spender: Spender;
  readonly signal: AbortSignal;
}

/** A request that its budgets let through. */
export interface VectorGrant {
  /**
   * Before another try: the failed one is settled, and room is asked for anew. @throws
   * {ModullmError} RLLM_020 when there is none
   */
  again(failure: ModullmError): Promise<void>;
  /** @param usage null when the last try failed */
  settle(usage: Usage | null, failure: ModullmError | null): void;
}

/**
 * Waits while calls under way hold back what may yet be left over.
 * @throws {ModullmError} RLLM_020 when the request would pass a limit, or a limit in dollars meets
 * a model without a price
 */
export async function grantVectors(budget: Budget, request: Priced): Promise<VectorGrant> {
  const { facts, tokens, spender } = request;
  const priced = innermost(budget, ["usd"]);
  if (priced) requirePrice(spender.model, withoutOutput(facts), priced.limits);
  const estimate = spendingOf(facts, { prompt_tokens: tokens, completion_tokens: 0 });
  // Null once it is settled, which is done exactly once.
  let open: Reservation | null = await reserve(budget, estimate, request);

  function settle(usage: Usage | null, failure: ModullmError | null): void {
    const billed = failure !== null && wasNotBilled(failure) ? NOTHING : estimate;
    open?.settle(usage ? spendingOf(facts, usage) : billed);
    open = null;
  }

  return {
    async again(failure) {
      settle(null, failure);
      open = await reserve(budget, estimate, request, failure);
    },
    settle,
  };
}

const NOTHING: Spending = { usd: 0, tokens: 0, calls: 1 };

function spendingOf(facts: ModelFacts | null, usage: Usage): Spending {
  return { usd: vectorCost(facts, usage), tokens: usage.prompt_tokens, calls: 1 };
}

/** US dollars; null where the price of what is sent is not known. */
export function vectorCost(facts: ModelFacts | null, usage: Usage): number | null {
  return cost(withoutOutput(facts), usage);
}

/** Nothing is written, so what that would cost does not matter. */
function withoutOutput(facts: ModelFacts | null): ModelFacts | null {
  return facts && { ...facts, outputPrice: 0 };
}

async function reserve(
  budget: Budget,
  estimate: Spending,
  { spender, signal }: Priced,
  after: ModullmError | null = null,
): Promise<Reservation> {
  for (;;) {
    const reservation = budget.tryReserve(estimate, spender);
    if (reservation) return reservation;
    if (!within(estimate, budget.leftAtMost())) throw budget.refusal(estimate, after);
    await roomChanges(budget, signal);
    throwIfCancelled(signal);
  }
}
