import { multipleOf } from "../values.ts";
import type { Literal } from "./shape.ts";

/** Ranges of multiples with no more members than this are gone through one by one. */
const FEW = 100;

/**
 * All numbers of which the literals hold, where they are few; null where they are many or can't be
 * listed.
 */
export function listNumbers(literals: readonly Literal[]): readonly number[] | null {
  const listed = literals.find((literal) => literal.on === "values" && literal.is);
  if (listed?.on === "values")
    return listed.values
      .filter((value) => typeof value === "number")
      .filter((value) => admitsNumber(literals, value));
  const { low, high } = rangeOf(literals);
  if (low === high) return [low].filter((value) => admitsNumber(literals, value));
  const divisor = Math.max(
    0,
    ...literals.map((one) => (one.on === "multiple" && one.is ? one.divisor : 0)),
  );
  const excluded = literals.reduce(
    (sum, one) => sum + (one.on === "values" ? one.values.length : 0),
    0,
  );
  if (divisor === 0 || !((high - low) / divisor < FEW + excluded)) return null;
  return multiples(divisor, low, high)?.filter((value) => admitsNumber(literals, value)) ?? null;
}

/** True where no number is left; false where there may be one. */
export function isNoNumber(literals: readonly Literal[]): boolean {
  const { low, high } = rangeOf(literals);
  if (low > high) return true;
  const divisors = literals.flatMap((one) =>
    one.on === "multiple" && one.is ? [one.divisor] : [],
  );
  if (high - low > 1 && literals.every(isPlain)) return false;
  const isImplied = literals.some(
    (one) =>
      one.on === "multiple" &&
      !one.is &&
      divisors.some((divisor) => isMultiple(divisor, one.divisor)),
  );
  return isImplied || listNumbers(literals)?.length === 0;
}

export function admitsNumber(literals: readonly Literal[], value: number): boolean {
  return literals.every((literal) => {
    switch (literal.on) {
      case "values":
        return literal.values.includes(value) === literal.is;
      case "least":
        return literal.open ? value > literal.limit : value >= literal.limit;
      case "most":
        return literal.open ? value < literal.limit : value <= literal.limit;
      case "multiple":
        return isMultiple(value, literal.divisor) === literal.is;
      default:
        return true;
    }
  });
}

/** Some numbers of which the literals hold: the bounds first, and what lies just inside them. */
export function someNumbers(literals: readonly Literal[]): readonly number[] {
  const listed = listNumbers(literals);
  if (listed !== null) return listed.slice(0, 20);
  const { low, high } = rangeOf(literals);
  const ends = [low, high].filter(Number.isFinite);
  const near = ends.flatMap((end) => [
    end,
    end + 1,
    end - 1,
    end + 0.5,
    end - 0.5,
    Math.ceil(end),
    Math.floor(end),
  ]);
  const between = ends.length === 2 ? [(low + high) / 2, low + (high - low) / 3] : [];
  const divisors = literals.flatMap((one) => (one.on === "multiple" ? [one.divisor] : []));
  const product = divisors.reduce((sofar, divisor) => sofar * divisor, 1);
  const steps = [...divisors, product].flatMap((step) =>
    [0, ...ends].flatMap((end) =>
      [-1, 0, 1, 2, 3].map((turn) => (Math.round(end / step) + turn) * step),
    ),
  );
  const common = [1, 0, 2, -1, 0.5, 1.5, 3, 7, 10, 0.001, -0.5, 1e6, -1e6, 123.456];
  const candidates = [
    ...common,
    ...near,
    ...between,
    ...steps,
    ...steps.map((value) => Number(value.toPrecision(12))),
  ];
  return [...new Set(candidates)].filter(
    (value) => Number.isFinite(value) && admitsNumber(literals, value),
  );
}

/** Bounds, and whole numbers: every range wider than one of them holds some. */
function isPlain(literal: Literal): boolean {
  return (
    literal.on === "least" ||
    literal.on === "most" ||
    (literal.on === "multiple" && literal.is && literal.divisor === 1)
  );
}

function isMultiple(value: number, divisor: number): boolean {
  const isWhole = Number.isSafeInteger(value) && Number.isSafeInteger(divisor);
  return isWhole ? value % divisor === 0 : multipleOf(divisor)(value);
}

/** Open ends are left to `admitsNumber`, but for an empty range. */
function rangeOf(literals: readonly Literal[]): { readonly low: number; readonly high: number } {
  let [low, high] = [-Infinity, Infinity];
  for (const literal of literals) {
    if (literal.on === "least") low = Math.max(low, literal.limit);
    if (literal.on === "most") high = Math.min(high, literal.limit);
  }
  return { low, high };
}

/**
 * Every number between that is a multiple in decimal notation, each made from its digits; null
 * where they pass 2^53.
 */
function multiples(divisor: number, low: number, high: number): number[] | null {
  const [mantissa = "0", exponent = "0"] = divisor.toExponential().split("e");
  const fraction = mantissa.split(".")[1]?.length ?? 0;
  const digits = Number(mantissa.replace(".", ""));
  const power = Number(exponent) - fraction;
  const [first, last] = [Math.floor(low / divisor) - 1, Math.ceil(high / divisor) + 1];
  if (!Number.isSafeInteger(first * digits) || !Number.isSafeInteger(last * digits)) return null;
  return Array.from({ length: last - first + 1 }, (_, step) =>
    Number(`${(first + step) * digits}e${power}`),
  );
}
