/** Pieces of a word have this many UTF-16 units, its marked ends among them. */
export const PIECE = 3;

/** A word with its ends marked, so that a piece at an end is another one than amid the word. */
export function marked(word: string): string {
  return `<${word}>`;
}

/**
 * How many pieces a marked word has, each beginning one unit after the other: what related words
 * share. None where a piece would be nearly all of it.
 */
export function pieceCount({ length }: string): number {
  const count = length - PIECE + 1;
  return count < 3 ? 0 : count;
}
