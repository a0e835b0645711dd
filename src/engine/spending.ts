import { cost } from "../core/cost.ts";
import { ModullmError } from "../core/error.ts";
import type { Usage } from "../core/events.ts";
import type { ModelFacts } from "../model/facts.ts";
import type { Message, Model } from "../model/model.ts";
import type { Budget, Reservation, Spending } from "./budget.ts";
import { countMessages } from "./message-tokens.ts";
import type { Run } from "./state.ts";

/** A call that its budgets let through. */
export interface Grant {
  /** What to send as `max_tokens` where the program does not say; null: nothing. */
  readonly maxTokens: number | null;
  /** Tokens the answer may have before it is stopped; null: no limit. */
  readonly allowance: number | null;
  /** @param usage null when the call failed before anything was counted */
  settle(usage: Usage | null, failure: ModullmError | null, extraCalls: number): void;
  refuse(): ModullmError;
}

/** Tokens of an answer that is worth asking for: with room for fewer, the call is refused. */
const USUAL_ANSWER = 256;
/** Longest answer where the catalogue does not say. */
const LONGEST_ANSWER = 4096;

/**
 * Asks the run's budgets, the outer ones too, before a call. Waits while calls under way hold back
 * what may yet be left over.
 * @throws {ModullmError} RLLM_020 when the call would pass a limit, or a limit in dollars meets a
 * model without a price
 */
export async function grantCall(
  run: Run,
  model: Model,
  messages: readonly Message[],
): Promise<Grant | null> {
  const { budget } = run;
  if (budget === null) return null;
  const { catalog, tokens } = run.tree.tools;
  const facts = await catalog.facts(model.id);
  if (limits(budget, "usd")) requirePrice(model, facts);
  const counted = limits(budget, "usd") || limits(budget, "tokens");
  const prompt = counted ? await countMessages(messages, tokens, model.id) : 0;
  const { max_completion_tokens: newer, max_tokens: older } = run.loaded.program.params;
  const asked = typeof newer === "number" ? newer : typeof older === "number" ? older : null;
  const spender = { program: run.loaded.program.name, model: model.id };
  for (;;) {
    const usual = asked ?? longest(facts, USUAL_ANSWER);
    const completion =
      asked ?? Math.max(usual, longest(facts, affordable(budget.left(), prompt, facts)));
    const estimate = spendingOf(prompt, completion, facts);
    const reservation = budget.tryReserve(estimate, spender);
    if (reservation) return grantOf(budget, reservation, { estimate, prompt, asked, facts });
    const least = spendingOf(prompt, usual, facts);
    if (!within(least, budget.leftAtMost())) throw budget.refusal(least);
    await Promise.race([
      budget.settled(),
      budget.parent?.settled() ?? new Promise<never>(() => {}),
      aborted(run.signal),
    ]);
    run.signal.throwIfAborted();
  }
}

interface Facts {
  readonly estimate: Spending;
  readonly prompt: number;
  readonly asked: number | null;
  readonly facts: ModelFacts | null;
}

function grantOf(
  budget: Budget,
  reservation: Reservation,
  { estimate, prompt, asked, facts }: Facts,
): Grant {
  const bounded = limits(budget, "usd") || limits(budget, "tokens");
  const completion = bounded ? estimate.tokens - prompt : null;
  return {
    maxTokens: asked === null ? completion : null,
    allowance: completion,
    settle(usage, failure, extraCalls) {
      const calls = 1 + extraCalls;
      if (usage)
        reservation.settle({
          usd: cost(facts, usage),
          tokens: usage.prompt_tokens + usage.completion_tokens,
          calls,
        });
      else if (failure && wasNotBilled(failure)) reservation.settle({ usd: 0, tokens: 0, calls });
      else reservation.settle({ ...spendingOf(prompt, 0, facts), calls });
    },
    refuse: () => budget.refusal(estimate),
  };
}

/** A refused request costs nothing; one that broke off may have cost its prompt. */
function wasNotBilled({ details }: ModullmError): boolean {
  return (
    details["refused"] === true ||
    (typeof details["status"] === "number" && details["status"] < 500)
  );
}

function affordable(
  left: { usd: number; tokens: number },
  prompt: number,
  facts: ModelFacts | null,
): number {
  const price = facts?.outputPrice ?? 0;
  const dollars = left.usd - (prompt * (facts?.inputPrice ?? 0)) / 1_000_000;
  const byDollars = price > 0 ? (dollars * 1_000_000) / price : Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(left.tokens - prompt, byDollars));
}

function longest(facts: ModelFacts | null, wanted: number): number {
  return Math.min(wanted, facts?.maxOutput ?? LONGEST_ANSWER);
}

function spendingOf(prompt: number, completion: number, facts: ModelFacts | null): Spending {
  return {
    usd: cost(facts, { prompt_tokens: prompt, completion_tokens: completion }),
    tokens: prompt + completion,
    calls: 1,
  };
}

function within(spending: Spending, left: { usd: number; tokens: number; calls: number }): boolean {
  return (
    (spending.usd ?? 0) <= left.usd &&
    spending.tokens <= left.tokens &&
    spending.calls <= left.calls
  );
}

function limits(budget: Budget, kind: "usd" | "tokens"): boolean {
  for (let each: Budget | null = budget; each; each = each.parent)
    if (each.limits[kind] !== undefined) return true;
  return false;
}

/**
 * A budget in dollars can be kept only where the price is known. @throws {ModullmError} RLLM_020
 */
export function requirePrice(model: Model, facts: ModelFacts | null): void {
  if (facts !== null && facts.inputPrice !== null && facts.outputPrice !== null) return;
  const message = `Cannot keep a budget in dollars: the price of "${model.id}" is not known`;
  const hint = `Set it in config.yaml: models: { "${model.id}": { input_price: …, output_price: … } }, in dollars per million tokens, or limit tokens instead.`;
  throw new ModullmError("RLLM_020", message, {
    details: { limit: "usd", spent: null, would_spend: null, model: model.id },
    hint,
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
