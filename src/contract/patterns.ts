import { MANY_STEPS, quickLength } from "./regex/cost.ts";
import { linearMatcher } from "./regex/linear.ts";
import { readRegex, type Piece } from "./regex/syntax.ts";
import { TooManySteps } from "./steps.ts";

/**
 * A user's regular expression under the `u` flag, or why it is none. Needless escapes (`\"`, `\@`)
 * and brackets that close nothing (`}`) are forgiven.
 */
export type PatternReading =
  | {
      readonly ok: true;
      readonly regex: RegExp;
      readonly forgiven: Forgiven | null;
      /**
       * Characters of the longest text with which `regex` itself is done at once, whatever the
       * text; Infinity for most patterns.
       */
      readonly longest: number;
      /**
       * Whether the pattern matches somewhere in the text. Time never grows faster than the text
       * times the pattern: where backtracking could, a matcher without it takes over. Throws
       * `TooManySteps` past a limit, which takes a text of millions of characters.
       */
      test(text: string): boolean;
    }
  /** `isRegex`: it is one, but can't be matched in any time that one could wait. */
  | { readonly ok: false; readonly isRegex: boolean; readonly reason: string };

export type Forgiven = "escape" | "bracket";

/**
 * JSON Schema patterns are ECMAScript with the `u` flag, which refuses an escape that escapes
 * nothing and a bracket that closes nothing. Schemas written for other validators are full of them,
 * and they have one meaning only, so they are read as it.
 */
export function readPattern(source: string): PatternReading {
  const strict = tryRegex(source);
  if (strict.ok) return readingOf(strict.regex, null);
  const { text, forgiven } = relaxed(source);
  const second = tryRegex(text);
  if (second.ok) return readingOf(second.regex, forgiven);
  return { ok: false, isRegex: false, reason: strict.reason + foreignSyntax(source) };
}

/** The patterns of one document, each read once. */
export class Patterns {
  readonly #known = new Map<string, PatternReading>();

  read(source: string): PatternReading {
    const known = this.#known.get(source) ?? readPattern(source);
    this.#known.set(source, known);
    return known;
  }
}

function readingOf(regex: RegExp, forgiven: Forgiven | null): PatternReading {
  const piece = /[*+?{]/.test(regex.source) ? readRegex(regex.source) : NOTHING;
  const longest = piece === null ? 0 : quickLength(piece);
  if (longest === Infinity)
    return { ok: true, regex, forgiven, longest, test: (text) => regex.test(text) };
  const linear = piece === null ? null : linearMatcher(piece);
  // What only the platform can match, it gets more time for.
  const most = linear === null && piece !== null ? quickLength(piece, MANY_STEPS) : longest;
  if (linear === null && most < LONG_ENOUGH) return { ok: false, isRegex: true, reason: TOO_SLOW };
  const test = (text: string): boolean => {
    if (text.length <= most) return regex.test(text);
    if (linear === null) throw new TooManySteps();
    return linear.test(text);
  };
  return { ok: true, regex, forgiven, longest, test };
}

/** What can't be repeated is matched at once. */
const NOTHING: Piece = { kind: "sequence", parts: [] };

/** Texts up to here must be matched, or the pattern is refused. */
const LONG_ENOUGH = 100;
const TOO_SLOW =
  "it could take exponential time to match, and it can't be matched in another way, for it " +
  "refers back to a group or repeats too much; write it without the reference, or with fewer " +
  "repetitions in one another";

function tryRegex(source: string): { ok: true; regex: RegExp } | { ok: false; reason: string } {
  try {
    return { ok: true, regex: new RegExp(source, "u") };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, reason: message.replace(/^Invalid regular expression:\s*/, "") };
  }
}

/**
 * Only punctuation that `u` refuses: letters and digits mean something else with a backslash, or
 * would once. A `{` before a number is left alone: `{,3}` is read in two ways.
 */
function relaxed(source: string): { text: string; forgiven: Forgiven } {
  let inClass = false;
  let isBracket = false;
  const plain = (bracket: string): string => {
    isBracket = true;
    return `\\${bracket}`;
  };
  const text = source.replace(TOKENS, (token: string) => {
    if (token.length > 1 && token.startsWith("{")) return token;
    if (token.startsWith("\\")) return withoutNeedlessEscape(token, inClass);
    if (inClass) {
      inClass = token !== "]";
      return token;
    }
    if (token === "[") {
      inClass = true;
      return token;
    }
    return plain(token);
  });
  return { text, forgiven: isBracket ? "bracket" : "escape" };
}

/** Escapes with what belongs to them, quantifiers, and brackets. */
const TOKENS = /\\[pPu]\{[^}]*\}|\\[\s\S]|\{\d+(?:,\d*)?\}|\{(?!,?\d)|[[\]}]/gu;

function withoutNeedlessEscape(token: string, inClass: boolean): string {
  const escaped = token.slice(1);
  const needless = /^(?:[^\w\s^$\\.*+?()[\]{}|/-]| |_)$/u.test(escaped);
  return needless || (escaped === "-" && !inClass) ? escaped : token;
}

function foreignSyntax(source: string): string {
  if (source.includes("(?P<")) return "; write a named group as (?<name>…)";
  if (/\\[AZz]/.test(source)) return "; write ^ and $ for the start and the end";
  if (/\(\?[aimsux]+\)/.test(source)) return "; inline flags are not supported";
  return "";
}
