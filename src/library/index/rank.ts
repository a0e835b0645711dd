import type { IndexedWords, ProgramWords } from "../../store/programs.ts";
import { synonymsOf } from "./synonyms.ts";
import { stemsOf } from "./words.ts";

/** One thing that is asked for, with the stems that mean it and how near they come to it. */
type Meaning = ReadonlyMap<string, number>;

export interface Question {
  readonly meanings: readonly Meaning[];
  readonly words: readonly string[];
  readonly starts: readonly string[];
}

/** What a text asks for; the words that mean it are those of its own and their synonyms. */
export function questionOf(text: string): Question {
  const stems = [...new Set(stemsOf(text))].slice(0, MOST_WORDS);
  const meanings = new Map<string, Map<string, number>>();
  for (const [start, stem] of stems.entries()) {
    const own = meanings.get(stem) ?? new Map<string, number>();
    own.set(stem, 1);
    meanings.set(stem, own);
    for (const length of PHRASE_LENGTHS) {
      const phrase = stems.slice(start, start + length).join(" ");
      const meaning = meanings.get(phrase) ?? new Map<string, number>();
      for (const synonym of synonymsOf(phrase))
        if (!meaning.has(synonym)) meaning.set(synonym, length === 1 ? SYNONYM : PHRASE);
      if (meaning.size > 0) meanings.set(phrase, meaning);
    }
  }
  const words = [...new Set([...meanings.values()].flatMap((meaning) => [...meaning.keys()]))];
  const starts = stems.filter((stem) => stem.length >= LEAST_START);
  return { meanings: [...meanings.values()], words, starts };
}

/**
 * How well programs answer a question, by id: Okapi BM25 over weighted fields (BM25F), where a
 * meaning counts once however many of its words are there, and is the rarer the fewer have any.
 * @param total programs that there are, those without any of the words too
 */
export function scoresOf(
  { meanings, starts }: Question,
  candidates: readonly ProgramWords[],
  total: number,
): ReadonlyMap<number, number> {
  const counted = candidates.map((candidate) => ({
    id: candidate.id,
    counts: weighedCounts(candidate, starts),
  }));
  const scores = new Map<number, number>();
  for (const meaning of meanings) {
    const found = counted
      .map(({ id, counts }) => ({ id, weight: weightOf(meaning, counts) }))
      .filter(({ weight }) => weight > 0);
    const rarity = Math.log(1 + (total - found.length + 0.5) / (found.length + 0.5));
    for (const { id, weight } of found)
      scores.set(id, (scores.get(id) ?? 0) + (rarity * weight) / (weight + SATURATION));
  }
  return scores;
}

/** Words of a question: a longer one is a text, and says the same again. */
const MOST_WORDS = 64;
const PHRASE_LENGTHS = [1, 2, 3];
/** Letters of a word that others may begin with. */
const LEAST_START = 4;
const SYNONYM = 0.6;
const PHRASE = 0.9;
const START = 0.3;

const SATURATION = 1.2;
/** How far a field's length counts against it. */
const LENGTH_WEIGHT = 0.5;
/** What a word in a field weighs, and how many words the field usually has. */
const FIELDS: Readonly<Record<keyof IndexedWords, { weight: number; usual: number }>> = {
  name: { weight: 3, usual: 3 },
  tags: { weight: 2.5, usual: 3 },
  category: { weight: 1, usual: 2 },
  description: { weight: 2, usual: 10 },
  fields: { weight: 1, usual: 15 },
};

/** By stem how much of it is there; beginnings stand for the words that they begin. */
function weighedCounts(
  candidate: ProgramWords,
  starts: readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [field, { weight, usual }] of Object.entries(FIELDS)) {
    const text = candidate[field as keyof IndexedWords];
    if (text === "") continue;
    const stems = text.split(" ");
    const each = weight / (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * stems.length) / usual);
    for (const stem of stems) {
      counts.set(stem, (counts.get(stem) ?? 0) + each);
      for (const start of starts)
        if (stem !== start && stem.startsWith(start)) {
          const key = `${start}*`;
          counts.set(key, (counts.get(key) ?? 0) + each);
        }
    }
  }
  return counts;
}

/** The best of the words that mean it. */
function weightOf(meaning: Meaning, counts: ReadonlyMap<string, number>): number {
  let most = 0;
  for (const [stem, nearness] of meaning) {
    const begun = nearness === 1 ? START * (counts.get(`${stem}*`) ?? 0) : 0;
    most = Math.max(most, nearness * (counts.get(stem) ?? 0), begun);
  }
  return most;
}
