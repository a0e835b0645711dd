import type { ErrorPayload } from "../core/error.ts";
import type { Json } from "../core/json.ts";

/** What one row took. */
export interface RowCost {
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** US dollars; null where a call's price is not known. */
  readonly cost_usd: number | null;
}

/** What came of a row, as the journal keeps it. */
export type Outcome = RowCost & { readonly row: number; readonly ms: number } & (
    | { readonly ok: true; readonly output: Json }
    | { readonly ok: false; readonly error: ErrorPayload }
  );
