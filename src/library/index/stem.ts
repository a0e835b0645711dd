/**
 * The stem of an English word by Porter's rules of 1980: `classified` and `classifies` have one.
 * Any other text stays as it is.
 */
export function stemOf(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  const plural = word
    .replace(/sses$/, "ss")
    .replace(/ies$/, "i")
    .replace(/([^s])s$/, "$1");
  const tense = withoutTense(plural);
  const ended = tense.replace(Y_AFTER_VOWEL, "$1i");
  return withoutE(LISTS.reduce(withoutSuffix, ended));
}

const CONSONANT = "(?:[^aeiouy]|(?<=[aeiou])y|^y)";
const VOWEL = "(?:[aeiou]|(?<![aeiou]|^)y)";
const Y_AFTER_VOWEL = new RegExp(`^(.*${VOWEL}.*)y$`);
const TENSE = new RegExp(`^(.*${VOWEL}.*)(?:ed|ing)$`);
/** It ends like `hop`. */
const SHORT = new RegExp(`${CONSONANT}${VOWEL}[^aeiouywx]$`);
/** So many times a vowel before a consonant: the measure of a stem. */
const MEASURE = new RegExp(`${VOWEL}+${CONSONANT}+`, "g");

function measure(stem: string): number {
  return stem.match(MEASURE)?.length ?? 0;
}

function withoutTense(word: string): string {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const [, stem] = TENSE.exec(word) ?? [];
  if (stem === undefined) return word;
  if (/(?:at|bl|i[sz])$/.test(stem)) return `${stem}e`;
  if (/([^aeiouylsz])\1$/.test(stem)) return stem.slice(0, -1);
  return measure(stem) === 1 && SHORT.test(stem) ? `${stem}e` : stem;
}

/** Suffixes with what takes their place, by the measure that the stem must pass. */
const LISTS: readonly SuffixList[] = [
  listOf(
    0,
    "ational:ate tional:tion enci:ence anci:ance izer:ize abli:able alli:al entli:ent eli:e " +
      "ousli:ous ization:ize isation:ise ation:ate ator:ate alism:al iveness:ive fulness:ful " +
      "ousness:ous aliti:al iviti:ive biliti:ble",
  ),
  listOf(0, "icate:ic ative: alize:al iciti:ic ical:ic ful: ness:"),
  listOf(
    1,
    "ement: ance: ence: able: ible: ment: ant: ent: sion:s tion:t ism: ate: iti: ous: ive: " +
      "ize: ise: al: er: ic: ou:",
  ),
];

interface SuffixList {
  readonly above: number;
  /** A stem, and the first of the suffixes that ends it. */
  readonly pattern: RegExp;
  readonly replaced: ReadonlyMap<string, string>;
}

function listOf(above: number, written: string): SuffixList {
  const replaced = new Map(
    written
      .split(" ")
      .map((each) => each.split(":"))
      .map(([from = "", to = ""]) => [from, to]),
  );
  return { above, pattern: new RegExp(`^(.+?)(${[...replaced.keys()].join("|")})$`), replaced };
}

function withoutSuffix(word: string, { above, pattern, replaced }: SuffixList): string {
  const [, stem, suffix = ""] = pattern.exec(word) ?? [];
  if (stem === undefined) return word;
  const by = replaced.get(suffix) ?? "";
  return measure(stem + by) > above && measure(stem) > 0 ? stem + by : word;
}

function withoutE(word: string): string {
  const stem = word.slice(0, -1);
  if (word.endsWith("e") && (measure(stem) > 1 || (measure(stem) === 1 && !SHORT.test(stem))))
    return stem;
  return word.endsWith("ll") && measure(stem) > 1 ? stem : word;
}
