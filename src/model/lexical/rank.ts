import { marked, PIECE, pieceCount } from "./pieces.ts";
import { type Terms, termsOf } from "./terms.ts";

/** How soon more of the same word counts for nothing, and how much long documents lose. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
/** What pieces of words weigh against words, so that `invoices` finds `invoice`. */
const PIECES = 0.3;
/** Digits of a score: logarithms differ in the last ones from machine to machine. */
const DIGITS = 6;

/**
 * BM25: a document scores by the query's words that it has, the rarer among the documents the more.
 * 0 is a document that shares nothing with the query; there is no upper bound.
 */
export function lexicalScores(query: string, documents: readonly string[]): readonly number[] {
  const asked = termsOf(query);
  const words = bm25(asked, documents, wordsOf);
  const pieces = bm25(asked, documents, piecesOf);
  return words.map((score, at) => rounded(score + PIECES * (pieces[at] ?? 0)));
}

interface Counted {
  /** How often the document has each term of the query. */
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

function bm25(
  query: Terms,
  documents: readonly string[],
  termsIn: (terms: Terms) => readonly string[],
): readonly number[] {
  const asked = new Set(termsIn(query.words.length > 0 ? { ...query, signs: [] } : query));
  const counted = documents.map((document) => countTerms(termsIn(termsOf(document)), asked));
  const lengths = counted.reduce((sum, { length }) => sum + length, 0);
  const usual = lengths / Math.max(1, documents.length) || 1;
  const rarity = new Map(
    [...asked].map((term) => {
      const having = counted.filter(({ counts }) => counts.has(term)).length;
      return [term, Math.log(1 + (documents.length - having + 0.5) / (having + 0.5))];
    }),
  );
  return counted.map(({ counts, length }) => {
    const slow = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / usual);
    let score = 0;
    for (const [term, count] of counts)
      score += ((rarity.get(term) ?? 0) * count * (SATURATION + 1)) / (count + slow);
    return score;
  });
}

function countTerms(terms: readonly string[], asked: ReadonlySet<string>): Counted {
  const counts = new Map<string, number>();
  for (const term of terms) if (asked.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return { counts, length: terms.length };
}

function wordsOf({ words, signs }: Terms): readonly string[] {
  return [...words, ...signs];
}

function piecesOf({ words }: Terms): readonly string[] {
  return words.flatMap((word) => {
    const whole = marked(word);
    return Array.from({ length: pieceCount(whole) }, (_, at) => whole.slice(at, at + PIECE));
  });
}

function rounded(score: number): number {
  return Number(score.toFixed(DIGITS));
}
