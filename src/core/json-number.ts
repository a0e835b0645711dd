/**
 * The value of a number as JSON or YAML writes it. A whole number keeps every digit: beyond
 * ±(2^53 − 1) it is a bigint. A number with a point or an exponent is a double where the double's
 * own digits are those that were written; null where no double has them (`1e400`, a decimal of
 * thirty digits).
 */
export function numberFromText(text: string): number | bigint | null {
  const number = Number(text);
  if (WHOLE.test(text)) {
    if (Number.isSafeInteger(number)) return number;
    if (text.length > MAX_DIGITS) return null;
    return text.startsWith("+") ? BigInt(text.slice(1)) : BigInt(text);
  }
  if (!Number.isFinite(number)) return null;
  if (String(number) === text) return number;
  return sameDecimal(text, String(number)) ? number : null;
}

/** Why `numberFromText` gives null for a number: stands after the number in a message. */
export function numberFault(text: string): string {
  if (WHOLE.test(text)) return `has more than ${MAX_DIGITS} digits`;
  return Number.isFinite(Number(text))
    ? "has more digits than a decimal number can hold; give it as text, or with 15 digits"
    : "is too large for a number; give it as text";
}

/** The time that a bigint takes grows faster than its digits. */
const MAX_DIGITS = 1_000_000;

const WHOLE = /^[-+]?[0-9]+$/;
const DECIMAL = /^([-+]?)0*([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?$/;

/** Whether two notations are of the same number: `1.50`, `15e-1`. */
function sameDecimal(first: string, second: string): boolean {
  return canonical(first) === canonical(second);
}

/** Sign, digits without zeros at either end, and the power of ten of the last digit. */
function canonical(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = DECIMAL.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = withoutZeros(digits);
  if (kept === "") return "0";
  const exponent = BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - kept.length);
  return `${sign === "-" ? "-" : ""}${kept}e${exponent}`;
}

/** A pattern for zeros at the end takes time that grows with the square of their number. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}
