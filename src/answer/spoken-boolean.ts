import { mentionsIn, tokensOf, type Named } from "./mentions.ts";

const WORDS: readonly Named<boolean>[] = [
  { value: true, words: ["true"], written: ["true"] },
  { value: false, words: ["false"], written: ["false"] },
];

const YES =
  /^(?:true|yes|y|on|correct|oui|vrai|ja|wahr|s[ií]|verdadero|sim|verdadeiro|vero|да|истина|evet|tak|prawda|ano|igen|kyllä|はい|是|是的|对|[✓✔✅]|예|네|نعم|हाँ|हां|ใช่|có|ya)[.!。]?$/iu;
const NO =
  /^(?:false|no|n|off|incorrect|non|faux|nein|falsch|falso|n[ãa]o|нет|ложь|hayır|nie|fałsz|nee|nej|いいえ|否|不是|不|[✗✘❌]|아니요|아니오|لا|नहीं|ไม่ใช่|không|tidak)[.!。]?$/iu;

/** What a text says that is nothing but yes or no, in whatever language. */
export function yesOrNo(text: string): boolean | undefined {
  return YES.test(text) ? true : NO.test(text) ? false : undefined;
}

/** What a yes or no depends on, or holds for in part only. */
const CONDITION =
  /(?<!\p{L})(?:if|unless|provided that|depending|depends|partially|partly|maybe|perhaps|except|wenn|falls|sofern|außer|teilweise|vielleicht|sauf|à condition|peut-être|salvo|excepto|siempre que|quizás|если|возможно|eğer|belki)(?!\p{L})|的话|かも/iu;

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

/** `Yes, …`: "No idea" is no answer. */
function firstWord(text: string): boolean | undefined {
  const word = /^\P{L}*([\p{L}\p{M}]+)(?=\P{L}*$|\s*[.,;:!—–、，。-])/u.exec(text)?.[1];
  return word === undefined || word.length < 2 ? undefined : yesOrNo(word);
}

/** No other yes or no stands behind the first. */
function isAlone(tokens: readonly { readonly word: string }[], start: boolean): boolean {
  return !tokens.some(({ word }) => word.length > 1 && yesOrNo(word) === !start);
}
