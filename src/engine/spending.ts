import { cost } from "../core/cost.ts";
import type { ModullmError } from "../core/error.ts";
import type { Usage } from "../core/events.ts";
import type { Model, ModelRequest } from "../model/model.ts";
import type { Spending } from "./account.ts";
import type { Budget, Reservation } from "./budget.ts";
import {
  affordable,
  type Call,
  callOf,
  longest,
  spendingOf,
  usualAnswer,
  within,
} from "./call-estimate.ts";
import type { Sent } from "./message-tokens.ts";
import type { Run } from "./state.ts";
import { offersOf } from "./tools/toolbox.ts";

/** A call that its budgets let through: what may be sent, and what is held back for it. */
export interface Grant {
  /** The program's parameters, with `max_tokens` where a budget sets it. */
  readonly params: ModelRequest["params"];
  /** Tokens one answer may have, reasoning included, before it is stopped; null: no limit. */
  readonly allowance: number | null;
  /**
   * Before another request of the same call: the failed one is settled, and room is asked for
   * anew. Gives what may be sent now.
   * @throws {ModullmError} RLLM_020 when there is no room left
   */
  again(failure: ModullmError): Promise<ModelRequest["params"]>;
  /** @param usage null when the last request failed before anything was counted */
  settle(usage: Usage | null, failure: ModullmError | null): void;
  /** The error of an answer that was stopped at so many tokens. */
  stopped(tokens: number): ModullmError;
}

/**
 * Asks the run's budgets, the outer ones too, before a call. Waits while calls under way hold back
 * what may yet be left over.
 * @throws {ModullmError} RLLM_020 when the call would pass a limit, or a limit in dollars meets a
 * model without a price
 */
export async function grantCall(run: Run, model: Model, said: Sent): Promise<Grant | null> {
  if (run.budget === null) return null;
  const call = await callOf(run, run.budget, model.id, said);
  const { budget, counted } = call;
  const { params } = run.loaded.program;
  let held = await reserve(call);
  // Null once it is settled, which is done exactly once.
  let open: Reservation | null = held.reservation;

  function settle(usage: Usage | null, failure: ModullmError | null): void {
    open?.settle(spentBy(call, usage, failure));
    open = null;
  }

  return {
    get params() {
      return sentParams(params, call, held);
    },
    get allowance() {
      return counted === null ? null : held.completion;
    },
    async again(failure) {
      settle(null, failure);
      held = await reserve(call, failure);
      open = held.reservation;
      return sentParams(params, call, held);
    },
    settle,
    stopped: (came) =>
      (counted ?? budget).stopped({ model: model.id, tokens: came, given: held.completion }),
  };
}

/**
 * Takes from the budgets what so many calls with the run's messages take at least: room for a
 * usual answer, and the prompt for good.
 * @throws {ModullmError} RLLM_020 where they would be refused
 */
export async function spendLeast(run: Run, model: string, times: number): Promise<void> {
  if (run.budget === null) return;
  const call = await callOf(run, run.budget, model, {
    messages: run.messages,
    tools: offersOf(run),
  });
  const least = spendingOf(call, usualAnswer(call) * call.answers);
  for (let index = 0; index < times; index++) {
    const reservation = call.budget.tryReserve(least, call);
    if (!reservation) throw call.budget.refusal(least);
    reservation.settle(spendingOf(call, 0));
  }
}

interface Held {
  readonly reservation: Reservation;
  /** Tokens one answer may have. */
  readonly completion: number;
}

/** @param after the failure of the request before, for the message */
async function reserve(call: Call, after: ModullmError | null = null): Promise<Held> {
  const { budget, facts, asked, prompt, answers, signal } = call;
  const usual = usualAnswer(call);
  for (;;) {
    const room = Math.floor(affordable(budget.left(), prompt, facts) / answers);
    const completion = asked ?? Math.max(usual, longest(facts, room));
    const estimate = spendingOf(call, completion * answers);
    const reservation = budget.tryReserve(estimate, call);
    if (reservation) return { reservation, completion };
    const least = spendingOf(call, usual * answers);
    if (!within(least, budget.leftAtMost())) throw budget.refusal(least, after);
    await roomChanges(budget, signal);
    signal.throwIfAborted();
  }
}

function sentParams(
  params: ModelRequest["params"],
  { counted, asked }: Call,
  { completion }: Held,
): ModelRequest["params"] {
  return counted === null || asked !== null ? params : { ...params, max_tokens: completion };
}

/** A refused request costs nothing; one that broke off may have cost its prompt. */
function spentBy(call: Call, usage: Usage | null, failure: ModullmError | null): Spending {
  if (usage)
    return {
      usd: cost(call.facts, billed(usage)),
      tokens: usage.prompt_tokens + usage.completion_tokens,
      calls: 1,
    };
  if (failure && wasNotBilled(failure)) return { usd: 0, tokens: 0, calls: 1 };
  return spendingOf(call, 0);
}

/** A provider that says it charges nothing is not believed where a price is known. */
function billed({ cost_usd: said = 0, ...counts }: Usage): Usage {
  return said > 0 && Number.isFinite(said) ? { ...counts, cost_usd: said } : counts;
}

/** Whether a request that failed cost nothing. */
export function wasNotBilled({ details }: ModullmError): boolean {
  return (
    details["refused"] === true ||
    (typeof details["status"] === "number" && details["status"] < 500)
  );
}

/** Ends when a call under way has been settled, or nobody waits any more. */
export async function roomChanges(budget: Budget, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    function end(): void {
      signal.removeEventListener("abort", end);
      resolve();
    }
    signal.addEventListener("abort", end, { once: true });
    void budget.settled().then(end);
  });
}
