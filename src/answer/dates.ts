import { strip } from "./fold.ts";
import { asciiDigits } from "./spelled-number.ts";

/** Names of months; each has the others' beginnings for short, in the Latin script. */
const MONTHS: readonly string[] = [
  "january januar janvier enero gennaio janeiro januari " +
    "stycznia styczeń ledna января январь ocak يناير जनवरी มกราคม",
  "february februar fevrier febrero febbraio fevereiro februari " +
    "lutego luty února февраля февраль şubat فبراير फ़रवरी फरवरी กุมภาพันธ์",
  "march marz maerz mars marzo marco maart " +
    "marca marzec března марта март mart مارس मार्च มีนาคม",
  "april avril abril aprile kwietnia kwiecień dubna апреля апрель nisan أبريل अप्रैल เมษายน",
  "may mai mayo maggio maio mei maja maj května мая май mayıs مايو मई พฤษภาคม",
  "june juni juin junio giugno junho czerwca " +
    "czerwiec června июня июнь haziran يونيو जून มิถุนายน",
  "july juli juillet julio luglio julho lipca " +
    "lipiec července июля июль temmuz يوليو जुलाई กรกฎาคม",
  "august aout agosto augustus sierpnia sierpień srpna " +
    "августа август ağustos أغسطس अगस्त สิงหาคม",
  "september septembre septiembre settembre setembro września wrzesień " +
    "září сентября сентябрь eylül سبتمبر सितंबर सितम्बर กันยายน",
  "october oktober octobre octubre ottobre outubro października " +
    "październik října октября октябрь ekim أكتوبر अक्टूबर ตุลาคม",
  "november novembre noviembre novembro listopada listopad listopadu " +
    "ноября ноябрь kasım نوفمبر नवंबर नवम्बर พฤศจิกายน",
  "december dezember decembre diciembre dicembre dezembro grudnia " +
    "grudzień prosince декабря декабрь aralık ديسمبر दिसंबर दिसम्बर ธันวาคม",
];

const months = MONTHS.map((names) => names.split(" ").map(strip));

/**
 * A date or date-time as `format` wants it; undefined when the text is no date, or could be two.
 */
export function toIsoDate(text: string, format: "date" | "date-time"): string | undefined {
  const [day, time] = splitTime(asciiDigits(text.trim()));
  const date = isoDay(day);
  if (date === undefined) return undefined;
  if (format === "date")
    return time === undefined || /^00:00(:00)?(\.0+)?(Z|[+-]00:00)?$/.test(time) ? date : undefined;
  return time === undefined ? undefined : withZone(date, time);
}

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
  const numeric = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text);
  if (numeric) return build(numeric[1], Number(numeric[2]), Number(numeric[3]));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact) return build(compact[1], Number(compact[2]), Number(compact[3]));
  const slashed = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/.exec(text);
  if (slashed)
    return fromUnordered(Number(slashed[1]), Number(slashed[3]), slashed[4], slashed[2] === ".");
  const eastern = /^(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]$/u.exec(text);
  if (eastern) return build(eastern[1], Number(eastern[2]), Number(eastern[3]));
  const bare = strip(text)
    .replace(WEEKDAY, "")
    .replace(/^(?:le|el|il|the|den|am)\s+/, "");
  const dayFirst =
    /^(\d{1,2})(?:st|nd|rd|th|er|[.º])?[\s-]+(?:of\s+|de\s+)?(\p{L}{3,12})\.?,?[\s-]+(?:de\s+)?(\d{4})(?:\s?(?:r|г|г\.|г\. |года|roku|год))?\.?$/u.exec(
      bare,
    );
  if (dayFirst) return build(dayFirst[3], monthOf(dayFirst[2]), Number(dayFirst[1]));
  const monthFirst = /^(\p{L}{3,12})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})$/u.exec(bare);
  return monthFirst
    ? build(monthFirst[3], monthOf(monthFirst[1]), Number(monthFirst[2]))
    : undefined;
}

const WEEKDAY =
  /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+|^(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo),?\s+(?:den\s+|le\s+)?/i;

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

/** 0 for a word that is no month, or with which more than one begins. */
function monthOf(name: string | undefined): number {
  const word = name ?? "";
  const exact = months.findIndex((names) => names.includes(word));
  if (exact >= 0) return exact + 1;
  const begun = months.flatMap((names, index) =>
    /^[a-z]+$/.test(word) && names.some((month) => month.startsWith(word)) ? [index + 1] : [],
  );
  return begun.length === 1 ? (begun[0] ?? 0) : 0;
}

function build(year: string | undefined, month: number, day: number): string | undefined {
  if (year === undefined || month < 1 || month > 12 || day < 1) return undefined;
  const last = new Date(Date.UTC(Number(year), month, 0)).getUTCDate();
  if (day > last) return undefined;
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
