import type { Span } from "./file-view.ts";

/** A scalar without its quotes. */
export function scalarSpan({ from, to }: Span, text: string): Span {
  const quote = text[from];
  const isQuoted = (quote === '"' || quote === "'") && to - from >= 2 && text[to - 1] === quote;
  return isQuoted ? { from: from + 1, to: to - 1 } : { from, to };
}
