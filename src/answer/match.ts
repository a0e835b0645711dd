import { fold, strip } from "./fold.ts";
import { isInDoubt } from "./negation.ts";
import { mentionsIn, tokensOf, type Mention, type Named } from "./mentions.ts";

/** One value of an enum and the names it goes by. */
export interface Choice {
  readonly value: unknown;
  readonly names: readonly string[];
  /** The names in the two forms they are compared in; worked out when first needed. */
  forms: {
    readonly stripped: readonly string[];
    readonly folded: readonly string[];
  } | null;
}

export function newChoice(value: unknown, names: readonly string[]): Choice {
  return { value, names, forms: null };
}

function formsOf(choice: Choice): NonNullable<Choice["forms"]> {
  choice.forms ??= {
    stripped: choice.names.map(strip),
    folded: choice.names.map(fold),
  };
  return choice.forms;
}

export interface Match {
  readonly value: unknown;
  /**
   * `exact`: a name as it is; `folded`: but for case, accents and punctuation; `within`: found in a
   * longer text.
   */
  readonly how: "exact" | "folded" | "within";
}

/** The one choice that a text names; null when it names none, or several. */
export function matchChoice(text: string, choices: readonly Choice[]): Match | null {
  const trimmed = text.trim();
  // A question names a choice and takes none.
  if (/[?？؟]$/.test(trimmed) && choices.every(({ names }) => !names.includes(trimmed)))
    return null;
  for (const choice of choices)
    if (choice.names.includes(trimmed)) return { value: choice.value, how: "exact" };
  // What matches in any other way is in the text without its blanks and marks as well: a cheap look
  // first.
  const folded = fold(trimmed);
  if (folded !== "" && !isMentioned(folded, choices)) return null;
  const stripped = strip(trimmed);
  const cased = choices.filter((choice) => formsOf(choice).stripped.includes(stripped));
  if (cased.length === 1 && cased[0]) return { value: cased[0].value, how: "folded" };
  if (folded === "") return null;
  const same = choices.filter((choice) => formsOf(choice).folded.includes(folded));
  if (same.length === 1 && same[0]) return { value: same[0].value, how: "folded" };
  return same.length > 1 || cased.length > 1 ? null : matchWithin(trimmed, choices);
}

function isMentioned(folded: string, choices: readonly Choice[]): boolean {
  for (const choice of choices)
    for (const name of formsOf(choice).folded)
      if (name !== "" && folded.includes(name)) return true;
  return false;
}

/**
 * The choice that the words of a text speak of most, where one does. A choice in its own spelling
 * goes before words that only fold to a choice; what the text denies does not count.
 */
function matchWithin(text: string, choices: readonly Choice[]): Match | null {
  const names = choices.flatMap((choice) => choice.names.map((name) => nameOf(choice.value, name)));
  const tokens = tokensOf(text);
  const mentions = mentionsIn(tokens, names);
  if (isListed(tokens, mentions) || isInDoubt(text)) return null;
  const meant = withoutDenied(mentions);
  const exact = meant.filter((mention) => mention.isExact);
  const most = mostOf(exact.length > 0 ? exact : meant);
  if (!most || mentions.some((one) => one.isNegated && one.value === most.value)) return null;
  return { value: most.value, how: "within" };
}

/** The choices that a text names, in their order; null where it denies or doubts one. */
export function choicesIn(text: string, choices: readonly Choice[]): readonly unknown[] | null {
  const names = choices.flatMap((choice) => choice.names.map((name) => nameOf(choice.value, name)));
  const mentions = mentionsIn(tokensOf(text), names);
  if (mentions.length === 0 || mentions.some(({ isNegated }) => isNegated) || isInDoubt(text))
    return null;
  const inOrder = mentions.toSorted((a, b) => a.start - b.start);
  return [...new Set(inOrder.map(({ value }) => value))];
}

/** "Not a bug; it is a feature": what is denied before anything else is out of the question. */
function withoutDenied<T>(mentions: readonly Mention<T>[]): readonly Mention<T>[] {
  const [denied, others] = [
    mentions.filter((one) => one.isNegated),
    mentions.filter((one) => !one.isNegated),
  ];
  const isFirst = denied.every((one) => others.every(({ start }) => one.start < start));
  return isFirst ? others : mentions;
}

/** Nothing but several choices: none of them is the one. */
function isListed<T>(tokens: readonly unknown[], mentions: readonly Mention<T>[]): boolean {
  const words = mentions.reduce((sum, { length }) => sum + length, 0);
  return words === tokens.length && new Set(mentions.map(({ value }) => value)).size > 1;
}

function nameOf<T>(value: T, name: string): Named<T> {
  const tokens = tokensOf(name);
  const words = tokens.map((token) => token.word);
  return { value, words, written: tokens.map((token) => token.written) };
}

function mostOf<T>(mentions: readonly Mention<T>[]): { readonly value: T } | null {
  const counts = new Map<T, number>();
  for (const { value } of mentions) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best, second] = [...counts].toSorted((a, b) => b[1] - a[1]);
  return best && best[1] !== second?.[1] ? { value: best[0] } : null;
}
