import { exactDollars } from "../../core/cost.ts";
import type { Usage } from "../../core/events.ts";

/** What all requests of a run took; null where a part of it is not known. */
export interface VectorTotals {
  /** `provider/name` */
  readonly model: string;
  readonly requests: number;
  readonly prompt_tokens: number | null;
  /** US dollars. */
  readonly cost_usd: number | null;
}

export interface Totals {
  add(usage: Usage | null, usd: number | null): void;
  /** A request that gave nothing, and is not paid as far as is known. */
  failed(): void;
  sum(): VectorTotals;
}

export function createTotals(model: string): Totals {
  let requests = 0;
  let tokens: number | null = 0;
  let dollars: number | null = 0;
  return {
    add(usage, usd) {
      requests++;
      tokens = usage === null || tokens === null ? null : tokens + usage.prompt_tokens;
      dollars = usd === null || dollars === null ? null : exactDollars(dollars + usd);
    },
    failed: () => void requests++,
    sum: () => ({ model, requests, prompt_tokens: tokens, cost_usd: dollars }),
  };
}

export function added(one: VectorTotals, other: VectorTotals): VectorTotals {
  return {
    model: one.model,
    requests: one.requests + other.requests,
    prompt_tokens: sum(one.prompt_tokens, other.prompt_tokens),
    cost_usd: sum(one.cost_usd, other.cost_usd),
  };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
