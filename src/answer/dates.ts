import { asciiDigits } from "./digits.ts";
import { tokensOf } from "./mentions.ts";
import { negatesBefore } from "./negation.ts";
import { isBesideDate, monthOf } from "./words/dates.ts";

/**
 * A date or date-time as `format` wants it; undefined when the text is no date, or could be two.
 */
export function toIsoDate(text: string, format: "date" | "date-time"): string | undefined {
  if (text.length > MAX_DATE) return undefined;
  const [day, time] = splitTime(asciiDigits(text.trim()));
  const date = isoDay(day);
  if (date === undefined) return undefined;
  if (format === "date")
    return time === undefined || /^00:00(:00)?(\.0+)?(Z|[+-]00:00)?$/.test(time) ? date : undefined;
  return time === undefined ? undefined : withZone(date, time);
}

/** Longer texts are no date. In UTF-16 units. */
const MAX_DATE = 100;

/**
 * The day of the one date that a text names; undefined where it names none or several, holds other
 * digits, or says that something was before, behind or not on it.
 */
export function dateIn(text: string): string | undefined {
  if (text.length > MAX_SENTENCE) return undefined;
  const plain = asciiDigits(text);
  const found = [...plain.matchAll(DATE_LIKE)];
  const [only] = found;
  if (!only || found.length > 1) return undefined;
  const others = `${plain.slice(0, only.index)} ${plain.slice(only.index + only[0].length)}`;
  const isOther = tokensOf(others).some(({ word }) => negatesBefore(word) || BOUNDS.has(word));
  if (/\d|[?？]/.test(others) || isOther) return undefined;
  return isoDay(only[0].trim());
}

/** Longer texts are not looked through for a date. In UTF-16 units. */
const MAX_SENTENCE = 400;
/** Words, without accents, that say of a date that something was not on it. */
const BOUNDS = new Set(
  (
    "before after since until till about around circa between from or approximately " +
    "probably maybe vor nach bis seit ab gegen etwa ungefahr zwischen oder vermutlich " +
    "avant apres jusqu depuis vers environ entre ou antes despues hasta desde hacia " +
    "aproximadamente o prima dopo fino depois ate voor na tot sinds of przed po do od lub " +
    "до после с около или once sonra kadar"
  ).split(" "),
);
const NAMED = "[\\p{L}\\p{M}]{3,12}";
const DATE_LIKE = new RegExp(
  [
    "\\d{4}-\\d{2}-\\d{2}",
    "\\d{1,2}[./]\\s?\\d{1,2}[./]\\s?\\d{4}",
    "\\d{4}\\s?[年년]\\s?\\d{1,2}\\s?[月월]\\s?\\d{1,2}\\s?[日일]",
    `\\d{1,2}(?:st|nd|rd|th|er|\\.|º)?[\\s-](?:(?:of|de)\\s)?` +
      `${NAMED}[.,]?(?:\\sdel?\\s|[\\s-])\\d{4}`,
    `${NAMED}\\.?\\s\\d{1,2}(?:st|nd|rd|th)?,?\\s\\d{4}`,
  ].join("|"),
  "giu",
);

function splitTime(text: string): readonly [string, string | undefined] {
  const found =
    /^(.*?)[T\s]\s*(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i.exec(
      text,
    );
  if (!found) return [text, undefined];
  const clock = (found[2] ?? "").padStart(
    found[2]?.indexOf(":") === 1 ? (found[2]?.length ?? 0) + 1 : 0,
    "0",
  );
  return [found[1] ?? "", clock + (found[3] ?? "")];
}

/** A time without a zone stays without: which one was meant is not known, so it is no date-time. */
function withZone(date: string, time: string): string | undefined {
  const found = /^(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|UTC|GMT|[+-]\d{2}:?\d{2})$/i.exec(time);
  if (!found) return undefined;
  const zone = found[3] ?? "Z";
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(.\d{2}):?(\d{2})$/, "$1:$2") : "Z";
  return `${date}T${found[1] ?? ""}${found[2] ?? ":00"}${offset}`;
}

