import { DAILY } from "./meanings/daily.ts";
import { OFFICE } from "./meanings/office.ts";
import { TRADES } from "./meanings/trades.ts";
import { stemsOf } from "./words.ts";

/**
 * By stems with blanks between: the stems that mean the same. In the tables a line is a meaning,
 * `-` joins words that mean it together, and a line that begins with blanks goes on with the one
 * before. Synonyms widen what is asked, never what is stored.
 */
export const SYNONYMS: ReadonlyMap<string, ReadonlySet<string>> = readMeanings(
  [OFFICE, TRADES, DAILY].join(""),
);

function readMeanings(table: string): ReadonlyMap<string, ReadonlySet<string>> {
  const synonyms = new Map<string, Set<string>>();
  for (const line of table.trim().split(/\n(?! )/)) {
    const phrases = line.split(/\s+/).map((phrase) => stemsOf(phrase).join(" "));
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
