import { isObject } from "../core/json.ts";
import type { Issue } from "../contract/contract.ts";
import { fold } from "./fold.ts";

// What stands in a text for something that was left out.

const DOTS = /^\s*\[?\s*(?:\.{3,}|…)\s*\]?\s*$/;
const COUNTED =
  /^\s*(?:\.{3,}|…)?\s*[([]?\s*(?:and |und |et |y |ещё )?\d+ (?:more|others?|further|remaining|weitere|andere|autres|más|altri)\b/iu;
const LEFT_OUT =
  /^\s*[([]?\s*(?:\.{3,}|…)|\b(?:omitted|truncated|remaining \p{L}+|rest of the|same (?:pattern|structure|for)|and so on|gekürzt|ausgelassen)\b/iu;

/** Dots, or a count of what isn't there: `...`, `… 12 more items`. */
export function isElision(text: string): boolean {
  return text.length <= MAX_ELISION && (DOTS.test(text) || COUNTED.test(text));
}

/** Longer texts say more than that something is not there. In UTF-16 units. */
const MAX_ELISION = 100;

/** The words of a comment say that something was left out there. */
export function saysLeftOut(comment: string): boolean {
  const words = comment.replace(/^(?:\/\/|\/\*+|#|<!--)/, "");
  return LEFT_OUT.test(words) || COUNTED.test(words);
}

/** A cheap look: no placeholder is without one of these. */
const MARKS = /\.{3}|…|[<[{(]\p{L}|["'](?:string|text|number)["']/u;

export function mayHoldPlaceholders(text: string): boolean {
  return MARKS.test(text);
}

/** The first text of a value that stands for one: dots, its key in brackets, the name of a type. */
export function placeholderIn(value: unknown): Issue["path"] | null {
  const leaves = [...leavesOf(value)];
  const texts = leaves.filter((leaf) => typeof leaf.value === "string");
  const areTypes = texts.length > 1 && texts.every((leaf) => TYPES.has(String(leaf.value)));
  const found = texts.find(({ value: text, path }) => areTypes || isFor(String(text), path));
  return found?.path ?? null;
}

const TYPES: ReadonlySet<string> = new Set(["string", "text", "number"]);

/** Words in brackets. */
const NAMED =
  /^(?:<([\p{L}\p{M}\p{N}_ .'-]{1,60})>|\[([\p{L}\p{M}\p{N}_ .'-]{1,60})\]|\{{1,2}([\p{L}\p{M}\p{N}_ .'-]{1,60})\}{1,2})$/u;

function isFor(text: string, path: Issue["path"]): boolean {
  if (text.length > MAX_ELISION) return false;
  if (DOTS.test(text)) return true;
  const key = path.findLast((step) => typeof step === "string");
  const inner = NAMED.exec(text.trim());
  const [word, name] = [fold(inner?.slice(1).find(Boolean) ?? ""), fold(key ?? "")];
  return name !== "" && word !== "" && (word.includes(name) || name.includes(word));
}

function* leavesOf(
  value: unknown,
): Generator<{ readonly value: unknown; readonly path: Issue["path"] }> {
  const waiting: { value: unknown; path: Issue["path"] }[] = [{ value, path: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: here, path } = next;
    if (Array.isArray(here))
      for (const [index, item] of here.entries())
        waiting.push({ value: item, path: [...path, index] });
    else if (isObject(here))
      for (const [key, item] of Object.entries(here))
        waiting.push({ value: item, path: [...path, key] });
    else yield { value: here, path };
  }
}
