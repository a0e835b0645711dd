import {
  complement,
  joined,
  LINE_ENDS,
  type Characters,
  type Range,
} from "../../contract/regex/characters.ts";
import { readRegex, type Piece } from "../../contract/regex/syntax.ts";

/** A repetition of so many or more is refused with the whole grammar. */
const MOST_REPEATED = 2000;

/**
 * The pattern in the words that llama.cpp's grammars have: no `\d`, `\w`, `\s`, groups without
 * names, alternatives between one `^` and one `$`. Null where it looks around or back, where it is
 * not held at both ends, or where it asks for a character that stands in JSON only escaped.
 */
export function grammarPattern(pattern: string): string | null {
  const piece = readRegex(pattern);
  const inner = piece === null ? null : betweenEnds(piece);
  const text = inner === null ? null : written(inner);
  if (text === null) return null;
  return inner?.kind === "choice" ? `^(${text})$` : `^${text}$`;
}

/** What stands between `^` and `$`, in each alternative. */
function betweenEnds(piece: Piece): Piece | null {
  if (piece.kind === "choice") {
    const options = piece.options.map(betweenEnds);
    const known = options.filter((option) => option !== null);
    return known.length === options.length ? { kind: "choice", options: known } : null;
  }
  if (piece.kind !== "sequence") return null;
  const [first, ...rest] = piece.parts;
  const last = rest.pop();
  if (first?.kind !== "start" || last?.kind !== "end") return null;
  return { kind: "sequence", parts: rest };
}

function written(piece: Piece): string | null {
  switch (piece.kind) {
    case "one":
      return set(piece.of);
    case "sequence": {
      const parts = piece.parts.map((part) => {
        const text = written(part);
        return text !== null && part.kind === "choice" ? `(${text})` : text;
      });
      return parts.includes(null) ? null : parts.join("");
    }
    case "choice": {
      const options = piece.options.map(written);
      return options.some((option) => option === null || option === "") ? null : options.join("|");
    }
    case "repeat": {
      const text = written(piece.part);
      if (text === null || text === "") return null;
      const atom = piece.part.kind === "one" ? text : `(${text})`;
      const times = quantifier(piece.least, piece.most);
      return times === null ? null : atom + times;
    }
    default:
      return null;
  }
}

function quantifier(least: number, most: number): string | null {
  if (least === 0 && most === 1) return "?";
  if (most === Infinity && least <= 1) return least === 0 ? "*" : "+";
  if (least >= MOST_REPEATED || (most !== Infinity && most >= MOST_REPEATED)) return null;
  if (most === Infinity) return `{${least},}`;
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

/** Characters that JSON has only escaped, which a grammar would write bare. */
const ESCAPED_IN_JSON: readonly Range[] = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
];

function set({ ranges, properties, negated }: Characters): string | null {
  if (properties.length > 0) return null;
  const listed = negated ? complement(ranges) : ranges;
  const [only] = listed;
  if (only === undefined) return null;
  const isBare = listed.some(([first, last]) =>
    complement(ESCAPED_IN_JSON).some(([from, to]) => first <= to && from <= last),
  );
  if (!isBare) return null;
  if (listed.length === 1 && only[0] === only[1]) return literal(only[0]);
  const others = complement(listed);
  if (isSame(others, LINE_ENDS)) return ".";
  const saysOthers = others.length > 0 && others.length < listed.length;
  return saysOthers ? `[^${members(others)}]` : `[${members(listed)}]`;
}

function isSame(one: readonly Range[], other: readonly Range[]): boolean {
  return JSON.stringify(joined(one)) === JSON.stringify(joined(other));
}

function literal(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  return /[\^$.[\]()|{}*+?]/.test(character) ? `\\${character}` : character;
}

function members(ranges: readonly Range[]): string {
  return ranges
    .map(([first, last]) => {
      if (first === last) return member(first);
      return last === first + 1 ? member(first) + member(last) : `${member(first)}-${member(last)}`;
    })
    .join("");
}

/**
 * Letters and digits of ASCII as they are, others by their numbers, as far as those have four
 * digits.
 */
function member(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  if (codePoint > 0xffff || /[A-Za-z0-9_ ]/.test(character)) return character;
  const digits = codePoint.toString(16);
  return codePoint < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
