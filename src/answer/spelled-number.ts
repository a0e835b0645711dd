import { numberFromText } from "../core/json-number.ts";
import { asciiDigits } from "./digits.ts";
import { isCurrency, powerOf } from "./magnitudes.ts";
import { readNumber, type Numeric } from "./numbers.ts";
import type { RuleName } from "./rules.ts";

/** What a number in the words of a text says: its value, and how sure that is. */
export interface SpelledNumber {
  readonly value: Numeric;
  readonly rule: Extract<
    RuleName,
    "text-to-number" | "text-to-fraction" | "decimal-comma" | "number-in-words"
  >;
}

/** Longer texts are no number. */
const MAX_LENGTH = 200;

/**
 * Reads what people write where a number is asked for: "1,234.50", "1.234,50", "$5", "(5)",
 * "3 million", "1/5". What could be two numbers is not read.
 */
export function readSpelledNumber(source: string): SpelledNumber | undefined {
  if (source.length > MAX_LENGTH) return undefined;
  const text = normalized(source.trim()).replace(/(?<=\d)[.,]$/, "");
  // A bullet, or a sign.
  if (text.startsWith("- ")) return undefined;
  const direct = readNumber(text);
  if (direct !== undefined) return { value: direct, rule: "text-to-number" };
  const shape = shapeOf(text);
  if (!shape) return undefined;
  const { isNegative, isGuess, isMoney, core, power } = shape;
  const fraction = power === 0 ? readFraction(core) : undefined;
  if (fraction !== undefined)
    return { value: isNegative ? -fraction : fraction, rule: "text-to-fraction" };
  // No currency has three decimals: the point groups.
  const plain = isMoney && POINT_GROUP.test(core) ? withoutPoint(core) : readGrouped(core);
  if (!plain) return undefined;
  const value = numberFromText((isNegative ? "-" : "") + shifted(plain.digits, power));
  if (value === null) return undefined;
  if (isGuess || power !== 0) return { value, rule: "number-in-words" };
  return { value, rule: plain.rule };
}

/** ASCII digits and marks in place of those of other scripts. */
function normalized(text: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII has nothing to be replaced
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return asciiDigits(text)
    .replace(/[−–—‒﹣－˗]/g, "-")
    .replace(/＋/g, "+")
    .replace(/[，٬、](?=\d)/g, ",")
    .replace(/[．٫](?=\d)/g, ".")
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " ")
    .replace(/[’ʼ′]/g, "'")
    .replace(/[٪％]/g, "%")
    .replace(/[（]/g, "(")
    .replace(/[）]/g, ")")
    .replace(/＄/g, "$")
    .replace(/￥/g, "¥")
    .trim();
}

interface Shape {
  readonly isNegative: boolean;
  /** Something but digits and marks decides the value, and could mean another. */
  readonly isGuess: boolean;
  /** Digits and the marks between them. */
  readonly core: string;
  readonly power: number;
  readonly isMoney: boolean;
}

