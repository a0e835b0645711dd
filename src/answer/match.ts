/** A word or name as people mean it: no accents, no case, no punctuation. */
export function fold(text: string): string {
  if (/^[a-z0-9]*$/.test(text)) return text;
  const stripped = strip(text);
  return /[^\0-\x7f]/.test(stripped)
    ? stripped.replace(/[^\p{L}\p{N}]+/gu, "")
    : stripped.replace(/[^a-z0-9]+/g, "");
}

/** No accents, no case; punctuation stays. */
function strip(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase();
  const lower = text
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("æ", "ae")
    .replaceAll("œ", "oe")
    .replaceAll("ø", "o");
  return lower.normalize("NFKD").replace(/\p{M}+/gu, "");
}

/** One value of an enum and the names it goes by. */
export interface Choice {
  readonly value: unknown;
  readonly names: readonly string[];
  /** The names in the three forms they are compared in; worked out when first needed. */
  forms: {
    readonly stripped: readonly string[];
    readonly folded: readonly string[];
    readonly words: readonly string[];
  } | null;
}

export function newChoice(value: unknown, names: readonly string[]): Choice {
  return { value, names, forms: null };
}

function formsOf(choice: Choice): NonNullable<Choice["forms"]> {
  choice.forms ??= {
    stripped: choice.names.map(strip),
    folded: choice.names.map(fold),
    words: choice.names.map(wordsOf),
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
 * Counts whole-word mentions, longer names first so that a name inside another is not counted; the
 * most mentioned wins.
 */
function matchWithin(text: string, choices: readonly Choice[]): Match | null {
  const names = choices
    .flatMap((choice) => formsOf(choice).words.map((words) => ({ value: choice.value, words })))
    .filter((name) => name.words !== "")
    .toSorted((a, b) => b.words.length - a.words.length);
  let rest = ` ${wordsOf(text.slice(0, 20_000))} `;
  const counts = new Map<unknown, number>();
  for (const { value, words } of names) {
    const parts = rest.split(` ${words} `);
    if (parts.length > 1) counts.set(value, (counts.get(value) ?? 0) + parts.length - 1);
    rest = parts.join(" \u0000 ");
  }
  const ranked = [...counts].toSorted((a, b) => b[1] - a[1]);
  const [best, second] = ranked;
  if (!best || (second && second[1] === best[1])) return null;
  return { value: best[0], how: "within" };
}

/** Words separated by single blanks; where a script uses none, each character is a word. */
function wordsOf(text: string): string {
  return strip(text)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .replace(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu, " $& ")
    .replace(/ {2,}/g, " ")
    .trim();
}
