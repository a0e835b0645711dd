import {
  charactersOf,
  complement,
  DIGITS,
  joined,
  LINE_ENDS,
  SPACE,
  WORD,
  type Characters,
  type Range,
} from "./characters.ts";

/** A regular expression as it is read under the `u` flag. */
export type Piece =
  | { readonly kind: "one"; readonly of: Characters }
  | { readonly kind: "sequence"; readonly parts: readonly Piece[] }
  | { readonly kind: "choice"; readonly options: readonly Piece[] }
  | { readonly kind: "repeat"; readonly part: Piece; readonly least: number; readonly most: number }
  | { readonly kind: "start" | "end" | "boundary" | "inside" }
  | {
      readonly kind: "look";
      readonly part: Piece;
      readonly behind: boolean;
      readonly negated: boolean;
    }
  | { readonly kind: "back" };

/**
 * Reads an expression that the platform has compiled. Null for what is newer than this reader, such
 * as flags within a group.
 */
export function readRegex(source: string): Piece | null {
  const reader = new RegexReader(source);
  const piece = reader.choice();
  return reader.isRead ? piece : null;
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };

class RegexReader {
  readonly #text: readonly string[];
  #at = 0;
  #isKnown = true;

  constructor(source: string) {
    this.#text = [...source];
  }

  get isRead(): boolean {
    return this.#isKnown && this.#at === this.#text.length;
  }

  choice(): Piece {
    const options: Piece[] = [];
    do options.push(this.#sequence());
    while (this.#take("|"));
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
  }

  #sequence(): Piece {
    const parts: Piece[] = [];
    while (this.#isKnown && this.#at < this.#text.length && !"|)".includes(this.#peek()))
      parts.push(this.#quantified(this.#atom()));
    return { kind: "sequence", parts };
  }

  #atom(): Piece {
    const character = this.#next();
    switch (character) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "one", of: charactersOf(complement(LINE_ENDS)) };
      case "(":
        return this.#group();
      case "[":
        return { kind: "one", of: this.#class() };
      case "\\":
        return this.#escape();
      default:
        return one(character.codePointAt(0) ?? 0);
    }
  }

  #group(): Piece {
    const look = ["?=", "?!", "?<=", "?<!"].find((opening) => this.#takeAll(opening));
    if (look === undefined && !this.#takeAll("?:") && this.#take("?")) {
      if (this.#peek() === "<") while (this.#isKnown && this.#next() !== ">") continue;
      else this.#isKnown = false;
    }
    const part = this.choice();
    if (!this.#take(")")) this.#isKnown = false;
    if (look === undefined) return part;
    return { kind: "look", part, behind: look.includes("<"), negated: look.endsWith("!") };
  }

  #escape(): Piece {
    const next = this.#peek();
    if (next === "b" || next === "B") {
      this.#at++;
      return { kind: next === "b" ? "boundary" : "inside" };
    }
    if (next === "k") {
      while (this.#isKnown && this.#next() !== ">") continue;
      return { kind: "back" };
    }
    if (/[1-9]/.test(next)) {
      while (/\d/.test(this.#peek())) this.#at++;
      return { kind: "back" };
    }
    return { kind: "one", of: this.#escaped() };
  }

  /** What follows a backslash, within brackets or without. */
  #escaped(): Characters {
    const letter = this.#next();
    const named = { d: DIGITS, w: WORD, s: SPACE }[letter.toLowerCase()];
    if (named !== undefined)
      return charactersOf(letter === letter.toLowerCase() ? named : complement(named));
    if (letter === "p" || letter === "P") return this.#property(letter);
    return charactersOf([single(this.#codePoint(letter))]);
  }

  #property(letter: string): Characters {
    let text = "";
    while (this.#isKnown && !text.endsWith("}")) text += this.#next();
    return { ranges: [], properties: [new RegExp(`^\\${letter}${text}$`, "u")], negated: false };
  }

  #codePoint(letter: string): number {
    if (Object.hasOwn(CONTROLS, letter)) return CONTROLS[letter] ?? 0;
    if (letter === "c") return (this.#next().codePointAt(0) ?? 0) % 32;
    if (letter === "x") return this.#hex(2);
    if (letter !== "u") return letter.codePointAt(0) ?? 0;
    if (this.#take("{")) {
      let digits = "";
      while (this.#isKnown && this.#peek() !== "}") digits += this.#next();
      this.#at++;
      return Number.parseInt(digits, 16);
    }
    const high = this.#hex(4);
    if (high < 0xd800 || high > 0xdbff || !this.#takeAll("\\u")) return high;
    const low = this.#hex(4);
    if (low >= 0xdc00 && low <= 0xdfff) return (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
    this.#at -= 6;
    return high;
  }

  #hex(digits: number): number {
    return Number.parseInt(Array.from({ length: digits }, () => this.#next()).join(""), 16);
  }

  #class(): Characters {
    const negated = this.#take("^");
    const ranges: Range[] = [];
    const properties: RegExp[] = [];
    while (this.#isKnown && !this.#take("]")) {
      const first = this.#member();
      properties.push(...first.properties);
      const [low] = first.ranges;
      if (this.#peek() !== "-" || this.#peek(1) === "]" || low === undefined) {
        ranges.push(...first.ranges);
        continue;
      }
      this.#at++;
      const last = this.#member();
      ranges.push([low[0], last.ranges[0]?.[1] ?? low[1]]);
    }
    return { ranges: joined(ranges), properties, negated };
  }

  #member(): Characters {
    const character = this.#next();
    if (character !== "\\") return charactersOf([single(character.codePointAt(0) ?? 0)]);
    if (this.#take("b")) return charactersOf([single(8)]);
    return this.#escaped();
  }

  #quantified(part: Piece): Piece {
    const found = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(
      this.#text.slice(this.#at, this.#at + 40).join(""),
    );
    if (found === null) return part;
    const [all, least, comma, most] = found;
    this.#at += all.length;
    const [sign] = all;
    if (sign !== "{")
      return {
        kind: "repeat",
        part,
        least: sign === "+" ? 1 : 0,
        most: sign === "?" ? 1 : Infinity,
      };
    const from = Number(least);
    const to = comma === undefined ? from : most === "" ? Infinity : Number(most);
    return { kind: "repeat", part, least: from, most: to };
  }

  #peek(ahead = 0): string {
    return this.#text[this.#at + ahead] ?? "";
  }

  #next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) this.#isKnown = false;
    return character ?? "";
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #takeAll(characters: string): boolean {
    const follows = [...characters].every((character, ahead) => this.#peek(ahead) === character);
    if (follows) this.#at += characters.length;
    return follows;
  }
}

function single(codePoint: number): Range {
  return [codePoint, codePoint];
}

function one(codePoint: number): Piece {
  return { kind: "one", of: charactersOf([single(codePoint)]) };
}
