import type { ChatTotals } from "../../chat/totals.ts";
import { duration, table } from "../render/plot.ts";

/** What a chat took, and how full its window is. */
export function factsText(
  { turns, answered, summaries, prompt_tokens, completion_tokens, cost_usd, ms }: ChatTotals,
  { tokens, window }: { readonly tokens: number; readonly window: number | null },
): string {
  const share = window === null ? "" : `, ${Math.round((tokens / window) * 100)} %`;
  return table(
    [
      ["Turns", `${turns}, ${answered} answered`],
      ...(summaries === 0 ? [] : [["Summaries", String(summaries)]]),
      ["Tokens", tokenText(prompt_tokens, completion_tokens)],
      ["Cost", costText(cost_usd)],
      ["Time", duration(ms)],
      ["Window", `${tokens} of ${window ?? "an unknown number of"} tokens${share}`],
    ],
    "left",
  );
}

/** `PROMPT + ANSWER`. */
export function tokenText(prompt: number | null, completion: number | null): string {
  return prompt === null && completion === null ? "-" : `${prompt ?? "?"} + ${completion ?? "?"}`;
}

export function costText(usd: number | null): string {
  return usd === null ? "-" : `$${Number(usd.toPrecision(3))}`;
}
