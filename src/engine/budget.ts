import { exactDollars } from "../core/cost.ts";
import { ModullmError } from "../core/error.ts";
import type { Limits } from "../program/limits.ts";

/**
 * What a call takes: an estimate before it, the truth after it. `usd` is null where the price is
 * not known.
 */
export interface Spending {
  readonly usd: number | null;
  readonly tokens: number;
  readonly calls: number;
}

/** Who spent: shown in the error, so that one sees where it went. */
export interface Spender {
  readonly program: string;
  readonly model: string;
}

/** A reservation holds its estimate back from everybody else until it is settled, exactly once. */
export interface Reservation {
  settle(actual: Spending): void;
}

/**
 * Limits on a run and all below it. A child's budget lies within its parent's: a call must fit all
 * of them. Reservations make parallel calls safe: together they can't pass what each alone would
 * have kept to.
 */
export interface Budget {
  readonly limits: Limits;
  readonly parent: Budget | null;
  /** What is neither spent nor reserved here and above; Infinity where there is no limit. */
  left(): { usd: number; tokens: number; calls: number };
  /** What would be left if every reservation came back untouched. */
  leftAtMost(): { usd: number; tokens: number; calls: number };
  /** Takes the estimate, here and above; null when it does not fit now. */
  tryReserve(estimate: Spending, spender: Spender): Reservation | null;
  /** Resolves when a reservation has been settled, here or anywhere within the outermost budget. */
  settled(): Promise<void>;
  /**
   * RLLM_020 of the innermost limit that the estimate passes. @param after the failure that
   * another request was to follow
   */
  refusal(estimate: Spending, after?: ModullmError | null): ModullmError;
  /** RLLM_020 for an answer that was stopped: it had so many tokens, and was given fewer. */
  overrun(tokens: number, given: number, model: string): ModullmError;
}

/** The innermost budget that limits one of these; null where none does. */
export function innermost(budget: Budget | null, kinds: readonly (keyof Limits)[]): Budget | null {
  for (let each = budget; each; each = each.parent)
    if (kinds.some((kind) => each.limits[kind] !== undefined)) return each;
  return null;
}

interface Account {
  readonly spender: Spender;
  usd: number;
  tokens: number;
  calls: number;
}

