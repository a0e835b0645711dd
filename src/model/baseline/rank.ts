import { isStop, splitWords, UNSPACED, type Sentence } from "./source.ts";

/** Sentences that enter the graph: it has the square of that many edges. */
export const MAX_GRAPH = 500;

/** Endings of words that are seldom the head of a phrase. */
const DULL = /(?:ed|ly)$|^\S+(?:ing|en|ful|ous|ive|able)$/;
const LEANING =
  /^(?:but|and|so|or|it|its|this|that|these|those|they|their|he|his|she|her|however|yet|then|also|nor|both|for)\b/i;

/**
 * Sentences from the most to the least central: TextRank over shared words, where rarer words weigh more, with a bonus for an
 * early place and a malus for questions, fragments and sentences that lean on the one before them.
 */
export function rankSentences(sentences: readonly Sentence[]): Sentence[] {
  const once = [...new Map(sentences.map((sentence) => [sentence.text, sentence])).values()];
  const nodes = once.filter((sentence) => !sentence.heading && sentence.words.length > 0).slice(0, MAX_GRAPH);
  const scores = centrality(nodes.map((node) => new Set(node.words.map(stem))));
  const scored = nodes.map((sentence, index) => {
    const weak = sentence.words.length < 4 || sentence.text.endsWith("?") || LEANING.test(sentence.text);
    return { sentence, score: (scores[index] ?? 0) * (1 + 1 / (2 + index)) * (weak ? 0.4 : 1) };
  });
  return scored.toSorted((a, b) => b.score - a.score).map((each) => each.sentence);
}

/** Key phrases, best first: one to three content words in a row, those that recur before others; no two share a word. */
export function rankPhrases(sentences: readonly Sentence[]): string[] {
  const grams = countGrams(sentences.slice(0, MAX_GRAPH));
  const within = new Map<string, number>();
  for (const [key, { count }] of grams) {
    const words = key.split(" ");
    for (const part of [words.slice(1), words.slice(0, -1), words.slice(0, 1), words.slice(-1)].map((each) =>
      each.join(" "),
    ))
      if (part !== key) within.set(part, Math.max(count, within.get(part) ?? 0));
  }
  const scored = [...grams].map(([key, { text, count }]) => {
    const words = key.split(" ");
    const known = words.reduce((sum, word) => sum + (grams.get(word)?.count ?? 0), 0) / words.length;
    const inner = within.get(key) ?? 0;
    const own = count === 1 ? known / 6 : count - (inner > 1 ? inner * 0.8 : 0);
    const shape = words.length === 1 ? 1 : words.length === 2 ? 2.6 : 2.2;
    const dull =
      DULL.test(text) || (count === 1 && /^\S+(?:ed|ing|ly) /.test(text)) ? 0.4 : /\p{Lu}/u.test(text) ? 1.3 : 1;
    return { words, text, score: Math.sqrt(Math.max(own, 0)) * shape * dull };
  });
  const taken = new Set<string>();
  return scored
    .toSorted((a, b) => b.score - a.score)
    .flatMap(({ words, text, score }) => {
      if (score <= 0 || words.some((word) => taken.has(word))) return [];
      for (const word of words) taken.add(word);
      return [text];
    });
}

/** A word's form for comparing: lower case, without the commonest English endings. */
export function stem(word: string): string {
  const lower = word.toLowerCase().replace(/['’]s$/, "");
  return lower.length < 5 ? lower.replace(/s$/, "") : lower.replace(/(?:ies|y|ings?|ions?|ed|es|s|e|ly)$/, "");
}

function centrality(nodes: readonly ReadonlySet<string>[]): number[] {
  const places = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    for (const word of node) places.set(word, [...(places.get(word) ?? []), index]);
  });
  const edges = nodes.map(() => new Map<number, number>());
  for (const list of places.values()) {
    const rarity = Math.log(1 + nodes.length / list.length);
    for (const a of list) for (const b of list) if (a !== b) edges[a]?.set(b, (edges[a].get(b) ?? 0) + rarity);
  }
  const size = nodes.map((node) => Math.log(1 + node.size));
  edges.forEach((row, a) => row.forEach((weight, b) => row.set(b, weight / ((size[a] ?? 0) + (size[b] ?? 0)))));
  const sums = edges.map((row) => [...row.values()].reduce((sum, weight) => sum + weight, 0));
  let scores = nodes.map(() => 1);
  for (let round = 0; round < 20; round++) {
    const shares = scores.map((score, index) => score / (sums[index] || 1));
    scores = edges.map((row) => {
      let score = 0.15;
      for (const [index, weight] of row) score += 0.85 * weight * (shares[index] ?? 0);
      return score;
    });
  }
  return scores;
}

/** Every run of one to three content words, in capitals where those stand within a sentence as well. */
function countGrams(sentences: readonly Sentence[]): Map<string, { text: string; count: number }> {
  const inside = sentences.flatMap(({ text, heading }) => (heading ? [] : splitWords(text).slice(1)));
  const proper = new Set(inside.filter((word) => /^\p{Lu}/u.test(word)));
  const show = (word: string) => (proper.has(word) || /\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase());
  const grams = new Map<string, { text: string; count: number }>();
  const stretches = sentences.flatMap(({ text }) => text.split(/[^\p{L}\p{M}\p{N}\s'’-]+|\s[-–—]\s/u));
  for (const run of stretches.flatMap(contentRuns))
    for (let start = 0; start < run.length; start++)
      for (let end = start + 1; end <= Math.min(run.length, start + 3); end++) {
        const words = run.slice(start, end);
        const key = words.map(stem).join(" ");
        const gram = grams.get(key) ?? { text: words.map(show).join(UNSPACED.test(key) ? "" : " "), count: 0 };
        grams.set(key, { ...gram, count: gram.count + 1 });
      }
  return grams;
}

function contentRuns(text: string): string[][] {
  const runs: string[][] = [[]];
  for (const word of splitWords(text)) {
    if (isStop(word) || /^[\d.,]+$/.test(word)) runs.push([]);
    else runs.at(-1)?.push(word.replace(/['’]s?$/, ""));
    if (/['’]s?$/.test(word)) runs.push([]);
  }
  return runs;
}
