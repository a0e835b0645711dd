import { readPattern } from "../patterns.ts";

/**
 * What a regular expression matches, as far as that can be told by reading it: how long its matches
 * are, all of them where they are few, some of them in any case. Lookaround, back references and
 * word bounds are not read: for them nothing is known.
 */
type Piece =
  | {
      readonly kind: "character";
      readonly some: readonly string[];
      readonly all: readonly string[] | null;
    }
  | { readonly kind: "sequence"; readonly parts: readonly Piece[] }
  | { readonly kind: "choice"; readonly options: readonly Piece[] }
  | { readonly kind: "repeat"; readonly part: Piece; readonly least: number; readonly most: number }
  | { readonly kind: "start" | "end" };

const FEW = 64;
const LONG = 2000;

/** The least and the greatest number of characters of a text that matches. */
export function matchLengths(pattern: string): readonly [number, number] {
  const piece = readPiece(pattern);
  if (piece === null) return [0, Infinity];
  const [least, most] = lengths(piece);
  return [least, isWhole(piece) ? most : Infinity];
}

/** Every text that matches (and perhaps others), where there are few; else null. */
export function listMatches(pattern: string): readonly string[] | null {
  const piece = readPiece(pattern);
  return piece !== null && isWhole(piece) ? list(piece) : null;
}

/** Some texts that match, if possible also of these lengths. */
export function someMatches(pattern: string, wanted: readonly number[] = []): readonly string[] {
  const piece = readPiece(pattern);
  if (piece === null) return [];
  const short = wanted.filter((length) => length <= LONG).map((length) => ofLength(piece, length));
  return [...variants(piece), ...short];
}

function readPiece(pattern: string): Piece | null {
  const reading = readPattern(pattern);
  if (!reading.ok) return null;
  const reader = { text: [...reading.regex.source], at: 0 };
  const piece = readChoice(reader);
  return piece !== null && reader.at === reader.text.length ? piece : null;
}

interface Reader {
  readonly text: readonly string[];
  at: number;
}

function readChoice(reader: Reader): Piece | null {
  const options: Piece[] = [];
  do {
    const parts: Piece[] = [];
    while (reader.at < reader.text.length && !"|)".includes(reader.text[reader.at] ?? "")) {
      const atom = readAtom(reader);
      const part = atom === null ? null : readQuantifier(reader, atom);
      if (part === null) return null;
      parts.push(part);
    }
    options.push({ kind: "sequence", parts });
  } while (take(reader, "|"));
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
}

function readAtom(reader: Reader): Piece | null {
  const character = reader.text[reader.at++] ?? "";
  switch (character) {
    case "^":
      return { kind: "start" };
    case "$":
      return { kind: "end" };
    case ".":
      return { kind: "character", some: ["a", "B", "3", " ", "é"], all: null };
    case "(":
      return readGroup(reader);
    case "[":
      return readClass(reader);
    case "\\":
      return readEscape(reader);
    default:
      return { kind: "character", some: [character], all: [character] };
  }
}

function readGroup(reader: Reader): Piece | null {
  const rest = reader.text.slice(reader.at, reader.at + 40).join("");
  const opening = /^\?(?::|<[A-Za-z_]\w*>)/.exec(rest);
  if (rest.startsWith("?") && opening === null) return null;
  reader.at += opening?.[0].length ?? 0;
  const piece = readChoice(reader);
  return take(reader, ")") ? piece : null;
}

function readClass(reader: Reader): Piece | null {
  const start = reader.at - 1;
  while (reader.at < reader.text.length && reader.text[reader.at] !== "]")
    reader.at += reader.text[reader.at] === "\\" ? 2 : 1;
  if (!take(reader, "]")) return null;
  return oneOf(reader.text.slice(start, reader.at).join(""));
}

function readEscape(reader: Reader): Piece | null {
  const rest = reader.text.slice(reader.at, reader.at + 40).join("");
  const escape =
    /^(?:u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[pP]\{[^}]*\}|[^1-9bBkcux])/u.exec(
      rest,
    )?.[0];
  if (escape === undefined) return null;
  reader.at += [...escape].length;
  return oneOf(`\\${escape}`);
}

/**
 * A class or an escape, by trying it: all its characters where they are few and ASCII by its own
 * words.
 */
function oneOf(source: string): Piece | null {
  const reading = readPattern(`^${source}$`);
  if (!reading.ok) return null;
  const found = ASCII.filter((character) => reading.regex.test(character));
  const isListed = /^\[(?!\^)[ -Z_a-~]*\]$|^\\[^a-zA-Z]$/.test(source);
  if (found.length === 0)
    found.push(...["é", "ж", "中", "😀", "\u00a0"].filter((one) => reading.regex.test(one)));
  if (found.length === 0) return null;
  const some = [found[0], found.at(-1), found[Math.floor(found.length / 2)], found[1]].filter(
    (one) => one !== undefined,
  );
  return { kind: "character", some: [...new Set(some)], all: isListed ? found : null };
}

const ASCII = [
  "a",
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).toReversed(),
];

