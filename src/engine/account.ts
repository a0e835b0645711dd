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

export type Kind = "usd" | "tokens" | "calls";

/** What one program and model have spent. */
export interface Account {
  readonly spender: Spender;
  usd: number;
  tokens: number;
  calls: number;
}
