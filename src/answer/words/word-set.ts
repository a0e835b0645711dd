import { once } from "../../core/once.ts";
import { strip } from "../fold.ts";

// The tables beside this file say what words of many languages mean where a schema asks for a
// boolean, null, a number or a date. Words of a line are parted by blanks, `_` is a blank within
// one; they are compared without accents and case.

export interface WordSet {
  has(word: string): boolean;
}

export function wordSet(words: string): WordSet {
  const set = once(() => new Set(words.split(" ").map(wordOf)));
  return { has: (word) => set().has(word) };
}

/** A word of a table as it is compared. */
export function wordOf(written: string): string {
  return strip(written.replaceAll("_", " "));
}