const PARTS =
  /^(?<sign>[-+]|minus |negative )? *(?<before>[^\d\s.,()+-]{1,8}\.?)? *(?<inner>[-+])? *(?<core>(?:\.\d|\d)[\d.,' /]*?[½¼¾⅓⅔⅛]?|[½¼¾⅓⅔⅛]) *(?<trail>[-+])? *(?<behind>[^\d\s][^\d]*)?$/iu;

/** Takes off signs, brackets, currencies and magnitudes. */
function shapeOf(text: string): Shape | undefined {
  const bracketed = /^(\D{0,4})\((.+)\)(\D{0,4})$/u.exec(text);
  const body = bracketed ? `${bracketed[1]}${bracketed[2]}${bracketed[3]}` : text;
  const scientific =
    /^([-+]?[\d.,]+) ?[x×·*] ?10 ?(?:\^|\*\*)? ?([-+]?\d{1,3}|[⁻⁺]?[⁰¹²³⁴-⁹]+)$/u.exec(body);
  if (scientific) return scientificShape(scientific);
  const { sign, before, inner, core, trail, behind } = PARTS.exec(body)?.groups ?? {};
  if (core === undefined) return undefined;
  const signs = [sign, inner, trail].filter((one) => one !== undefined);
  if (signs.length > 1 || trail === "+" || (bracketed && signs.length > 0)) return undefined;
  if (before !== undefined && !isCurrency(before)) return undefined;
  const power = powerBehind(behind);
  if (power === undefined) return undefined;
  const isNegative = bracketed !== null || signs.some((one) => one !== "+");
  // A dash with a blank behind it may be a bullet.
  const isGuess = bracketed !== null || trail !== undefined || /^[-+] /.test(text);
  const isMoney = [before, ...(behind?.split(/\s+/) ?? [])].some((one) => one && isCurrency(one));
  return { isNegative, isGuess, core: core.trim(), power, isMoney };
}

function scientificShape([, core = "", exponent = ""]: RegExpExecArray): Shape {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const plain = exponent
    .replace(/[⁰¹²³⁴-⁹]/g, (digit) => String(digits.indexOf(digit)))
    .replace("⁻", "-")
    .replace("⁺", "");
  const isNegative = core.startsWith("-");
  const power = Number(plain);
  return { isNegative, isGuess: true, core: core.replace(/^[-+]/, ""), power, isMoney: false };
}

/**
 * The magnitude that the words behind a number give it; undefined where they say something else.
 */
function powerBehind(behind: string | undefined): number | undefined {
  let power = 0;
  for (const word of behind?.trim().split(/\s+/) ?? []) {
    const own = isCurrency(word) ? 0 : powerOf(word);
    if (own === undefined) return undefined;
    power += own;
  }
  return power;
}

const FRACTIONS: Readonly<Record<string, number>> = {
  "½": 1 / 2,
  "¼": 1 / 4,
  "¾": 3 / 4,
  "⅓": 1 / 3,
  "⅔": 2 / 3,
  "⅛": 1 / 8,
};

/** "1/5", "2 1/2", "2½". */
function readFraction(core: string): number | undefined {
  const single = /^(\d*) ?([½¼¾⅓⅔⅛])$/u.exec(core);
  if (single) return Number(single[1] ?? 0) + (FRACTIONS[single[2] ?? ""] ?? 0);
  const mixed = /^(?:(\d+) )?(\d+(?:\.\d+)?) ?\/ ?(\d+(?:\.\d+)?)$/.exec(core);
  // "24/7" and "120/80" are two numbers.
  if (!mixed || Number(mixed[2]) >= Number(mixed[3])) return undefined;
  return Number(mixed[1] ?? 0) + Number(mixed[2]) / Number(mixed[3]);
}

interface Grouped {
  /** Digits with a point before decimals. */
  readonly digits: string;
  readonly rule: "text-to-number" | "decimal-comma" | "number-in-words";
}

const POINT_GROUP = /^[1-9]\d{0,2}\.\d{3}$/;

function withoutPoint(core: string): Grouped {
  return { digits: core.replace(".", ""), rule: "number-in-words" };
}

/** A whole number with one point that groups; undefined for any other text. */
export function groupedByPoint(source: string): SpelledNumber | undefined {
  const text = normalized(source.trim());
  return POINT_GROUP.test(text)
    ? { value: Number(text.replace(".", "")), rule: "number-in-words" }
    : undefined;
}

const SPACED = /^\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;
const COMMA_GROUPS = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const INDIAN_GROUPS = /^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?$/;
const POINT_GROUPS = /^\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$/;

/**
 * Which marks group and which one stands before decimals. A single comma before three digits groups
 * or not: only a guess says.
 */
function readGrouped(core: string): Grouped | undefined {
  if (/^\d+(?:\.\d+)?$/.test(core))
    return /^0\d/.test(core) ? undefined : { digits: core, rule: "text-to-number" };
  if (/^\.\d+$/.test(core)) return { digits: `0${core}`, rule: "text-to-number" };
  if (SPACED.test(core))
    return { digits: core.replace(/[ ']/g, "").replace(",", "."), rule: "text-to-number" };
  if (/^[1-9]\d{0,2},\d{3}$/.test(core))
    return { digits: core.replace(",", ""), rule: "number-in-words" };
  if (/^(?!0)/.test(core) && (COMMA_GROUPS.test(core) || INDIAN_GROUPS.test(core)))
    return { digits: core.replaceAll(",", ""), rule: "text-to-number" };
  if (POINT_GROUPS.test(core))
    return { digits: core.replaceAll(".", "").replace(",", "."), rule: "text-to-number" };
  if (/^\d+,\d+$/.test(core) && !/^0\d/.test(core))
    return { digits: core.replace(",", "."), rule: "decimal-comma" };
  return undefined;
}

/** Moves the point of a number to the right, or to the left. */
function shifted(digits: string, power: number): string {
  if (power === 0) return digits;
  const [whole = "", decimals = ""] = digits.split(".");
  const all = whole + decimals;
  const point = whole.length + power;
  if (point <= 0) return `0.${"0".repeat(-point)}${all}`;
  const padded = all.padEnd(point, "0");
  const moved = `${padded.slice(0, point)}.${padded.slice(point)}`;
  return moved.replace(/^0+(?=\d)/, "").replace(/\.$/, "");
}
