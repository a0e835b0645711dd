/** Exact numbers: a numerator over a denominator above zero, in lowest terms. */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** Bits that a number may have above or below the line. */
const MOST_BITS = 65_536;
/** Places of a number that does not end. */
const PLACES = 30;

export const ZERO: Fraction = { over: 0n, under: 1n };
export const ONE: Fraction = { over: 1n, under: 1n };

/** @param text digits, with a sign and a point perhaps */
export function fractionOf(text: string): Fraction {
  const [whole = "", decimals = ""] = text.split(".");
  return fraction(BigInt(`${whole}${decimals}`.replace("+", "")), 10n ** BigInt(decimals.length));
}

export function fraction(over: bigint, under: bigint): Fraction {
  if (under === 0n) throw new Error("it divides by zero");
  const sign = under < 0n ? -1n : 1n;
  const divisor = greatestDivisor(over < 0n ? -over : over, under * sign);
  const made = { over: (over * sign) / divisor, under: (under * sign) / divisor };
  if (bits(made.over) + bits(made.under) > MOST_BITS) throw new Error("a number is too large");
  return made;
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.under + b.over * a.under, a.under * b.under);
}

export function negate({ over, under }: Fraction): Fraction {
  return { over: -over, under };
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.over, a.under * b.under);
}

export function divide(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.under, a.under * b.over);
}

/** What is left of `a` when `b` goes into it as often as it can; it has the sign of `b`. */
export function remainder(a: Fraction, b: Fraction): Fraction {
  return add(a, negate(multiply(floor(divide(a, b)), b)));
}

export function power(base: Fraction, exponent: Fraction): Fraction {
  if (exponent.under !== 1n) throw new Error("an exponent is no whole number");
  const times = exponent.over < 0n ? -exponent.over : exponent.over;
  // Looked at before it is computed: the result would not fit.
  if (times * BigInt(bits(base.over) + bits(base.under)) > 2n * BigInt(MOST_BITS))
    throw new Error("a number is too large");
  const raised = { over: base.over ** times, under: base.under ** times };
  return exponent.over < 0n ? divide(ONE, raised) : fraction(raised.over, raised.under);
}

export function compare(a: Fraction, b: Fraction): number {
  const difference = a.over * b.under - b.over * a.under;
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

export function floor({ over, under }: Fraction): Fraction {
  const quotient = over / under;
  return { over: over < 0n && over % under !== 0n ? quotient - 1n : quotient, under: 1n };
}

/** To a number of places; a half goes away from zero. */
export function round(value: Fraction, places: number): Fraction {
  const scale = { over: 10n ** BigInt(places), under: 1n };
  const half = { over: 1n, under: 2n };
  const negative = value.over < 0n;
  const scaled = multiply(negative ? negate(value) : value, scale);
  const rounded = divide(floor(add(scaled, half)), scale);
  return negative ? negate(rounded) : rounded;
}

/** A decimal number, and whether it is all of it. */
export function decimal(value: Fraction): { result: string; exact: boolean } {
  const places = endingPlaces(value.under);
  const shown = places === null ? round(value, PLACES) : value;
  const count = places ?? PLACES;
  const digits =
    ((shown.over < 0n ? -shown.over : shown.over) * 10n ** BigInt(count)) / shown.under;
  const text = digits.toString().padStart(count + 1, "0");
  const whole = text.slice(0, text.length - count);
  const decimals = text.slice(text.length - count).replace(/0+$/, "");
  const sign = shown.over < 0n ? "-" : "";
  const result = `${sign}${whole}${decimals === "" ? "" : `.${decimals}`}`;
  return { result, exact: places !== null };
}

/** How many places a denominator takes; null where no number of them is enough. */
function endingPlaces(under: bigint): number | null {
  let [rest, twos, fives] = [under, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  return rest === 1n ? Math.max(twos, fives) : null;
}

function bits(value: bigint): number {
  // Four bits a digit; the sign is no digit.
  return value.toString(16).length * 4;
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
