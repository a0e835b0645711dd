import { exactDollars } from "../core/cost.ts";
import { ModullmError } from "../core/error.ts";
import type { Limits } from "../program/limits.ts";
import type { Account, Kind, Spending } from "./account.ts";

/** A budget as its errors tell of it. */
export interface Told {
  readonly limits: Limits;
  /** Whose it is: "the whole run", or the program whose file says so. */
  readonly scope: string;
  readonly spent: Readonly<Record<Kind, number>>;
  readonly accounts: Iterable<Account>;
}

/** RLLM_020 for a call that would pass a limit. @param after the failure it was to follow */
export function callRefused(
  { limits, scope, spent, accounts }: Told,
  kind: Kind,
  estimate: Spending,
  after: ModullmError | null,
): ModullmError {
  const isSpent = `${shown(kind, spent[kind])} ${be(kind, spent[kind])} spent`;
  const next = after ? "another try" : "the next call";
  const needs = `${next} would take ${shown(kind, estimate[kind] ?? 0)}`;
  const failed = after ? `; the last try failed: ${after.message}` : "";
  return new ModullmError(
    "RLLM_020",
    `The budget of ${scope} allows ${shown(kind, limits[kind] ?? 0)}: ${isSpent}, and ` +
      `${needs}${failed}`,
    {
      details: {
        limit: limits,
        kind,
        spent: { ...spent, usd: exactDollars(spent.usd) },
        would_spend: {
          usd: exactDollars(spent.usd + (estimate.usd ?? 0)),
          tokens: spent.tokens + estimate.tokens,
          calls: spent.calls + estimate.calls,
        },
        scope,
        where: whereOf(accounts),
        ...(after ? { after: after.code } : {}),
      },
      ...(after ? { cause: after } : {}),
    },
  );
}

/** An answer that was stopped. */
export interface Stopped {
  readonly model: string;
  /** Tokens that came, and that it was given. */
  readonly tokens: number;
  readonly given: number;
}

/** RLLM_020 for an answer that passed what its budget gave it. */
export function answerStopped(
  { limits, scope, spent, accounts }: Told,
  { model, tokens, given }: Stopped,
): ModullmError {
  return new ModullmError(
    "RLLM_020",
    `Stopped the answer of "${model}": the budget of ${scope} gave it ` +
      `${shown("tokens", given)}, and ${tokens} came`,
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

/** The budget's time is over: what the run's signal is aborted with. */
export function timeIsUp(limits: Limits, scope: string): ModullmError {
  const ms = limits.ms ?? 0;
  return new ModullmError(
    "RLLM_020",
    `The run took all the time that the budget of ${scope} gives it: ${ms} ms`,
    { details: { limit: limits, kind: "ms", spent: { ms }, would_spend: { ms }, scope } },
  );
}

function whereOf(accounts: Iterable<Account>): readonly object[] {
  return [...accounts].map(({ spender, usd, tokens, calls }) => ({
    program: spender.program,
    model: spender.model,
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
