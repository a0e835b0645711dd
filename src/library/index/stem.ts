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

/** Suffixes by the measure that the stem before them must pass, with what takes their place. */
const LISTS: readonly { readonly above: number; readonly suffixes: readonly string[] }[] = [
  {
    above: 0,
    suffixes: (
      "ational:ate tional:tion enci:ence anci:ance izer:ize abli:able alli:al entli:ent eli:e " +
      "ousli:ous ization:ize isation:ise ation:ate ator:ate alism:al iveness:ive fulness:ful " +
      "ousness:ous aliti:al iviti:ive biliti:ble"
    ).split(" "),
  },
  { above: 0, suffixes: "icate:ic ative: alize:al iciti:ic ical:ic ful: ness:".split(" ") },
  {
    above: 1,
    suffixes: (
      "ement: ance: ence: able: ible: ment: ant: ent: sion:s tion:t ism: ate: iti: ous: ive: " +
      "ize: ise: al: er: ic: ou:"
    ).split(" "),
  },
];

function withoutSuffix(word: string, { above, suffixes }: (typeof LISTS)[number]): string {
  for (const each of suffixes) {
    const [suffix = "", by = ""] = each.split(":");
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, -suffix.length);
    return measure(stem + by) > above && measure(stem) > 0 ? stem + by : word;
  }
  return word;
}

function withoutE(word: string): string {
  const stem = word.slice(0, -1);
  if (word.endsWith("e") && (measure(stem) > 1 || (measure(stem) === 1 && !SHORT.test(stem))))
    return stem;
  return word.endsWith("ll") && measure(stem) > 1 ? stem : word;
}
