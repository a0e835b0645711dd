import {
  isJoinedNegation,
  isNegation,
  isTurn,
  negatesBefore,
  pairNegatesBefore,
} from "./negation.ts";
import { strip } from "./fold.ts";

/** A word of a text as it is compared. */
export interface Token {
  /** No accents, no case. */
  readonly word: string;
  /** As it is written. */
  readonly written: string;
  /** A clause begins with it. */
  readonly startsClause: boolean;
  /** A question mark stands behind it. */
  readonly isAsked: boolean;
}

/** A name and the words it has. */
export interface Named<T> {
  readonly value: T;
  readonly words: readonly string[];
  readonly written: readonly string[];
}

/** One place where a text speaks of something. */
export interface Mention<T> {
  readonly value: T;
  /** It is written as the name is, in case and accents. */
  readonly isExact: boolean;
  readonly isNegated: boolean;
  /** In words, from the first of the text. */
  readonly start: number;
  readonly length: number;
}

/** Only the beginning of a long text is looked through. In UTF-16 units. */
const MAX_TEXT = 20_000;
/** Quotes and blanks between a word and the mark behind it are fewer. */
const MAX_GAP = 6;
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}\p{M}])+/gu;
const CLAUSE_END = /[.,;:!?…)—–](?=\s|$)|[\n。、，；：！？．]/u;

/** The words of a text; where a script parts none, each character is one. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let done = 0;
  for (const found of text.slice(0, MAX_TEXT).matchAll(WORD)) {
    const [written] = found;
    const before = text.slice(done, found.index);
    done = found.index + written.length;
    const isAsked = /^["'”’)\s]*[?？؟]/u.test(text.slice(done, done + MAX_GAP));
    tokens.push({
      word: strip(written),
      written,
      startsClause: CLAUSE_END.test(before),
      isAsked,
    });
  }
  return tokens;
}

/** Where the words of a text name something: longer names first, each word for one name only. */
export function mentionsIn<T>(tokens: readonly Token[], names: readonly Named<T>[]): Mention<T>[] {
  const taken = new Map<number, { readonly end: number; readonly name: Named<T> }>();
  const used = new Set<number>();
  for (const name of names.toSorted((a, b) => b.words.join().length - a.words.join().length)) {
    if (name.words.length === 0) continue;
    for (let at = 0; at + name.words.length <= tokens.length; at++) {
      if (!standsAt(tokens, at, name.words, used)) continue;
      const end = at + name.words.length;
      for (let index = at; index < end; index++) used.add(index);
      taken.set(at, { end, name });
    }
  }
  return [...taken].map(([at, { end, name }]) => ({
    value: name.value,
    isExact: name.written.every((word, index) => tokens[at + index]?.written === word),
    isNegated: isNegatedAt(tokens, at, end, used),
    start: at,
    length: end - at,
  }));
}

function standsAt(
  tokens: readonly Token[],
  at: number,
  words: readonly string[],
  used: ReadonlySet<number>,
): boolean {
  return words.every((word, index) => tokens[at + index]?.word === word && !used.has(at + index));
}

/** So many words may stand between a negation and what it negates. */
const REACH_BEFORE = 6;
const REACH_AFTER = 4;
const REACH_JOINED = 8;

function isNegatedAt(
  tokens: readonly Token[],
  at: number,
  end: number,
  used: ReadonlySet<number>,
): boolean {
  return (
    isNegatedBefore(tokens, at, used) ||
    isInQuestion(tokens, end - 1) ||
    isNegatedBehind(tokens, end, used)
  );
}

function isNegatedBefore(tokens: readonly Token[], at: number, used: ReadonlySet<number>): boolean {
  for (let index = at - 1; index >= Math.max(0, at - REACH_BEFORE); index--) {
    if (tokens[index + 1]?.startsClause) break;
    const word = tokens[index]?.word ?? "";
    if (pairNegatesBefore(tokens[index - 1]?.word ?? "", word)) return true;
    if (isTurn(word)) break;
    if (!used.has(index) && negatesBefore(word)) return true;
  }
  return false;
}

function isNegatedBehind(
  tokens: readonly Token[],
  end: number,
  used: ReadonlySet<number>,
): boolean {
  const joined = tokens.slice(end, end + REACH_JOINED).map(({ word }) => word);
  if (isJoinedNegation(joined.join(""))) return true;
  for (let index = end; index < Math.min(tokens.length, end + REACH_AFTER); index++) {
    if (tokens[index]?.startsClause || used.has(index)) return false;
    const word = tokens[index]?.word ?? "";
    if (isTurn(word)) return false;
    // "HIGH not LOW": what a negation stands in front of is what it negates.
    if (isNegation(word)) return !used.has(index + 1) && !used.has(index + 2);
  }
  return false;
}

/** The clause that a word stands in ends in a question mark. */
function isInQuestion(tokens: readonly Token[], at: number): boolean {
  for (let index = at; index < Math.min(tokens.length, at + REACH_QUESTION); index++) {
    if (tokens[index]?.isAsked) return true;
    if (tokens[index + 1]?.startsClause) return false;
  }
  return false;
}

const REACH_QUESTION = 12;
