import type { Literal, Names, Part } from "./shape.ts";
import type { Expr } from "./space.ts";
import { matches } from "./strings.ts";

/** What the literals of an array say of each place. */
export interface ArrayView {
  readonly shortest: number;
  readonly longest: number;
  /** Places below this are looked at one by one; from it on they are all alike. */
  readonly alike: number;
  readonly some: readonly { readonly from: number; readonly part: Part }[];
  readonly unique: boolean;
  readonly repeats: boolean;
  at(index: number): Expr;
}

export function viewArray(literals: readonly Literal[]): ArrayView {
  const { shortest, longest } = countsOf(literals);
  const some = literals.flatMap((one) => (one.on === "some" ? [one] : []));
  const places = literals.flatMap((one) => {
    if (one.on === "item") return [one.index + 1];
    return one.on === "every" || one.on === "some" ? [one.from] : [];
  });
  const repeats = literals.some((one) => one.on === "unique" && !one.is);
  return {
    shortest: Math.max(shortest, repeats ? 2 : 0, ...some.map(({ from }) => from + 1)),
    longest,
    alike: Math.max(0, ...places),
    some,
    unique: literals.some((one) => one.on === "unique" && one.is),
    repeats,
    at: (index) =>
      joined(
        literals.flatMap((one) => {
          const isHere =
            (one.on === "item" && one.index === index) || (one.on === "every" && one.from <= index);
          return isHere ? [one.part] : [];
        }),
      ),
  };
}

/** What the literals of an object say of each name. */
export interface ObjectView {
  readonly shortest: number;
  readonly longest: number;
  /** Every name that is spelt out somewhere. */
  readonly names: readonly string[];
  readonly patterns: readonly string[];
  readonly some: readonly { readonly names: Names; readonly part: Part }[];
  /** Every name must be in these subschemas. */
  readonly allNames: readonly number[];
  /** For each of these, some name must not be in it. */
  readonly oddNames: readonly number[];
  presence(name: string): "must" | "never" | "may" | "both";
  /** What a property of that name must be. */
  at(name: string): Expr;
  /** What holds of a property with such a name, when the name is not spelt out anywhere. */
  unnamed(names: Names): Expr;
}

export function viewObject(literals: readonly Literal[]): ObjectView {
  const names = new Set<string>();
  const patterns = new Set<string>();
  for (const one of literals) {
    if (one.on === "has" || one.on === "property") names.add(one.name);
    if (one.on !== "every-name" && one.on !== "some-name") continue;
    if (one.names.of === "matching") patterns.add(one.names.pattern);
    else {
      for (const name of one.names.names) names.add(name);
      for (const pattern of one.names.patterns) patterns.add(pattern);
    }
  }
  const every = literals.flatMap((one) => (one.on === "every-name" ? [one] : []));
  const has = (name: string, is: boolean): boolean =>
    literals.some((one) => one.on === "has" && one.name === name && one.is === is);
  return {
    ...countsOf(literals),
    names: [...names],
    patterns: [...patterns],
    some: literals.flatMap((one) => (one.on === "some-name" ? [one] : [])),
    allNames: literals.flatMap((one) => (one.on === "all-names" ? [one.id] : [])),
    oddNames: literals.flatMap((one) => (one.on === "odd-name" ? [one.id] : [])),
    presence: (name) =>
      has(name, true) ? (has(name, false) ? "both" : "must") : has(name, false) ? "never" : "may",
    at: (name) =>
      joined([
        ...literals.flatMap((one) =>
          one.on === "property" && one.name === name ? [one.part] : [],
        ),
        ...every.flatMap((one) => (isAmong(one.names, name) ? [one.part] : [])),
      ]),
    unnamed: (some) =>
      joined(every.flatMap((one) => (holdsFor(one.names, some) ? [one.part] : []))),
  };
}

export function isAmong(names: Names, name: string): boolean {
  if (names.of === "matching") return matches(names.pattern, name);
  return !names.names.includes(name) && !names.patterns.some((pattern) => matches(pattern, name));
}

/** The expression with one more part. */
export function withPart({ all, none }: Expr, { id, is }: Part): Expr {
  return is ? { all: [...all, id], none } : { all, none: [...none, id] };
}

/**
 * Whether every unnamed property of `some` is one of `every`: the listed names of both are out of
 * the question.
 */
function holdsFor(every: Names, some: Names): boolean {
  if (every.of === "matching") return some.of === "matching" && every.pattern === some.pattern;
  return some.of === "other" && every.patterns.every((pattern) => some.patterns.includes(pattern));
}

function countsOf(literals: readonly Literal[]): {
  readonly shortest: number;
  readonly longest: number;
} {
  let [shortest, longest] = [0, Infinity];
  for (const one of literals) {
    if (one.on === "shortest") shortest = Math.max(shortest, one.count);
    if (one.on === "longest") longest = Math.min(longest, one.count);
  }
  return { shortest, longest };
}

function joined(parts: readonly Part[]): Expr {
  const ids = (is: boolean): number[] => [
    ...new Set(parts.flatMap((part) => (part.is === is ? [part.id] : []))),
  ];
  return { all: ids(true), none: ids(false) };
}
