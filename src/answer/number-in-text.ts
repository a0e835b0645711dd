import { isUnit, powerOf } from "./magnitudes.ts";
import { tokensOf } from "./mentions.ts";
import { negatesBefore } from "./negation.ts";
import { readSpelledNumber, type SpelledNumber } from "./spelled-number.ts";

/** Longer texts are not looked through for a number. In UTF-16 units. */
const MAX_TEXT = 2000;

/** Words that are numbers, or make one of the number beside them. */
const NUMBER_WORDS =
  /(?<![\p{L}\p{N}])(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|dozen|half|twice|couple|several|zwei|drei|vier|fünf|zehn|hundert|halb|deux|trois|quatre|cinq|dix|cent|dos|tres|cuatro|cinco|diez|between|zwischen|entre|least|most|than|fewer|up to|mindestens|höchstens|bis zu|moins|mehr als|plus de|menos|más de|über|over|under|below|above)(?![\p{L}\p{N}])|[<>≤≥±]/iu;

/** The number in a text that holds exactly one, with its sign and its magnitude. */
export function onlyNumberIn(text: string): SpelledNumber | undefined {
  if (text.length > MAX_TEXT || NUMBER_WORDS.test(text)) return undefined;
  const words = wordsOf(text);
  const at = words.findIndex((word) => /\p{Nd}/u.test(word));
  const last = words.findLastIndex((word) => /\p{Nd}/u.test(word));
  if (at < 0 || isDenied(text)) return undefined;
  if (isTime(words, at)) return undefined;
  const sign = isSign(words[at - 1]) ? at - 1 : at;
  const phrase = words.slice(sign, last + 1).join(" ");
  const bare = phrase.replace(
    /^[\p{Ps}\p{Pi}"'*_`~≈#:]+|[\p{Pe}\p{Pf}"'*_`.,;:!?。、！？]+$/gu,
    "",
  );
  // Round brackets say that a number is negative, or only set it apart.
  if (/^[^\p{L}\p{Nd}]*\(/u.test(phrase)) return undefined;
  const behind = words[last + 1]?.replace(/[.,;:!?。、)]+$/, "") ?? "";
  if (powerOf(behind) !== undefined) return found(`${bare} ${behind}`);
  return found(bare) ?? found(withoutUnit(bare));
}

/** Where a script parts no words, its letters stand apart from the digits, a magnitude as well. */
function wordsOf(text: string): string[] {
  return text
    .trim()
    .replace(/(?<=\p{Nd})\s?(百万|百萬|十億|十亿|[千万萬億亿兆])/gu, " $1 ")
    .replace(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu, " $& ")
    .trim()
    .split(/\s+/);
}

function found(text: string): SpelledNumber | undefined {
  const spelled = text === "" ? undefined : readSpelledNumber(text);
  return spelled?.rule === "text-to-fraction" ? undefined : spelled;
}

function isSign(word: string | undefined): boolean {
  return word !== undefined && /^(?:[-−–+]|minus|negative|moins|menos|меньше|минус)$/iu.test(word);
}

/** "As of 2024, …": a year says when. */
function isTime(words: readonly string[], at: number): boolean {
  return (
    /^(?:1[89]|20)\d\d,$/.test(words[at] ?? "") ||
    (/^(?:1[89]|20)\d\d$/.test(words[at] ?? "") &&
      /^(?:since|as|in|im|seit|depuis|desde)$/i.test(words[at - 1] ?? ""))
  );
}

function isDenied(text: string): boolean {
  return tokensOf(text).some((token) => negatesBefore(token.word) && token.word !== "no");
}

/** "70kg": what was measured stands behind the digits; any other letter belongs to them. */
function withoutUnit(word: string): string {
  const parts = /^(.*\p{Nd})\s?([^\p{Nd}\s]+)$/u.exec(word);
  return parts && isUnit(parts[2] ?? "") ? (parts[1] ?? "") : "";
}
