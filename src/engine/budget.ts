import type { ModullmError } from "../core/error.ts";
import type { Limits } from "../program/limits.ts";
import type { Account, Kind, Spender, Spending } from "./account.ts";
import { answerStopped, callRefused, type Stopped } from "./budget-refusal.ts";

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
  /** RLLM_020 for an answer that was stopped. */
  stopped(answer: Stopped): ModullmError;
}

/** The innermost budget that limits one of these; null where none does. */
export function innermost(budget: Budget | null, kinds: readonly (keyof Limits)[]): Budget | null {
  for (let each = budget; each; each = each.parent)
    if (kinds.some((kind) => each.limits[kind] !== undefined)) return each;
  return null;
}

/** @param scope how errors call it: `--budget`, or the program whose file says so */
export function createBudget(limits: Limits, scope: string, parent: Budget | null): Budget {
  const spent = { usd: 0, tokens: 0, calls: 0 };
  const reserved = { usd: 0, tokens: 0, calls: 0 };
  const accounts = new Map<string, Account>();
  const waiting: (() => void)[] = [];
  const told = {
    limits,
    scope,
    spent,
    get accounts() {
      return accounts.values();
    },
  };

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
    return callRefused(told, kind ?? "calls", estimate, after);
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
    stopped: (answer) => answerStopped(told, answer),
  };
}

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
