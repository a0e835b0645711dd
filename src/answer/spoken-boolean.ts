import { mentionsIn, tokensOf, type Named } from "./mentions.ts";
import { firstBooleanOf } from "./words/said.ts";

const WORDS: readonly Named<boolean>[] = [
  { value: true, words: ["true"], written: ["true"] },
  { value: false, words: ["false"], written: ["false"] },
];

/** What a yes or no depends on, or holds for in part only. */
const CONDITION =
  /(?<!\p{L})(?:if|unless|provided that|depending|depends|partially|partly|maybe|perhaps|except|wenn|falls|sofern|außer|teilweise|vielleicht|but only|aber nur|mais seulement|pero s[oó]lo|ma solo|mas só|maar alleen|ale tylko|но только|sauf|à condition|peut-être|salvo|excepto|siempre que|quizás|если|возможно|eğer|belki)(?!\p{L})|的话|かも/iu;

/**
 * The boolean a text speaks of; undefined when it speaks of both, of neither, or denies the one it
 * names.
 */
export function booleanIn(text: string): boolean | undefined {
  if (CONDITION.test(text)) return undefined;
  const tokens = tokensOf(text);
  const mentions = mentionsIn(tokens, WORDS);
  const [first] = mentions;
  const start = firstWord(text);
  if (!first) return start !== undefined && isAlone(tokens, start) ? start : undefined;
  const isOne = mentions.every((one) => !one.isNegated && one.value === first.value);
  return isOne && (start === undefined || start === first.value) ? first.value : undefined;
}

/** `Yes, …`, in whatever language: "No idea" is no answer. */
function firstWord(text: string): boolean | undefined {
  const word = /^[^\p{L}\p{M}]*([\p{L}\p{M}]+)(?=[^\p{L}\p{M}]*$|\s*[.,;:!—–、，。！،-])/u.exec(
    text,
  )?.[1];
  return word === undefined ? undefined : firstBooleanOf(word);
}

/** No word behind the first says the other. */
function isAlone(tokens: readonly { readonly word: string }[], start: boolean): boolean {
  return !tokens.some(({ word }) => firstBooleanOf(word) === !start);
}
