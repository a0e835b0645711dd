import { usageOf } from "../store/runs.ts";
import type { ChatTurn } from "../store/chats.ts";

/** What a chat took, as far as it was counted; null where nothing was. */
export interface ChatTotals {
  /** What the user said. */
  readonly turns: number;
  readonly answered: number;
  readonly summaries: number;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  /** Null too where a call has no price. */
  readonly cost_usd: number | null;
  readonly ms: number;
}

export function totalsOf(turns: readonly ChatTurn[]): ChatTotals {
  const said = turns.filter(({ state }) => state !== "summary");
  const attempts = turns.map((turn) => ({
    model: turn.model,
    ms: 0,
    promptTokens: turn.prompt_tokens,
    completionTokens: turn.completion_tokens,
    usd: turn.cost_usd,
    error: null,
    edits: [],
  }));
  const { prompt, completion, usd } = usageOf({ attempts });
  return {
    turns: said.length,
    answered: said.filter(({ state }) => state === "answered").length,
    summaries: turns.length - said.length,
    prompt_tokens: prompt,
    completion_tokens: completion,
    cost_usd: usd,
    ms: turns.reduce((sum, { ms }) => sum + (ms ?? 0), 0),
  };
}
