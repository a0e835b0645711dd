import { numberFault, numberFromText } from "../core/json-number.ts";

/** A whole number beyond ±(2^53 − 1) is a bigint: it keeps its digits. */
export type Numeric = number | bigint;

const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d*)?$/;
const LEADING_ZERO = /^[+-]?0\d/;
const GROUPED = /^[+-]?\d{1,3}(?:_\d{3})*(?:\.[\d_]+)?$/;
/** Fewer characters without an exponent are all digits that a double has. */
const SURE_LENGTH = 16;

/**
 * A number as JSON and the usual languages write it, cut off or not; undefined for anything else,
 * and for digits that no number keeps.
 */
export function readNumber(text: string): Numeric | undefined {
  const written = numberAsWritten(text);
  if (written === undefined) return undefined;
  if (written.length < SURE_LENGTH && !/e/i.test(written)) return Number(written);
  return numberFromText(written) ?? undefined;
}

/** Why a text that is a number can't be read as one; null where it can, or is none. */
export function digitsFault(text: string): string | null {
  const written = numberAsWritten(text);
  return written === undefined || numberFromText(written) !== null ? null : numberFault(written);
}

/** The number as JSON may write it; undefined where the text is none. */
function numberAsWritten(text: string): string | undefined {
  const signed = text.replace(/^[−–﹣－]/, "-").replace(/^＋/, "+");
  const plain = GROUPED.test(signed) ? signed.replaceAll("_", "") : signed;
  if (!PLAIN.test(plain) || LEADING_ZERO.test(plain)) return undefined;
  return plain
    .replace(/[eE][+-]?$/, "")
    .replace(/^\+/, "")
    .replace(/\.(?=$|e)/i, "")
    .replace(/^(-?)\./, "$10.");
}

export function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}
