import { cost } from "../core/cost.ts";
import { ModullmError } from "../core/error.ts";
import type { Usage } from "../core/events.ts";
import type { ModelFacts } from "../model/facts.ts";
import type { Message, Model, ModelRequest } from "../model/model.ts";
import type { Limits } from "../program/limits.ts";
import { type Budget, innermost, type Reservation, type Spending } from "./budget.ts";
import { countMessages } from "./message-tokens.ts";
import { answersOf, askedTokens, sentBeside } from "./priced-params.ts";
import type { Run } from "./state.ts";

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
  if (run.budget === null) return null;
  const call = await callOf(run, run.budget, model.id, messages);
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
    stopped: (came) => (counted ?? budget).overrun(came, held.completion, model.id),
  };
}

/**
 * Takes from the budgets what so many calls with the run's messages take at least: room for a
 * usual answer, and the prompt for good.
 * @throws {ModullmError} RLLM_020 where they would be refused
 */
export async function spendLeast(run: Run, model: string, times: number): Promise<void> {
  if (run.budget === null) return;
  const call = await callOf(run, run.budget, model, run.messages);
  const least = spendingOf(call, usualAnswer(call) * call.answers);
  for (let index = 0; index < times; index++) {
    const reservation = call.budget.tryReserve(least, call);
    if (!reservation) throw call.budget.refusal(least);
    reservation.settle(spendingOf(call, 0));
  }
}

async function callOf(
  run: Run,
  budget: Budget,
  model: string,
  messages: readonly Message[],
): Promise<Call> {
  const { catalog, tokens } = run.tree.tools;
  const { params, name } = run.loaded.program;
  const facts = await catalog.facts(model);
  const priced = innermost(budget, ["usd"]);
  if (priced) requirePrice(model, facts, priced.limits);
  const counted = innermost(budget, ["usd", "tokens"]);
  const prompt =
    counted === null
      ? 0
      : (await countMessages(messages, tokens, model)) +
        (await tokens.count(sentBeside(params), model));
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
interface Call {
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

function usualAnswer({ asked, facts }: Call): number {
  return asked ?? longest(facts, USUAL_ANSWER);
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
      usd: cost(call.facts, usage),
      tokens: usage.prompt_tokens + usage.completion_tokens,
      calls: 1,
    };
  if (failure && wasNotBilled(failure)) return { usd: 0, tokens: 0, calls: 1 };
  return spendingOf(call, 0);
}

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
  return Math.min(left.tokens - prompt, byDollars);
}

function longest(facts: ModelFacts | null, wanted: number): number {
  return Math.min(wanted, facts?.maxOutput ?? LONGEST_ANSWER);
}

function spendingOf({ prompt, facts }: Call, completion: number): Spending {
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

/**
 * A budget in dollars can be kept only where the price is known. @throws {ModullmError} RLLM_020
 */
export function requirePrice(model: string, facts: ModelFacts | null, limit: Limits): void {
  if (facts !== null && facts.inputPrice !== null && facts.outputPrice !== null) return;
  const message = `Cannot keep a budget in dollars: the price of "${model}" is not known`;
  const hint = `Set it in config.yaml: models: { "${model}": { input_price: …, output_price: … } }, in dollars per million tokens, or limit tokens instead.`;
  throw new ModullmError("RLLM_020", message, {
    details: { limit, kind: "usd", spent: null, would_spend: null, model },
    hint,
  });
}

/** Ends when a call under way has been settled, or nobody waits any more. */
async function roomChanges(budget: Budget, signal: AbortSignal): Promise<void> {
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
