import { strip } from "./fold.ts";

/** Names of months, without accents; each has the others' beginnings for short. */
const MONTHS: readonly string[] = [
  "january januar janvier enero gennaio janeiro januari",
  "february februar fevrier febrero febbraio fevereiro februari",
  "march marz maerz mars marzo marco maart",
  "april avril abril aprile",
  "may mai mayo maggio maio mei",
  "june juni juin junio giugno junho",
  "july juli juillet julio luglio julho",
  "august aout agosto augustus",
  "september septembre septiembre settembre setembro",
  "october oktober octobre octubre ottobre outubro",
  "november novembre noviembre novembro",
  "december dezember decembre diciembre dicembre dezembro",
];

/**
 * A date or date-time as `format` wants it; undefined when the text is no date, or could be two.
 */
export function toIsoDate(text: string, format: "date" | "date-time"): string | undefined {
  const [day, time] = splitTime(text.trim());
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
  const bare = strip(text).replace(WEEKDAY, "");
  const dayFirst =
    /^(\d{1,2})(?:st|nd|rd|th|er|[.º])?\s+(?:of\s+|de\s+)?([a-z]{3,10})\.?,?\s+(?:de\s+)?(\d{4})$/i.exec(
      bare,
    );
  if (dayFirst) return build(dayFirst[3], monthOf(dayFirst[2]), Number(dayFirst[1]));
  const monthFirst = /^([a-z]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/i.exec(bare);
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

/** 0 for a word that no month, or more than one, begins with. */
function monthOf(name: string | undefined): number {
  const lower = (name ?? "").toLowerCase();
  const months = MONTHS.flatMap((names, index) =>
    names.split(" ").some((month) => month.startsWith(lower)) ? [index + 1] : [],
  );
  return months.length === 1 ? (months[0] ?? 0) : 0;
}

function build(year: string | undefined, month: number, day: number): string | undefined {
  if (year === undefined || month < 1 || month > 12 || day < 1) return undefined;
  const last = new Date(Date.UTC(Number(year), month, 0)).getUTCDate();
  if (day > last) return undefined;
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
