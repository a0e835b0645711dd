/** Words as they are compared: without regard to case, width, ligatures and accents. */
export interface Terms {
  /** In their order; of scripts without blanks between words, pairs of characters. */
  readonly words: readonly string[];
  /** Signs that are no words (`+`, 🙂), which tell apart what has nothing else. */
  readonly signs: readonly string[];
}

/** Scripts without blanks between words. */
const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
/** A run of characters of such a script; else of letters and digits; else one sign. */
const TERM = new RegExp(
  `[${UNSPACED}][${UNSPACED}\\p{M}ー]*|` +
    `[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]*(?:['’][\\p{L}\\p{N}\\p{M}]+)*|` +
    `[\\p{S}\\p{P}]`,
  "gu",
);
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
const STARTS_WORD = /^[\p{L}\p{N}]/u;
/** Accents of Latin, Greek and Cyrillic; those of other scripts are vowels, which stay. */
const ACCENTS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\u0300-\u036F]+/gu;

export function termsOf(text: string): Terms {
  const words: string[] = [];
  const signs: string[] = [];
  for (const [run] of folded(text).matchAll(TERM)) {
    if (STARTS_UNSPACED.test(run)) for (const pair of pairs(run)) words.push(pair);
    else if (!STARTS_WORD.test(run)) signs.push(run);
    else words.push(run.replaceAll("’", "'"));
  }
  return { words, signs };
}

const ASCII = /^[\0-\x7F]*$/;

function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // Upper case first: that makes ß and SS the same.
  const plain = text.normalize("NFKD").toUpperCase().toLowerCase();
  return plain.normalize("NFKD").replaceAll(ACCENTS, "").normalize("NFC");
}

function pairs(run: string): readonly string[] {
  const characters = Array.from(run);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}
