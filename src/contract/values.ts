import { isObject } from "../core/json.ts";
import { isJsonNumber, type JsonNumber } from "./big.ts";

/** `type` as JSON Schema means it: 1.0 is an integer, NaN and Infinity are no numbers. */
export function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value);
    case "number":
      return typeof value === "bigint" || Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

/**
 * Equality of JSON values: key order does not matter, 1 and 1.0 are the same, 1 and true are not.
 */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left === "bigint" || typeof right === "bigint") return isSameNumber(left, right);
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => isSameJson(item, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  let more = 0;
  // No list of keys: most objects differ in the first.
  for (const key in left) {
    if (!Object.hasOwn(right, key) || !isSameJson(left[key], right[key])) return false;
    more++;
  }
  return more === Object.keys(right).length;
}

/** A number beyond 2^53 may be written 1e20 on the one side, and with its digits on the other. */
function isSameNumber(left: unknown, right: unknown): boolean {
  return isJsonNumber(left) && isJsonNumber(right) && !(left < right) && !(left > right);
}

/**
 * The indexes of the first two equal items, or null. Pairwise for few items; for many by a
 * canonical text, in linear time.
 */
export function findDuplicate(items: readonly unknown[]): readonly [number, number] | null {
  if (items.length > FEW) return findDuplicateOfMany(items);
  for (let later = 1; later < items.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      if (isSameJson(items[earlier], items[later])) return [earlier, later];
    }
  }
  return null;
}

const FEW = 12;

function findDuplicateOfMany(items: readonly unknown[]): readonly [number, number] | null {
  const seen = new Map<unknown, number>();
  for (const [index, item] of items.entries()) {
    const key = typeof item === "object" && item !== null ? canonicalText(item) : asKey(item);
    const earlier = seen.get(key);
    if (earlier !== undefined) return [earlier, index];
    seen.set(key, index);
  }
  return null;
}

/**
 * Whether numbers are multiples of `divisor`, by the decimal notation of both, so that 0.3 is a
 * multiple of 0.1. While the digits fit a double (fifteen of them), the nearest multiple is worked
 * out in whole numbers and compared; else in bigints.
 */
export function multipleOf(divisor: JsonNumber): (value: JsonNumber) => boolean {
  if (typeof divisor === "bigint") return (value) => isExactMultiple(value, divisor);
  const [digits, exponent] = decimal(divisor);
  const scale = exponent < 0 ? 10 ** -exponent : 1;
  const whole = exponent < 0 ? Number(digits) : divisor;
  return (value) => {
    if (typeof value === "bigint") return isExactMultiple(value, divisor);
    const nearest = Math.round((value * scale) / whole) * whole;
    if (Math.abs(nearest) < 1e15 && scale < 1e15) return nearest / scale === value;
    return isExactMultiple(value, divisor);
  };
}

function isExactMultiple(value: JsonNumber, divisor: JsonNumber): boolean {
  if (typeof value === "number" && !Number.isFinite(value)) return false;
  const [digits, exponent] = decimal(value);
  const [divisorDigits, divisorExponent] = decimal(divisor);
  const shift = exponent - divisorExponent;
  const scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits;
  const scaledDivisor = shift < 0 ? divisorDigits * 10n ** BigInt(-shift) : divisorDigits;
  return scaled % scaledDivisor === 0n;
}

/** Code points; a lone surrogate counts as one. */
export function codePoints(text: string): number {
  let count = text.length;
  // Most texts have none, which a pattern sees in a tenth of the time.
  if (!SURROGATE_PAIR.test(text)) return count;
  for (let index = 0; index < text.length - 1; index++) {
    if (isSurrogate(text, index, 0xd800) && isSurrogate(text, index + 1, 0xdc00)) {
      count--;
      index++;
    }
  }
  return count;
}

const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

function isSurrogate(text: string, index: number, first: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === first;
}

/** Strings get a mark so that the text of an object can never equal a string item. */
function asKey(item: unknown): unknown {
  if (typeof item === "string") return `"${item}`;
  return isJsonNumber(item) ? numberText(item) : item;
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (isObject(value)) {
    const members = Object.keys(value).toSorted();
    return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(",")}}`;
  }
  if (isJsonNumber(value)) return numberText(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Equal for equal numbers: -0 is 0, and 1e20 is 100000000000000000000. */
function numberText(value: JsonNumber): string {
  const isLarge = Number.isInteger(value) && !Number.isSafeInteger(value);
  return String(isLarge ? BigInt(value) : value === 0 ? 0 : value);
}

/** A number as digits × 10^exponent. */
function decimal(value: JsonNumber): [bigint, number] {
  if (typeof value === "bigint") return [value, 0];
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}
