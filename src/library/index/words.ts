import { stemOf } from "./stem.ts";

/**
 * A text as stems, the way that programs and questions are compared: `extractInvoiceTotal` and
 * `extract_invoice_total` are three words, and scripts that put no blanks between words are taken
 * by pairs of signs.
 */
export function stemsOf(text: string): string[] {
  return wordsOf(text).map(knownStem);
}

/** The words of a text, in small letters; those that say nothing are left out. */
export function wordsOf(text: string): string[] {
  const apart = text
    .normalize("NFKC")
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replace(/\b\p{L}+n['’]t\b/gu, " ")
    .replace(/(\p{L})['’](?:s|m|d|ve|ll|re)\b/gu, "$1");
  const runs = apart.toLowerCase().match(RUNS) ?? [];
  return runs
    .flatMap((run) => (UNSPACED.test(run) ? pairsOf(run) : [plain(run)]))
    .filter(isTelling);
}

/** Ten thousand programs are made of a few thousand words. */
const stems = new Map<string, string>();
const MOST_STEMS = 10_000;

function knownStem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const stem = stemOf(word);
  if (stems.size >= MOST_STEMS) stems.clear();
  stems.set(word, stem);
  return stem;
}

const UNSPACED_SCRIPTS =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー\\p{Script=Hangul}\\p{Script=Thai}" +
  "\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const UNSPACED = new RegExp(`^[${UNSPACED_SCRIPTS}]`, "u");
const RUNS = new RegExp(
  `[${UNSPACED_SCRIPTS}]+|(?:(?![${UNSPACED_SCRIPTS}])[\\p{L}\\p{N}\\p{M}])+`,
  "gu",
);

/** Longer ones are no words but data. */
const MOST_LENGTH = 64;

function pairsOf(run: string): string[] {
  const signs = [...run];
  if (signs.length < 2) return signs;
  return signs.slice(1).map((sign, index) => `${signs[index] ?? ""}${sign}`);
}

/** Without what stands over Latin letters: `résumé` is found as `resume`. */
function plain(word: string): string {
  return /[\u00c0-\u024f]/.test(word) ? word.normalize("NFD").replace(/\p{M}/gu, "") : word;
}

function isTelling(word: string): boolean {
  return word.length <= MOST_LENGTH && !SILENT.has(word);
}

/** Words that are in every sentence, and those that every request begins with. */
const SILENT: ReadonlySet<string> = new Set(
  (
    "a again also always am an and any anybody anyone anything are as at be because been " +
    "being both but by can cannot could did do does down each else ever every everybody " +
    "everyone everything except few for from get give given go goes going got has have he " +
    "her here herself him himself his how however i if in into is it its just let like lot " +
    "made may maybe me might more most must my myself need needs never no nobody none nor " +
    "not nothing now of off often on one only or other others otherwise our ourselves out " +
    "over per perhaps please quite rather really shall she should since so some somebody " +
    "someone something sometimes still such sure tell than that the their them themselves " +
    "then there these they thing things this those though through to too until up upon us " +
    "use used uses using very want wants was we were what whatever when where whether which " +
    "while who whom whose will with won would yes yet you your"
  ).split(" "),
);
