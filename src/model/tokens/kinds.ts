/**
 * Kinds of UTF-16 units that tokenizers treat alike. The order from `latin` on is that of the
 * weights in `estimate.ts`.
 */
export const KIND = {
  blank: 0,
  lineBreak: 1,
  lower: 2,
  upper: 3,
  digit: 4,
  mark: 5,
  latin: 6,
  greek: 7,
  cyrillic: 8,
  hebrew: 9,
  arabic: 10,
  indic: 11,
  southEastAsian: 12,
  kana: 13,
  hangul: 14,
  han: 15,
  surrogate: 16,
  other: 17,
} as const;

/** First and last unit of each range outside ASCII, in the order they are looked up. */
const RANGES: readonly (readonly [first: number, last: number, kind: number])[] = [
  [0x4e00, 0x9fff, KIND.han],
  [0x0400, 0x052f, KIND.cyrillic],
  [0x00c0, 0x024f, KIND.latin],
  [0xd800, 0xdfff, KIND.surrogate],
  [0x3040, 0x30ff, KIND.kana],
  [0xac00, 0xd7af, KIND.hangul],
  [0x0600, 0x077f, KIND.arabic],
  [0x0900, 0x0dff, KIND.indic],
  [0x3000, 0x303f, KIND.han],
  [0xff00, 0xffef, KIND.han],
  [0x0e00, 0x109f, KIND.southEastAsian],
  [0x0370, 0x03ff, KIND.greek],
  [0x1f00, 0x1fff, KIND.greek],
  [0x0590, 0x05ff, KIND.hebrew],
  [0x1e00, 0x1eff, KIND.latin],
  [0x0300, 0x036f, KIND.latin],
];

export function kindOf(unit: number): number {
  if (unit < 128) return asciiKind(unit);
  for (const [first, last, kind] of RANGES) if (unit >= first && unit <= last) return kind;
  return KIND.other;
}

function asciiKind(unit: number): number {
  if (unit >= 97 && unit <= 122) return KIND.lower;
  if (unit === 10 || unit === 13) return KIND.lineBreak;
  if (unit <= 32) return KIND.blank;
  if (unit >= 65 && unit <= 90) return KIND.upper;
  return unit >= 48 && unit <= 57 ? KIND.digit : KIND.mark;
}
