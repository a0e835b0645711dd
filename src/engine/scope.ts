import { NEVER } from "../core/never.ts";
import type { Capability, Principal } from "../core/principal.ts";
import { programPrincipal } from "../core/principal.ts";
import type { Limits } from "../program/limits.ts";
import { type Budget, createBudget } from "./budget.ts";
import { timeIsUp } from "./budget-refusal.ts";
import type { Clock } from "./engine.ts";
import type { Limiters } from "./limiter.ts";

/**
 * What runs that belong together share: who asks, what may be spent, how much may happen at once,
 * and until when. Made by whoever owns it: a process, a tenant, a conversation, a run for its
 * children. A part of a scope is never wider than the scope.
 */
export interface Scope {
  readonly principal: Principal;
  /**
   * What the data at hand is marked with, sorted, each once. A part has those of the whole, and
   * maybe more: no part takes a mark off.
   */
  readonly labels: readonly string[];
  /** The innermost budget; null where there is none. */
  readonly budget: Budget | null;
  readonly limiters: Limiters;
  /** Aborted when the time is up, by `end` with a reason, or with any scope around it. */
  readonly signal: AbortSignal;
  /** The run, and its entry of `uses`, that this is for; null outside of any. */
  readonly parent: { readonly run: string; readonly entry: string } | null;
  within(part: ScopePart): Scope;
  /**
   * Aborts the signal where the time is over, although the timer could not run yet: a long
   * computation held it up.
   */
  check(): void;
  /** Lets go of the scopes around it. With a reason, what still runs in it is aborted. */
  end(reason?: unknown): void;
}

export interface ScopePart {
  /** How errors call it: "the whole run", or a program whose file says so. */
  readonly name: string;
  /** A budget of its own, within the one around it; `ms` counts from now. */
  readonly limits?: Limits | undefined;
  /** Who asks for the part, within whoever the whole is for. @default the one of the whole */
  readonly principal?: Principal | undefined;
  /** All that the part may do; it may nothing that the whole may not. */
  readonly grants?: readonly Capability[] | undefined;
  /** Marks of its data, beside those of the whole. @default none */
  readonly labels?: readonly string[] | undefined;
  /** Ends the part as well. */
  readonly signal?: AbortSignal | undefined;
  readonly parent?: Scope["parent"];
}

export interface ScopeOwner {
  readonly principal: Principal;
  readonly limiters: Limiters;
  readonly clock: Pick<Clock, "ticks" | "after">;
  /** @default none */
  readonly labels?: readonly string[];
  readonly budget?: Budget | null;
  readonly signal?: AbortSignal;
}

/** A scope with nothing around it. */
export function createScope(owner: ScopeOwner): Scope {
  const { principal, budget = null, signal = NEVER } = owner;
  const labels = joined([], owner.labels);
  return scopeOf(owner, { principal, labels, budget, signal, parent: null, check() {}, end() {} });
}

type Own = Omit<Scope, "limiters" | "within">;

function scopeOf(owner: ScopeOwner, own: Own): Scope {
  const scope: Scope = {
    ...own,
    limiters: owner.limiters,
    within: (part) => partOf(owner, scope, part),
  };
  return scope;
}

function partOf(owner: ScopeOwner, whole: Scope, part: ScopePart): Scope {
  const { name, limits, grants, labels, parent = whole.parent } = part;
  const asker = part.principal ? { ...part.principal, within: whole.principal } : whole.principal;
  const { clock } = owner;
  const controller = new AbortController();
  const letGo = [whole.signal, part.signal ?? NEVER].map((outer) => follow(outer, controller));
  const { ms } = limits ?? {};
  const over = ms === undefined ? null : clock.ticks() + ms;
  function expire(): void {
    if (limits) controller.abort(timeIsUp(limits, name));
  }
  if (ms !== undefined) letGo.push(clock.after(ms, expire));
  return scopeOf(owner, {
    principal: grants ? programPrincipal(name, asker, grants) : asker,
    labels: joined(whole.labels, labels),
    budget: limits ? createBudget(limits, name, whole.budget) : whole.budget,
    signal: controller.signal,
    parent,
    check() {
      whole.check();
      if (over !== null && clock.ticks() >= over && !controller.signal.aborted) expire();
    },
    end(reason) {
      for (const release of letGo) release();
      if (reason !== undefined) controller.abort(reason);
    },
  });
}

function joined(labels: readonly string[], more: readonly string[] = []): readonly string[] {
  const added = more.filter((label) => !labels.includes(label));
  return added.length === 0 ? labels : [...new Set([...labels, ...added])].toSorted();
}

/** @returns what lets go of the outer signal */
function follow(outer: AbortSignal, controller: AbortController): () => void {
  const abort = (): void => controller.abort(outer.reason);
  if (outer.aborted) abort();
  else if (outer !== NEVER) outer.addEventListener("abort", abort, { once: true });
  return () => outer.removeEventListener("abort", abort);
}