function isoDay(text: string): string | undefined {
  return numericDay(text) ?? easternDay(text) ?? namedDay(text);
}

function numericDay(source: string): string | undefined {
  const text = source.replace(VIETNAMESE, "$1.$2.$3").replace(WORD, withoutBeside).trim();
  const yearFirst = /^(\d{4})([-/.]|\. )(\d{1,2})\2(\d{1,2})\.?$/.exec(text);
  if (yearFirst) return build(yearFirst[1], Number(yearFirst[3]), Number(yearFirst[4]));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact) return build(compact[1], Number(compact[2]), Number(compact[3]));
  const yearLast = /^(\d{1,2})([-/.]|\. )(\d{1,2})\2(\d{4})\.?$/.exec(text);
  return yearLast
    ? fromUnordered(
        Number(yearLast[1]),
        Number(yearLast[3]),
        yearLast[4],
        yearLast[2]?.startsWith(".") === true,
      )
    : undefined;
}

const VIETNAMESE = /ngày (\d{1,2}) tháng (\d{1,2}),? năm (\d{4})/i;
/** A word with the marks that may stand behind it. */
const WORD = /[\p{L}\p{M}']+(?:-[\p{L}\p{M}]+)?[.,،]?\s*/gu;

function withoutBeside(written: string): string {
  return isBesideDate(written.replace(/[.,،\s]+$/u, "")) ? "" : written;
}

const EASTERN =
  /^(\D{0,4}?)\s?(\d{1,4}|元)\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日號号일]\s*[(（]?(?:[月火水木金土日](?:曜日?)?|(?:星期|周|週)[一二三四五六日天]|[월화수목금토일](?:요일)?)?[)）]?$/u;
/** The year before the first one of each era; what stands before a year as all count it is 0. */
const ERAS: Readonly<Record<string, number>> = {
  "": 0,
  公元: 0,
  西暦: 0,
  令和: 2018,
  平成: 1988,
  昭和: 1925,
  民國: 1911,
  民国: 1911,
};

function easternDay(text: string): string | undefined {
  const [, era = "", year = "", month, day] = EASTERN.exec(text) ?? [];
  const before = ERAS[era];
  if (before === undefined || (before === 0) !== (year.length === 4)) return undefined;
  const count = year === "元" ? 1 : Number(year);
  return build(String(before + count), Number(month), Number(day));
}

/** Day, month and year, the month by its name; other words only where they say nothing of it. */
function namedDay(text: string): string | undefined {
  if (!/^[\p{L}\p{M}\d\s.,،'’()/ºª°-]+$/u.test(text)) return undefined;
  const numbers = text.match(/\d+/g) ?? [];
  const year = numbers.find((number) => number.length === 4);
  const day = numbers.find((number) => number.length <= 2);
  if (year === undefined || day === undefined || numbers.length !== 2) return undefined;
  const words = (text.match(/[\p{L}\p{M}']+/gu) ?? []).filter((word) => !isBesideDate(word));
  const month = monthOf(words.join(" "));
  // A Thai year is counted from another beginning.
  const isThai = /\p{Script=Thai}/u.test(text);
  return build(
    isThai && Number(year) > 2400 ? String(Number(year) - 543) : year,
    month,
    Number(day),
  );
}

/** 03/04/2024 could be March or April: only a day over 12, or dots as in 3.4.2024, tells. */
function fromUnordered(
  first: number,
  second: number,
  year: string | undefined,
  hasDots: boolean,
): string | undefined {
  if (hasDots || first > 12) return build(year, second, first);
  if (second > 12 || first === second) return build(year, first, second);
  return undefined;
}

function build(year: string | undefined, month: number, day: number): string | undefined {
  if (year === undefined || month < 1 || month > 12 || day < 1) return undefined;
  const last = new Date(Date.UTC(Number(year), month, 0)).getUTCDate();
  if (day > last) return undefined;
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