/** @param scope how errors call it: `--budget`, or the program whose file says so */
export function createBudget(limits: Limits, scope: string, parent: Budget | null): Budget {
  const spent = { usd: 0, tokens: 0, calls: 0 };
  const reserved = { usd: 0, tokens: 0, calls: 0 };
  const accounts = new Map<string, Account>();
  const waiting: (() => void)[] = [];

  function room(kind: Kind, held: number): number {
    return (limits[kind] ?? Number.POSITIVE_INFINITY) - spent[kind] - held;
  }

  function tryReserve(estimate: Spending, spender: Spender): Reservation | null {
    if (KINDS.some((kind) => amount(estimate, kind) > room(kind, reserved[kind]) + ROUNDING))
      return null;
    const above = parent?.tryReserve(estimate, spender);
    if (above === null) return null;
    add(reserved, estimate, 1);
    return {
      settle(actual) {
        add(reserved, estimate, -1);
        add(spent, actual, 1);
        add(accountOf(accounts, spender), actual, 1);
        above?.settle(actual);
        for (const wake of waiting.splice(0)) wake();
      },
    };
  }

  function refusal(estimate: Spending, after: ModullmError | null = null): ModullmError {
    const kind = KINDS.find((each) => amount(estimate, each) > room(each, 0) + ROUNDING);
    if (kind === undefined && parent) return parent.refusal(estimate, after);
    const wouldSpend = {
      usd: exactDollars(spent.usd + (estimate.usd ?? 0)),
      tokens: spent.tokens + estimate.tokens,
      calls: spent.calls + estimate.calls,
    };
    const name = kind ?? "calls";
    const limit = shown(name, limits[name] ?? 0);
    const needs = `${after ? "another try" : "the next call"} would take ${shown(name, amount(estimate, name))}`;
    const failed = after ? `; the last try failed: ${after.message}` : "";
    return new ModullmError(
      "RLLM_020",
      `The budget of ${scope} allows ${limit}: ${shown(name, spent[name])} ${be(name, spent[name])} spent, and ${needs}${failed}`,
      {
        details: {
          limit: limits,
          kind: name,
          spent: { ...spent, usd: exactDollars(spent.usd) },
          would_spend: wouldSpend,
          scope,
          where: whereOf(accounts),
          ...(after ? { after: after.code } : {}),
        },
        ...(after ? { cause: after } : {}),
      },
    );
  }

  function overrun(tokens: number, given: number, model: string): ModullmError {
    return new ModullmError(
      "RLLM_020",
      `Stopped the answer of "${model}": the budget of ${scope} gave it ${shown("tokens", given)}, and ${tokens} came`,
      {
        details: {
          limit: limits,
          kind: limits.tokens === undefined ? "usd" : "tokens",
          spent: { ...spent, usd: exactDollars(spent.usd) },
          would_spend: { ...spent, usd: null, tokens: spent.tokens + tokens },
          scope,
          model,
          where: whereOf(accounts),
        },
      },
    );
  }

  return {
    limits,
    parent,
    left: () => least(parent?.left(), (kind) => room(kind, reserved[kind])),
    leftAtMost: () => least(parent?.leftAtMost(), (kind) => room(kind, 0)),
    tryReserve,
    // Each reservation is one of the outermost budget's too.
    settled: () => parent?.settled() ?? new Promise((resolve) => waiting.push(resolve)),
    refusal,
    overrun,
  };
}

/** The budget's time is over: what the run's signal is aborted with. */
export function timeIsUp(limits: Limits, scope: string): ModullmError {
  const limit = limits.ms ?? 0;
  return new ModullmError(
    "RLLM_020",
    `The run took all the time that the budget of ${scope} gives it: ${limit} ms`,
    {
      details: {
        limit: limits,
        kind: "ms",
        spent: { ms: limit },
        would_spend: { ms: limit },
        scope,
      },
    },
  );
}

type Kind = "usd" | "tokens" | "calls";
const KINDS: readonly Kind[] = ["usd", "tokens", "calls"];

/** Sums of prices are off by less than this. */
const ROUNDING = 1e-12;

function amount(spending: Spending, kind: Kind): number {
  return spending[kind] ?? 0;
}

function add(sum: Record<Kind, number>, spending: Spending, sign: 1 | -1): void {
  for (const kind of KINDS) sum[kind] += sign * amount(spending, kind);
}

function least(
  above: Record<Kind, number> | undefined,
  here: (kind: Kind) => number,
): Record<Kind, number> {
  const of = (kind: Kind): number =>
    Math.min(here(kind), above?.[kind] ?? Number.POSITIVE_INFINITY);
  return { usd: of("usd"), tokens: of("tokens"), calls: of("calls") };
}

function accountOf(accounts: Map<string, Account>, spender: Spender): Account {
  const key = JSON.stringify([spender.program, spender.model]);
  const account = accounts.get(key) ?? { spender, usd: 0, tokens: 0, calls: 0 };
  accounts.set(key, account);
  return account;
}

function whereOf(accounts: Map<string, Account>): readonly object[] {
  return [...accounts.values()].map(({ spender, usd, tokens, calls }) => ({
    ...spender,
    usd: exactDollars(usd),
    tokens,
    calls,
  }));
}

function be(kind: Kind, value: number): string {
  return kind === "usd" || value === 1 ? "is" : "are";
}

function shown(kind: Kind, value: number): string {
  if (kind === "usd") return `$${Number(value.toPrecision(6))}`;
  return `${value} ${value === 1 ? kind.slice(0, -1) : kind}`;
}
