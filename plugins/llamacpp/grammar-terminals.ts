/**
 * Pieces of a grammar in llama.cpp's notation (GBNF): rules that every grammar may name, and
 * expressions for values without parts.
 */
export const SHARED = {
  /** What a model likes to write between the parts of a value. */
  ws: `| " " | "\\n" " "{0,20}`,
  // No `\u` but for what can't be written otherwise: a half of a pair would be a character too
  // many.
  char: `[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\/bfnrt] | "u00" [01] [0-9a-f])`,
  string: `"\\"" char* "\\""`,
  boolean: `"true" | "false"`,
  null: `"null"`,
  digits: `"0" | [1-9] [0-9]{0,15}`,
  fraction: `("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?`,
  number: `"-"? digits fraction`,
  positive: `digits fraction`,
  integer: `"-"? digits`,
  value: `object | array | string | number | boolean | null`,
  object: `"{" ws (pair ("," ws pair)*)? ws "}"`,
  pair: `string ":" ws value`,
  array: `"[" ws (value ("," ws value)*)? ws "]"`,
  date: `[0-9]{4} "-" ("02-" ("0" [1-9] | [12] [0-9]) | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30") | ("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01]))`,
  time: `([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,6})? ("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])`,
  "format-date": `"\\"" date "\\""`,
  "format-time": `"\\"" time "\\""`,
  "format-date-time": `"\\"" date "T" time "\\""`,
  "format-uuid": `"\\"" [0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12} "\\""`,
} as const satisfies Readonly<Record<string, string>>;

export type SharedRule = keyof typeof SHARED;

/** Digits that every whole number may have and stay exact. */
const MOST_INTEGER = 999_999_999_999_999;

/** A text as it stands in the grammar. */
export function literal(text: string): string {
  const escaped = [...text].map((character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return character < " " || character === "\u007F" ? `\\x${hex(character)}` : character;
  });
  return `"${escaped.join("")}"`;
}

/** Whole numbers within bounds, both of them included. Null: there are none. */
export function integerBetween(least: number, most: number): string | null {
  const low = Math.max(Math.ceil(least), -MOST_INTEGER);
  const high = Math.min(Math.floor(most), MOST_INTEGER);
  if (low > high) return null;
  const parts: string[] = [];
  if (low < 0) parts.push(`"-" (${natural(Math.max(1, -high), -low)})`);
  if (high >= 0) parts.push(natural(Math.max(0, low), high));
  return parts.join(" | ");
}

/**
 * Any name but these, as the text between its quotes: a tree of their characters, with a way out at
 * each. Names with escapes there are none.
 */
export function otherThan(names: readonly string[]): string {
  return otherThanPlain(names.filter((name) => JSON.stringify(name) === `"${name}"`));
}

/** Rule that `otherThan` names. */
export const PLAIN = `[^"\\\\\\x00-\\x1F\\x7F]`;

function otherThanPlain(names: readonly string[]): string {
  const next = new Map<string, string[]>();
  for (const name of names) {
    const [first = "", ...rest] = name;
    if (first !== "") next.set(first, [...(next.get(first) ?? []), rest.join("")]);
  }
  const taken = [...next.keys()].map((character) => `\\U${codePoint(character)}`).join("");
  const branches = [...next].map(
    ([character, rests]) => `[\\U${codePoint(character)}] (${otherThanPlain(rests)})`,
  );
  const ways = [`[^"\\\\\\x00-\\x1F\\x7F${taken}] plain*`, ...branches];
  // The empty name is one more, unless it is among those.
  return names.includes("") ? ways.join(" | ") : `(${ways.join(" | ")})?`;
}

function natural(low: number, high: number): string {
  const parts: string[] = [];
  for (let length = String(low).length; length <= String(high).length; length++) {
    const from = Math.max(low, length === 1 ? 0 : 10 ** (length - 1));
    const to = Math.min(high, 10 ** length - 1);
    parts.push(sameLength(String(from), String(to)));
  }
  return parts.join(" | ");
}

function sameLength(low: string, high: string): string {
  const [first = "", last = ""] = [low[0], high[0]];
  const rest = low.length - 1;
  if (rest === 0) return digit(first, last);
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const [zeros, nines] = ["0".repeat(rest), "9".repeat(rest)];
  if (lowRest === zeros && highRest === nines) return `${digit(first, last)} [0-9]{${rest}}`;
  if (first === last) return `${literal(first)} (${sameLength(lowRest, highRest)})`;
  const parts = [`${literal(first)} (${sameLength(lowRest, nines)})`];
  if (Number(last) - Number(first) > 1)
    parts.push(`${digit(String(Number(first) + 1), String(Number(last) - 1))} [0-9]{${rest}}`);
  parts.push(`${literal(last)} (${sameLength(zeros, highRest)})`);
  return parts.join(" | ");
}

function digit(from: string, to: string): string {
  return from === to ? literal(from) : `[${from}-${to}]`;
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0");
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(8, "0");
}
