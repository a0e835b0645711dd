import { isCurrency, isUnit, powerOf } from "./magnitudes.ts";
import { tokensOf } from "./mentions.ts";
import { negatesBefore } from "./negation.ts";
import { readSpelledNumber, type SpelledNumber } from "./spelled-number.ts";

/** Longer texts are not looked through for a number. In UTF-16 units. */
const MAX_TEXT = 2000;

/** Words that are numbers, or make another of the number beside them: a bound, a share. */
const NUMBER_WORDS =
  /(?<![\p{L}\p{N}])(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|dozen|half|twice|couple|several|zwei|drei|vier|fünf|zehn|hundert|halb|deux|trois|quatre|cinq|dix|cent|dos|tres|cuatro|cinco|diez|between|zwischen|entre|least|most|than|fewer|up to|mindestens|höchstens|bis zu|moins|mehr als|plus de|menos|más de|über|over|under|below|above|unter|hasta|desde|más|mais|almeno|meno|più|jusqu|minstens|hoogstens|больше|более|меньше|менее|свыше|до|от|az|fazla|من|أكثر|أقل)(?![\p{L}\p{N}])|[<>≤≥±]|[以超]上|以下|以内|超过|未满|未満|至少|最多|不到|최소|최대|이상|이하|미만/iu;

/** The number in a text that holds exactly one, with its sign and its magnitude. */
export function onlyNumberIn(text: string, { isMember }: InText): SpelledNumber | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const concluded = isMember ? null : CONCLUSION.exec(text)?.[1];
  if (concluded !== undefined && concluded !== null) return numberIn(concluded, false);
  return numberIn(text, isMember);
}

/** Where the text stands. */
interface InText {
  /** It is a value of its own among others: in front of its number only such words may stand. */
  readonly isMember: boolean;
}

/** What a text says last, where it calls that its answer. */
const CONCLUSION =
  /(?:^|[\n.!?。]\s*|\bso )[*_]*(?:(?:so |thus |therefore )?(?:the )?(?:final )?(?:answer|result)|####|(?:die )?antwort|(?:la )?respuesta|(?:la )?réponse|(?:la )?risposta|(?:a )?resposta|ответ|答案|答え)[*_]*(?:\s+(?:is|ist|est|es|è|é|lautet))?\s*[:：=]?\s*([^\n]{1,80})\s*$/iu;

/** Words in front of a number that leave it what it is. */
const LEAD =
  /^[^\p{L}]*$|^(?:about|approx|approximately|around|roughly|circa|ca|c|etwa|rund|ungefähr|environ|unos|unas|aprox|cerca|около|примерно|约|大约|約|total|the|a|an|is|it|of|nearly|almost|fast|insgesamt|exactly|genau|en|tot|ab?out|nr|num|number|nummer|numéro|número|line|zeile|ligne|página|page|seite)[.:]?$/iu;

function numberIn(text: string, isMember: boolean): SpelledNumber | undefined {
  if (NUMBER_WORDS.test(text)) return undefined;
  const words = wordsOf(text);
  const at = words.findIndex((word) => /\p{Nd}/u.test(word));
  const last = words.findLastIndex((word) => /\p{Nd}/u.test(word));
  if (at < 0 || isDenied(text)) return undefined;
  if (isTime(words, at)) return undefined;
  const sign = isSign(words[at - 1]) ? at - 1 : at;
  if (isMember && !words.slice(0, sign).every((word) => LEAD.test(word) || isCurrency(word)))
    return undefined;
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
