import type { Dialect } from "./dialects.ts";
import { grammarPattern } from "./grammar-pattern.ts";

/** A pattern as the dialect takes it; null where it takes none that means the same. */
export function patternFor(pattern: string, { patterns }: Dialect): string | null {
  if (patterns === "none") return null;
  if (patterns === "anchored") return grammarPattern(pattern);
  return /\(\?[=!<]|\\[1-9bBkpP]/.test(pattern) ? null : pattern;
}
