import { isObject } from "../../core/json.ts";
import type { Program } from "../../program/program.ts";
import type { Decision, IndexedWords } from "../../store/programs.ts";
import { shapeOf } from "./shape.ts";
import { CATEGORY_NAME, DOMAINS, NO_DOMAIN, OTHER_DOMAIN, TASK_TYPES } from "./vocabulary.ts";
import { stemsOf } from "./words.ts";

/**
 * Domain and task of a program, from its own text alone: `metadata.category`, else its tags, else
 * the words of its name and description. A domain that the vocabulary lacks stands in `other`, so
 * that the top of the tree stays short; a task that it lacks is looked for in the words.
 */
export function categorize(program: Program, words: IndexedWords): Omit<Decision, "hash"> {
  const { domain, task } = categoryOf(program.metadata["category"]);
  const { tags, name, description } = words;
  const texts: Spoken = [
    [phrasesIn(tags), 4],
    [phrasesIn(name), 2],
    [phrasesIn(description), 1],
  ];
  // What is done is mostly said first: an abstract that is translated is no summary.
  const first: Spoken = [name, description].map((text) => [text.split(" ", 1), 5]);
  const ofWords = {
    domain: best(DOMAIN_WORDS, texts),
    task: best(TASK_WORDS, [...texts, ...first]),
  };
  return {
    domain: domain ?? ofWords.domain ?? NO_DOMAIN,
    task: task ?? ofWords.task ?? taskOfShape(shapeOf(program)),
    origin: domain !== null ? "metadata" : ofWords.domain !== null ? "words" : "none",
  };
}

/** `finance/extract`, `[finance, extract]` or `{domain: finance, task: extract}`. */
function categoryOf(written: unknown): { domain: string | null; task: string | null } {
  const parts = isObject(written)
    ? [written["domain"], written["task"]]
    : [written].flat().flatMap((each) => (typeof each === "string" ? each.split("/") : []));
  const [first, ...others] = parts.map((part) => (typeof part === "string" ? part.trim() : ""));
  const task = others.map((part) => named(TASK_WORDS, part)).find((each) => each !== null);
  if (first === undefined || first === "") return { domain: null, task: task ?? null };
  const domain = named(DOMAIN_WORDS, first);
  // A category that is a task alone, such as `translate`, says nothing of what it is about.
  const ownTask = domain === null ? named(TASK_WORDS, first) : null;
  if (ownTask !== null) return { domain: null, task: ownTask };
  return { domain: domain ?? otherDomain(first), task: task ?? null };
}

function otherDomain(written: string): string | null {
  const name = written
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "");
  if (name === NO_DOMAIN || name === OTHER_DOMAIN) return name;
  return CATEGORY_NAME.test(name) ? `${OTHER_DOMAIN}/${name}` : null;
}

/** Phrases of the texts of a program, and how loud each text speaks for a category. */
type Spoken = readonly (readonly [phrases: Iterable<string>, weight: number])[];

/** The name of a vocabulary that a word means: itself, or a word that speaks for it. */
function named(vocabulary: Vocabulary, written: string): string | null {
  return vocabulary.words.get(stemsOf(written).join(" "))?.[0] ?? null;
}

/** Whose words are loudest; the first of equals; null where none is heard. */
function best(vocabulary: Vocabulary, texts: Spoken): string | null {
  const heard = new Map<string, number>();
  for (const [phrases, weight] of texts)
    for (const phrase of phrases)
      for (const name of vocabulary.words.get(phrase) ?? [])
        heard.set(name, (heard.get(name) ?? 0) + weight);
  const loudest = Math.max(...heard.values());
  return vocabulary.names.find((name) => heard.get(name) === loudest) ?? null;
}

/** Words and pairs of words. */
function phrasesIn(text: string): ReadonlySet<string> {
  const stems = text.split(" ");
  const pairs = stems.slice(1).map((stem, index) => `${stems[index] ?? ""} ${stem}`);
  return new Set([...stems, ...pairs]);
}

interface Vocabulary {
  readonly names: readonly string[];
  /** By what speaks for them, in stems. */
  readonly words: ReadonlyMap<string, readonly string[]>;
}

function readVocabulary(written: Readonly<Record<string, string>>): Vocabulary {
  const words = new Map<string, string[]>();
  for (const [name, own] of Object.entries(written))
    for (const phrase of new Set(own.split(" ").map((word) => stemsOf(word).join(" "))))
      words.set(phrase, [...(words.get(phrase) ?? []), name]);
  words.delete("");
  return { names: Object.keys(written), words };
}

const DOMAIN_WORDS = readVocabulary(DOMAINS);
const TASK_WORDS = readVocabulary(TASK_TYPES);

/** What a program without a telling word does, as its contracts have it. */
function taskOfShape(shape: string): string {
  if (shape.endsWith("-to-label")) return "classify";
  if (shape.endsWith("-to-score")) return "score";
  if (shape.endsWith("-to-text")) return "generate";
  return shape === "record-to-record" ? "convert" : "extract";
}
