import type { JsonSchema } from "../../contract/contract.ts";
import english from "./english.json" with { type: "json" };
import { isContent, stem, tokensOf, UNSPACED, inWords, type Sentence } from "./source.ts";

const LEANING = new RegExp(`^(?:${english.leaning})\\b`, "i");
const CAMEL_CASE = /(?<=[a-z])(?=[A-Z])/g;
const DENIAL = / (?:no|not|never|without|none|neither|cannot|\S*n't) /;

/** Items by falling score, without those that have none. */
function byScore<T>(items: readonly T[], scoreOf: (item: T, index: number) => number) {
  const scored = items.map((item, index) => ({ item, score: scoreOf(item, index) }));
  return scored.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score);
}

/**
 * Sentences, the most telling ones first: those that share most words with others, or with what is
 * `asked`; rare words count more. An early place helps; a question, a fragment or leaning on the
 * sentence before harms.
 */
export function rankSentences(sentences: readonly Sentence[], asked?: string): Sentence[] {
  const running = sentences.filter(({ heading }) => !heading);
  const kept = running.length > 0 ? running : sentences;
  const ranked = [...new Map(kept.map((sentence) => [sentence.text, sentence])).values()];
  const words = ranked.map(({ text }) => [...new Set(stemsOf(text))]);
  const wanted = asked === undefined ? null : new Set(stemsOf(asked));
  const weights = new Map<string, number>();
  for (const word of words.flat()) weights.set(word, (weights.get(word) ?? 0) + 1);
  for (const [word, count] of weights) {
    const shared = wanted === null ? count - 1 : Number(wanted.has(word));
    weights.set(word, shared * Math.log(1 + ranked.length / count));
  }
  return byScore(ranked, ({ text }, place) => {
    const own = words[place] ?? [];
    const sum = own.reduce(
      (total, word) => total + (weights.get(word) ?? 0),
      wanted === null ? 0.01 : 0,
    );
    const weak = text.endsWith("?") || LEANING.test(text) || own.length < 4;
    return (sum * (1 + 1 / (2 + place)) * (weak ? 0.4 : 1)) / Math.log(2 + own.length);
  }).map(({ item }) => item);
}

/**
 * Key phrases, best first: one to three content words in a row, those that recur before others; no
 * two share a word.
 */
export function rankPhrases(sentences: readonly Sentence[]): string[] {
  const phrases = new Map<string, { words: readonly string[]; text: string; count: number }>();
  for (const tokens of sentences.map(({ text }) => tokensOf(text)))
    for (let start = 0; start < tokens.length; start++)
      for (let end = start + 1; end <= start + 3 && isContent(tokens[end - 1] ?? ""); end++) {
        const words = tokens.slice(start, end).map(stem);
        const key = words.join(" ");
        const written = tokens.slice(start, end).join(UNSPACED.test(key) ? "" : " ");
        const text = start > 0 || /.\p{Lu}/u.test(written) ? written : written.toLowerCase();
        phrases.set(key, {
          words,
          text,
          ...phrases.get(key),
          count: (phrases.get(key)?.count ?? 0) + 1,
        });
      }
  // A pair that stands once comes between words that stand twice and three times. Few phrases end
  // like a verb.
  const ranked = byScore([...phrases.values()], ({ words, text, count }) => {
    const size = words.length ** 2;
    return (count - size / 10) * size * (/(?:ed|ing|ly)$/.test(text) ? 0.5 : 1);
  });
  const taken = new Set<string>();
  return ranked.flatMap(({ item: { words, text } }) => {
    if (words.some((word) => taken.has(word))) return [];
    for (const word of words) taken.add(word);
    return text;
  });
}

/** The first 300 matches of a pattern, those in front that have more cues around them. */
export function rankMatches(pattern: string, cues: readonly string[], text: string): string[] {
  const found = [...text.matchAll(new RegExp(pattern, "gu"))].slice(0, 300);
  const around = (at: number, length: number) => text.slice(Math.max(0, at - 30), at + length + 15);
  const ranked = byScore(
    found,
    ({ 0: match, index }) => 1 + evidence(cues, plain(around(index, match.length))),
  );
  return ranked.map(({ item: [match] }) => match);
}

/** The choices that a text speaks for by name, by what is told of them and by known phrases. */
export function rankChoices(choices: readonly JsonSchema[], told: unknown, text: string) {
  const [clauses, stems] = [inWords(told).split(/[;\n]\W*|\.\s\W*/), plain(text)];
  return byScore(choices, (choice) => {
    const name = inWords(choice["const"]);
    const { description = clauses.find((clause) => clause.startsWith(name)) ?? "" } = choice;
    return evidence(cuesFor(name, inWords(description)), stems);
  });
}

/**
 * What tells that a text speaks of what has the name: known phrases and the whole name; with more
 * `told` of it, each word.
 */
export function cuesFor(name: string, told?: string): string[] {
  const known = lookUp(english.topics, name).flatMap((phrases) => phrases.split("|"));
  const words = stemsOf(name.replaceAll(CAMEL_CASE, " "));
  const single = told === undefined ? [] : [...words, ...stemsOf(told)];
  return [...new Set([...known, words.join(" "), ...single].filter(Boolean).map(plain))];
}

/**
 * How many of the cues stand in the plain form of a text, but for those that are denied just
 * before.
 */
export function evidence(cues: readonly string[], stems: string): number {
  const places = cues.map((cue) => stems.indexOf(cue));
  return places.filter((at) => at >= 0 && !DENIAL.test(stems.slice(Math.max(0, at - 20), at + 1)))
    .length;
}

/**
 * What a table has in each row whose first column holds the beginning of one of the name's words.
 */
export function lookUp(table: readonly (readonly string[])[], name: string): string[] {
  const words = ` ${tokensOf(name.replaceAll(CAMEL_CASE, " ")).join(" ").toLowerCase()}`;
  const rows = table.filter(([keys = ""]) =>
    keys.split(" ").some((key) => words.includes(` ${key}`)),
  );
  return rows.flatMap(([, value]) => value ?? []);
}

function stemsOf(text: string): string[] {
  return tokensOf(text).filter(isContent).map(stem);
}

/** All words and marks in their stems between blanks, so that phrases can be looked up. */
export function plain(text: string): string {
  return ` ${tokensOf(text).map(stem).join(" ")} `;
}
