import { mentionsIn, tokensOf, type Named } from "./mentions.ts";

const WORDS: readonly Named<boolean>[] = [
  { value: true, words: ["true"], written: ["true"] },
  { value: false, words: ["false"], written: ["false"] },
];

/**
 * The boolean a text speaks of; undefined when it speaks of both, of neither, or denies the one it
 * names.
 */
export function booleanIn(text: string): boolean | undefined {
  const tokens = tokensOf(text);
  const mentions = mentionsIn(tokens, WORDS);
  const [first] = mentions;
  const start = firstWord(text);
  if (!first) return start !== undefined && isAlone(tokens, start) ? start : undefined;
  const isOne = mentions.every((one) => !one.isNegated && one.value === first.value);
  return isOne && (start === undefined || start === first.value) ? first.value : undefined;
}

/** `Yes, …`: "No idea" is no answer. */
function firstWord(text: string): boolean | undefined {
  const word = /^\P{L}*(yes|no)(?=\P{L}*$|\s*[.,;:!—–-])/iu.exec(text)?.[1]?.toLowerCase();
  return word === undefined ? undefined : word === "yes";
}

/** No other yes or no stands behind the first. */
function isAlone(tokens: readonly { readonly word: string }[], start: boolean): boolean {
  const other = start ? "no" : "yes";
  return !tokens.some((token) => token.word === other);
}
