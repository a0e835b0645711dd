import { dateIn, toIsoDate } from "./dates.ts";
import type { RuleName } from "./rules.ts";
import { saysNothing } from "./words/said.ts";

/** A text in the form that a schema's `format` wants, and the rule that it took. */
interface Formatted {
  readonly value: string;
  readonly rule: Extract<RuleName, "date" | "link" | "scalar-in-text">;
}

/**
 * A text made to what `format` wants: undefined where there is nothing to do or to be done, null
 * where the text says that there is nothing.
 */
export function formatted(text: string, format: unknown): Formatted | null | undefined {
  if (format === "date" || format === "date-time") {
    const date = toIsoDate(text, format);
    if (date !== undefined) return date === text ? undefined : { value: date, rule: "date" };
    if (saysNothing(text)) return null;
    const found = format === "date" ? dateIn(text) : undefined;
    return found === undefined ? undefined : { value: found, rule: "scalar-in-text" };
  }
  if (format !== "email" && format !== "uri" && format !== "url") return undefined;
  if (saysNothing(text)) return null;
  const link = linked(text.trim());
  return link === undefined ? undefined : { value: link, rule: "link" };
}

/** What a link in Markdown leads to, or an address in angle brackets. */
function linked(text: string): string | undefined {
  const [, target] =
    /^\[[^\]\n]*\]\((?:mailto:)?([^\s()]+)\)$/.exec(text) ??
    /^<(?:mailto:)?([^\s<>]+)>$/.exec(text) ??
    /^mailto:([^\s<>]+@[^\s<>]+)$/.exec(text) ??
    [];
  return target;
}
