import { once } from "../../core/once.ts";
import { DAILY } from "./meanings/daily.ts";
import { OFFICE } from "./meanings/office.ts";
import { TRADES } from "./meanings/trades.ts";
import { stemsOf } from "./words.ts";

/**
 * The stems that mean the same as a phrase, given by its stems with blanks between. In the tables a
 * line is a meaning, `-` joins words that mean it together, and a line that begins with blanks goes
 * on with the one before. Synonyms widen what is asked, never what is stored.
 */
export function synonymsOf(phrase: string): ReadonlySet<string> {
  return meanings().get(phrase) ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();
/** Read for the first question: most commands ask none, and stemming the tables takes time. */
const meanings = once(() => readMeanings([OFFICE, TRADES, DAILY].join("")));

function readMeanings(table: string): ReadonlyMap<string, ReadonlySet<string>> {
  const synonyms = new Map<string, Set<string>>();
  const stems = new Map<string, string>();
  const stemmed = (phrase: string): string => {
    const known = stems.get(phrase) ?? stemsOf(phrase).join(" ");
    stems.set(phrase, known);
    return known;
  };
  for (const line of table.trim().split(/\n(?! )/)) {
    const phrases = line.split(/\s+/).map(stemmed);
    const single = phrases.filter((phrase) => !phrase.includes(" "));
    for (const phrase of phrases) {
      const known = synonyms.get(phrase) ?? new Set();
      for (const each of single) if (each !== phrase) known.add(each);
      synonyms.set(phrase, known);
    }
  }
  synonyms.delete("");
  return synonyms;
}
