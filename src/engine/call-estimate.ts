import { cost } from "../core/cost.ts";
import { ModullmError } from "../core/error.ts";
import type { ModelFacts } from "../model/facts.ts";
import type { Limits } from "../program/limits.ts";
import type { Spending } from "./account.ts";
import { type Budget, innermost } from "./budget.ts";
import { countSent, type Sent } from "./message-tokens.ts";
import { answersOf, askedTokens, sentBeside } from "./priced-params.ts";
import type { Run } from "./state.ts";

/** Tokens of an answer that is worth asking for: with room for fewer, the call is refused. */
const USUAL_ANSWER = 256;
/** Longest answer where the catalogue does not say. */
const LONGEST_ANSWER = 4096;

/**
 * @throws {ModullmError} RLLM_020 where a limit in dollars meets a model without a price
 */
export async function callOf(run: Run, budget: Budget, model: string, sent: Sent): Promise<Call> {
  const { catalog, tokens } = run.tree.tools;
  const { params, name } = run.loaded.program;
  const facts = await catalog.facts(model);
  const priced = innermost(budget, ["usd"]);
  if (priced) requirePrice(model, facts, priced.limits);
  const counted = innermost(budget, ["usd", "tokens"]);
  const prompt =
    counted === null
      ? 0
      : (await countSent(sent, tokens, model)) + (await tokens.count(sentBeside(params), model));
  return {
    signal: run.signal,
    budget,
    counted,
    prompt,
    facts,
    asked: askedTokens(params),
    answers: answersOf(params),
    model,
    program: name,
  };
}

/** What stays the same through all requests of one call. */
export interface Call {
  readonly signal: AbortSignal;
  readonly budget: Budget;
  /** The innermost budget that limits tokens or dollars. */
  readonly counted: Budget | null;
  /** Tokens of the prompt. */
  readonly prompt: number;
  readonly facts: ModelFacts | null;
  /** Tokens that the program lets one answer have; null where it does not say. */
  readonly asked: number | null;
  /** Answers it asks for at once. */
  readonly answers: number;
  readonly model: string;
  readonly program: string;
}

/** Tokens of an answer as the program limits it, else of one that is worth asking for. */
export function usualAnswer({ asked, facts }: Call): number {
  return asked ?? longest(facts, USUAL_ANSWER);
}

/** Tokens of all answers together that what is left can pay for. */
export function affordable(
  left: { usd: number; tokens: number },
  prompt: number,
  facts: ModelFacts | null,
): number {
  const price = facts?.outputPrice ?? 0;
  const dollars = left.usd - (prompt * (facts?.inputPrice ?? 0)) / 1_000_000;
  const byDollars = price > 0 ? (dollars * 1_000_000) / price : Number.POSITIVE_INFINITY;
  return Math.min(left.tokens - prompt, byDollars);
}

/** So many tokens of an answer, or as many as the model gives. */
export function longest(facts: ModelFacts | null, wanted: number): number {
  return Math.min(wanted, facts?.maxOutput ?? LONGEST_ANSWER);
}

/** @param completion tokens of all answers together */
export function spendingOf({ prompt, facts }: Call, completion: number): Spending {
  // The provider may write the whole prompt to a cache, where that is dearer.
  const writes = (facts?.cacheWritePrice ?? 0) > (facts?.inputPrice ?? 0);
  return {
    usd: cost(facts, {
      prompt_tokens: prompt,
      completion_tokens: completion,
      ...(writes ? { cache_write_tokens: prompt } : {}),
    }),
    tokens: prompt + completion,
    calls: 1,
  };
}

export function within(
  spending: Spending,
  left: { usd: number; tokens: number; calls: number },
): boolean {
  return (
    (spending.usd ?? 0) <= left.usd &&
    spending.tokens <= left.tokens &&
    spending.calls <= left.calls
  );
}

/**
 * A budget in dollars can be kept only where the price is known. @throws {ModullmError} RLLM_020
 */
export function requirePrice(model: string, facts: ModelFacts | null, limit: Limits): void {
  if (facts !== null && facts.inputPrice !== null && facts.outputPrice !== null) return;
  const message = `Cannot keep a budget in dollars: the price of "${model}" is not known`;
  const hint =
    `Set it in config.yaml: models: { "${model}": { input_price: …, output_price: … } }, in ` +
    "dollars per million tokens, or limit tokens instead.";
  throw new ModullmError("RLLM_020", message, {
    details: { limit, kind: "usd", spent: null, would_spend: null, model },
    hint,
  });
}
