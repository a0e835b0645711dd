import { isBlank } from "./scan.ts";
import type { ParseEdit } from "./tree.ts";

/** A text with its marks as JSON has them, each in its old place. */
export interface Marked {
  readonly text: string;
  readonly edits: readonly ParseEdit[];
}

const MARKS: Readonly<Record<string, string>> = {
  "，": ",",
  "、": ",",
  "､": ",",
  "；": ";",
  "：": ":",
  "｛": "{",
  "｝": "}",
  "［": "[",
  "］": "]",
};
/** By opening quote: the closing one. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "“": "”",
  "„": "“",
  "‘": "’",
  "「": "」",
  "『": "』",
  "«": "»",
  "＂": "＂",
};
/** A text in such quotes holds none of its own. */
const NESTS_NEVER = "」』＂";
/** The tolerant parser knows the other ones. */
const FOREIGN = "「『«＂";
const ANY = /[，、､；：｛｝［］「『«＂]/;
const OPENERS = /[{[｛［]/;
/** Longer than this is no key or literal. In UTF-16 units. */
const MAX_WORD = 60;

/**
 * Punctuation and quotes of other scripts as JSON has them, where they stand between values: in
 * brackets, behind a string, a number, a literal or a bracket. Within strings and words they are
 * text. Null where there are none.
 */
export function withPlainMarks(text: string, { partial = false } = {}): Marked | null {
  if (!ANY.test(text)) return null;
  const marking: Marking = { text, chars: text.split(""), edits: [] };
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    const plain = MARKS[char] ?? char;
    if (OPENERS.test(char) && (depth > 0 || opensFirst(text, at))) depth++;
    if (depth === 0) continue;
    if (QUOTES[char] !== undefined && opensHere(marking.chars, at)) {
      const close = putQuotes(marking, at, QUOTES[char]);
      if (close < 0) {
        // What the end of an answer under way cuts off is read as it stands.
        if (partial) break;
        return null;
      }
      at = close;
    } else if (plain !== char && counts(marking.chars, at, plain)) put(marking, at, plain);
    if (plain === "}" || plain === "]") depth--;
  }
  const { chars, edits } = marking;
  return edits.length > 0 ? { text: chars.join(""), edits } : null;
}

/** Whether a mark is one of JSON here: a bracket is, others where they part something. */
function counts(chars: readonly string[], at: number, plain: string): boolean {
  return !",:;".includes(plain) || separates(chars, at, plain);
}

/** Replacing under way. */
interface Marking {
  readonly text: string;
  readonly chars: string[];
  readonly edits: ParseEdit[];
}

function put({ chars, edits }: Marking, at: number, char: string): void {
  chars[at] = char;
  edits.push({ rule: "other-punctuation", from: at, to: at + 1, after: char });
}

/** Where the string that begins at `at` ends, its quotes replaced; -1 where it has no end. */
function putQuotes(marking: Marking, at: number, closer: string): number {
  const { text } = marking;
  const close = closeOf(text, at, closer);
  const isForeign = FOREIGN.includes(text[at] ?? "");
  if (close >= 0 && isForeign && !/["\\\n]/.test(text.slice(at + 1, close))) {
    put(marking, at, '"');
    put(marking, close, '"');
  }
  return close;
}

/** Whether a bracket with none around it is one of data: another script's, or no link's. */
function opensFirst(text: string, at: number): boolean {
  return MARKS[text[at] ?? ""] !== undefined || !isLink(text, at);
}

/** `[text](url)` in prose opens nothing. */
function isLink(text: string, at: number): boolean {
  return text[at] === "[" && /^\[[^\]\n]{0,200}\]\(/.test(text.slice(at, at + 204));
}

/** A quote opens a string where a key or a value may stand. */
function opensHere(chars: readonly string[], at: number): boolean {
  return "{[,:;=（(".includes(before(chars, at));
}

function before(chars: readonly string[], at: number): string {
  let last = at - 1;
  while (last >= 0 && isBlank((chars[last] ?? "").charCodeAt(0))) last--;
  return chars[last] ?? "{";
}

/** The closing quote, which something that separates stands behind; -1 where there is none. */
function closeOf(text: string, open: number, closer: string): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === closer || (closer === "”" && text[at] === "“")) {
      const next = /\S/.exec(text.slice(at + 1, at + 200))?.[0] ?? "}";
      if (/[,:;}\]，、､；：｝］=+/#`「『«“„"]/.test(next)) return at;
      if (closer === '"' || NESTS_NEVER.includes(closer) || !/[\p{L}\p{N}\s\p{P}]/u.test(next))
        return -1;
    }
  }
  return -1;
}

/** Behind what is whole a mark separates; behind a word it may be part of a text. */
function separates(chars: readonly string[], at: number, mark: string): boolean {
  const last = before(chars, at);
  if (/["'”“’`}\]]/.test(last)) return true;
  const word = chars.slice(Math.max(0, at - MAX_WORD), at).join("");
  if (mark === ":") return /[{,]\s*[\p{L}_][\p{L}\p{N}_]*\s*$/u.test(word);
  return /[[,:{]\s*(?:-?[\d０-９]+(?:[.．][\d０-９]+)?(?:e[+-]?\d+)?|true|false|null|none|undefined)\s*$/i.test(
    word,
  );
}
