import { areApart, type Characters } from "./characters.ts";
import type { Piece } from "./syntax.ts";

/** Steps of the platform's matcher that nobody notices: some tens of milliseconds. */
const FEW_STEPS = 20_000_000;
/** Steps that can be waited for: a second or two. */
export const MANY_STEPS = 1_000_000_000;
const LONGEST = 2 ** 24;

/**
 * How long a text the platform's backtracking matcher is sure to be through with at once, by the
 * ways in which the expression could match: one for each length of each repetition, multiplied.
 * Infinity where that grows no faster than the text.
 */
export function quickLength(piece: Piece, mostSteps = FEW_STEPS): number {
  let length = 4;
  while (length < LONGEST && steps(piece, length * 2) <= mostSteps) length *= 2;
  return length < LONGEST ? length : Infinity;
}

function steps(piece: Piece, length: number): number {
  const starts = startsAtStart(piece) ? 1 : length;
  return ways(piece, length) * starts;
}

function startsAtStart(piece: Piece): boolean {
  if (piece.kind === "choice") return piece.options.every(startsAtStart);
  if (piece.kind === "sequence") {
    const [first] = piece.parts;
    return first !== undefined && startsAtStart(first);
  }
  return piece.kind === "start";
}

function ways(piece: Piece, length: number): number {
  switch (piece.kind) {
    case "sequence":
      return piece.parts.reduce((product, part) => product * ways(part, length), 1);
    case "choice": {
      const each = piece.options.map((option) => ways(option, length));
      return areOptionsApart(piece.options)
        ? Math.max(...each)
        : each.reduce((sum, one) => sum + one, 0);
    }
    case "repeat": {
      const most = Math.min(piece.most, length);
      const once = ways(piece.part, length);
      const lengths = Math.max(1, most - piece.least + 1);
      return once > 1 ? once ** Math.max(1, most) * lengths : lengths;
    }
    case "look":
      return ways(piece.part, length);
    default:
      return 1;
  }
}

/** Whether the first character says which option is meant. */
function areOptionsApart(options: readonly Piece[]): boolean {
  const firsts = options.map(firstOf);
  return firsts.every(
    (first, index) =>
      first !== null &&
      firsts.every((other, at) => at <= index || (other !== null && areApart(first, other))),
  );
}

function firstOf(piece: Piece): Characters | null {
  if (piece.kind === "one") return piece.of;
  if (piece.kind === "repeat") return piece.least > 0 ? firstOf(piece.part) : null;
  const [first] = piece.kind === "sequence" ? piece.parts : [];
  return first === undefined ? null : firstOf(first);
}
