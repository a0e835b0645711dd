/** Code points from the first to the last, both included. */
export type Range = readonly [number, number];

/** A set of characters: ranges in order and apart, and properties that only the platform knows. */
export interface Characters {
  readonly ranges: readonly Range[];
  /** Expressions for one character, such as `\p{L}`: who matches one of them is in the set. */
  readonly properties: readonly RegExp[];
  /** Whether the set holds everything but these. */
  readonly negated: boolean;
}

export const LAST_CODE_POINT = 0x10ffff;

export const DIGITS: readonly Range[] = [[0x30, 0x39]];
export const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const SPACE: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
export const LINE_ENDS: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

export function charactersOf(ranges: readonly Range[]): Characters {
  return { ranges, properties: [], negated: false };
}

export function holds(set: Characters, codePoint: number): boolean {
  const listed =
    set.ranges.some(([first, last]) => first <= codePoint && codePoint <= last) ||
    set.properties.some((property) => property.test(String.fromCodePoint(codePoint)));
  return listed !== set.negated;
}

/** In order, and joined where they touch. */
export function joined(ranges: readonly Range[]): readonly Range[] {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([one], [other]) => one - other)) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

export function complement(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const [first, last] of joined(ranges)) {
    if (first > next) result.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) result.push([next, LAST_CODE_POINT]);
  return result;
}

/** Whether no character is in both, as far as the ranges tell. */
export function areApart(one: Characters, other: Characters): boolean {
  if (one.properties.length + other.properties.length > 0) return false;
  const [left, right] = [one, other].map((set) =>
    set.negated ? complement(set.ranges) : set.ranges,
  );
  return (left ?? []).every(([first, last]) =>
    (right ?? []).every(([from, to]) => last < from || to < first),
  );
}