function readQuantifier(reader: Reader, part: Piece): Piece | null {
  const rest = reader.text.slice(reader.at, reader.at + 30).join("");
  const found = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(rest);
  if (found === null) return part;
  reader.at += found[0].length;
  const [sign, least, comma, most] = [found[0].charAt(0), found[1], found[2], found[3]];
  if (sign === "*") return { kind: "repeat", part, least: 0, most: Infinity };
  if (sign === "+") return { kind: "repeat", part, least: 1, most: Infinity };
  if (sign === "?") return { kind: "repeat", part, least: 0, most: 1 };
  const from = Number(least);
  const to =
    comma === undefined ? from : most === undefined || most === "" ? Infinity : Number(most);
  return { kind: "repeat", part, least: from, most: to };
}

function take(reader: Reader, character: string): boolean {
  if (reader.text[reader.at] !== character) return false;
  reader.at++;
  return true;
}

/** Whether a match is always the whole text. */
function isWhole(piece: Piece): boolean {
  if (piece.kind === "choice") return piece.options.every(isWhole);
  return (
    piece.kind === "sequence" &&
    piece.parts[0]?.kind === "start" &&
    piece.parts.at(-1)?.kind === "end"
  );
}

function lengths(piece: Piece): readonly [number, number] {
  switch (piece.kind) {
    case "character":
      return [1, 1];
    case "start":
    case "end":
      return [0, 0];
    case "sequence":
      return piece.parts
        .map(lengths)
        .reduce(([a, b], [c, d]) => [a + c, b + d] as const, [0, 0] as const);
    case "choice": {
      const each = piece.options.map(lengths);
      return [Math.min(...each.map(([least]) => least)), Math.max(...each.map(([, most]) => most))];
    }
    case "repeat": {
      const [least, most] = lengths(piece.part);
      return [least * piece.least, most === 0 || piece.most === 0 ? 0 : most * piece.most];
    }
  }
}

function list(piece: Piece): readonly string[] | null {
  switch (piece.kind) {
    case "character":
      return piece.all;
    case "start":
    case "end":
      return [""];
    case "choice": {
      const each = piece.options.map(list);
      const known = each.filter((one) => one !== null).flat();
      return each.includes(null) || known.length > FEW ? null : known;
    }
    case "sequence":
      return piece.parts
        .map(list)
        .reduce((heads, tails) => combined(heads, tails), [""] as readonly string[]);
    case "repeat": {
      if (piece.most > FEW) return null;
      const once = list(piece.part);
      const texts: string[] = piece.least === 0 ? [""] : [];
      let last: readonly string[] | null = [""];
      for (let turn = 1; turn <= piece.most; turn++) {
        last = combined(last, once);
        if (last === null || texts.length > FEW) return null;
        if (turn >= piece.least) texts.push(...last);
      }
      return texts;
    }
  }
}

function combined(
  heads: readonly string[] | null,
  tails: readonly string[] | null,
): readonly string[] | null {
  if (heads === null || tails === null || heads.length * tails.length > FEW) return null;
  return heads.flatMap((head) => tails.map((tail) => head + tail));
}

/** A handful of different matches. */
function variants(piece: Piece): readonly string[] {
  switch (piece.kind) {
    case "character":
      return piece.some;
    case "start":
    case "end":
      return [""];
    case "choice":
      return piece.options.flatMap(variants).slice(0, 12);
    case "sequence": {
      const each = piece.parts.map(variants);
      const most = Math.min(6, Math.max(1, ...each.map((one) => one.length)));
      return Array.from({ length: most }, (_, turn) =>
        each.map((one) => one[turn % one.length] ?? "").join(""),
      );
    }
    case "repeat": {
      const once = variants(piece.part);
      const counts = [0, 1, 3].map((more) => Math.min(piece.least + more, piece.most, LONG));
      return [...new Set(counts)].map((count) =>
        Array.from({ length: count }, (_, turn) => once[turn % once.length] ?? "").join(""),
      );
    }
  }
}

/** A match with as near to so many characters as one way of matching gives. */
function ofLength(piece: Piece, wanted: number): string {
  switch (piece.kind) {
    case "character":
      return piece.some[0] ?? "";
    case "start":
    case "end":
      return "";
    case "choice": {
      const fitting = piece.options.find((option) => {
        const [least, most] = lengths(option);
        return least <= wanted && wanted <= most;
      });
      return fitting === undefined ? "" : ofLength(fitting, wanted);
    }
    case "sequence": {
      let spare = wanted - lengths(piece)[0];
      return piece.parts
        .map((part) => {
          const [least, most] = lengths(part);
          const more = Math.max(0, Math.min(spare, most - least));
          spare -= more;
          return ofLength(part, least + more);
        })
        .join("");
    }
    case "repeat": {
      const [least, most] = lengths(piece.part);
      const size = Math.max(1, Math.min(most, Math.max(least, 1)));
      const count = Math.min(piece.most, Math.max(piece.least, Math.floor(wanted / size)), LONG);
      return ofLength(piece.part, size).repeat(count);
    }
  }
}
