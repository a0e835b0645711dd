import { afterComma, judgeClose, type Place } from "./follow.ts";
import {
  blankEnd,
  closersOf,
  isBlank,
  isCloser,
  isQuote,
  quotedKeyAt,
  type Cursor,
} from "./scan.ts";

/** Where a string ends. */
export interface Ending {
  /** The content is the text up to here. */
  readonly stop: number;
  /** Reading goes on here. */
  readonly next: number;
  readonly fault: "missing-quote" | "truncated" | null;
  /** How many unescaped quotes the content holds. */
  readonly inner: number;
  /** Another of the quotes could have closed it as well. */
  readonly isGuess?: boolean;
}

/**
 * How far a string is followed once another of its kind was followed to the end in vain: keeps the
 * whole linear.
 */
const VAIN_REACH = 2000;

/** Where the string ends that a quote opens. */
export function endingOf(cursor: Cursor, opening: Opening): Ending {
  if (cursor.strict) return strictEnding(cursor, opening.open);
  return plainEnding(cursor, opening) ?? findEnding(cursor, opening);
}

/** The ordinary case: the next quote closes, and nothing before it needs a second look. */
function plainEnding(cursor: Cursor, { open, char, place }: Opening): Ending | null {
  if (char !== '"') return null;
  const close = cursor.text.indexOf('"', open + 1);
  if (close < 0 || close >= cursor.end || cursor.text[close - 1] === "\\") return null;
  const next = cursor.text[close + 1];
  if (place === "key" ? next !== ":" : !(next === "," || next === "}" || next === "]")) return null;
  if (next !== ":" && judgeClose(cursor, close + 1, place) !== "yes") return null;
  return { stop: close, next: close + 1, fault: null, inner: 0 };
}

/** The first unescaped quote. */
function strictEnding(cursor: Cursor, open: number): Ending {
  let close = cursor.text.indexOf('"', open + 1);
  while (close >= 0 && close < cursor.end && isEscaped(cursor.text, close))
    close = cursor.text.indexOf('"', close + 1);
  if (close < 0 || close >= cursor.end)
    return { stop: cursor.end, next: cursor.end, fault: "truncated", inner: 0 };
  return { stop: close, next: close + 1, fault: null, inner: 0 };
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === 92) first--;
  return (at - first) % 2 === 1;
}

/** What may stand behind a value, in the punctuation of any script. */
const DELIMITER = /^\s*[,:;}\])，、：；｝］]/;

/** The opening quote of a string, and where it stands. */
export interface Opening {
  readonly open: number;
  readonly char: string;
  readonly place: Place;
  /** Its quotes are doubled. */
  readonly isDoubled: boolean;
}

/** A search for the quote that closes a string. */
interface Search extends Opening {
  readonly cursor: Cursor;
  /** The first quote that may have closed it. */
  weak: number;
  /** The unescaped quotes that were passed over. */
  inner: number;
  isGuess: boolean;
  readonly braces: { at: number; depth: number };
}

/**
 * Looks at every quote that could close, in order, and takes the first that does. Linear: one pass,
 * bounded looks around.
 */
function findEnding(cursor: Cursor, opening: Opening): Ending {
  const { text, end, vain } = cursor;
  const { open, char, place } = opening;
  const closers = closersOf(char);
  const kind = `${place}${char}`;
  const isVain = (vain.get(kind) ?? Number.POSITIVE_INFINITY) <= open;
  const braces = { at: open + 1, depth: 0 };
  const search: Search = { ...opening, cursor, weak: -1, inner: 0, isGuess: false, braces };
  for (let at = open + 1; at < end; at++) {
    if (isLetterOrSpace(text.charCodeAt(at))) continue;
    if (isVain && (search.weak >= 0 || at > open + VAIN_REACH)) break;
    const here = text[at] ?? "";
    if (here === "\\") at++;
    else if (closers.includes(here)) {
      const ending = endingAt(search, at);
      if (ending) return ending;
    }
  }
  vain.set(kind, open);
  return search.weak >= 0 ? closedAt(search.weak) : endless(cursor, open, place, search.inner);
}

function isLetterOrSpace(code: number): boolean {
  return (code > 96 && code < 123) || code === 32 || (code > 64 && code < 91);
}

function closedAt(at: number): Ending {
  return { stop: at, next: at + 1, fault: null, inner: 0 };
}

/** The end of the string, where the quote at `at` shows it. */
function endingAt(search: Search, at: number): Ending | null {
  const { cursor, char, isDoubled } = search;
  const { text } = cursor;
  const here = text[at];
  if (char === "`" && here === "'" && !closesBacktick(cursor, at)) {
    search.isGuess ||= DELIMITER.test(text.slice(at + 1, at + 20));
    return null;
  }
  const after = isDoubled && text[at + 1] === here ? at + 2 : at + 1;
  return endingBefore(search, at, after) ?? endingHere(search, at, after);
}

/** The quote opens the next string: this one lacks its own. */
function endingBefore(search: Search, at: number, after: number): Ending | null {
  const { cursor, open, place, inner, weak } = search;
  const isKeyEnd = place === "key" && cursor.text[blankEnd(cursor, after)] === ":";
  if (isKeyEnd || (inner > 0 && place === "item")) return null;
  const split = splitBefore(cursor, open, at, place, inner);
  if (split < 0) return null;
  if (weak >= 0 && inner === 1) return closedAt(weak);
  const stop = beforeCloser(cursor, open, split, at);
  return { stop, next: stop, fault: "missing-quote", inner };
}

/** The quote closes the string, by what stands behind it; else it is one more within. */
function endingHere(search: Search, at: number, after: number): Ending | null {
  const { cursor, char, place, inner, braces } = search;
  const { text } = cursor;
  const verdict = judgeClose(cursor, after, place);
  // In an answer under way the last quote may as well open what comes next.
  if (cursor.partial && search.weak >= 0 && blankEnd(cursor, after) >= cursor.end)
    return closedAt(search.weak);
  const isRoot = verdict === "root" && (inner === 0 || balance(text, braces, at) <= 0);
  if (verdict === "yes" || isRoot)
    return { stop: at, next: after, fault: null, inner, isGuess: search.isGuess };
  const isDelimited = char === "`" && DELIMITER.test(text.slice(at + 1, at + 20));
  search.isGuess ||= verdict !== "no" || isDelimited;
  if (verdict === "weak" && search.weak < 0 && inner === 0) search.weak = at;
  search.inner++;
  const isWord = verdict === "weak" && place !== "key" && inner === 0;
  return isWord && bareWordThenEnd(cursor, at + 1, char)
    ? { stop: at, next: after, fault: null, inner: 0 }
    : null;
}

/**
 * `` `word' ``: an apostrophe closes what a backtick opened, where no backtick that could close it
 * comes behind.
 */
function closesBacktick(cursor: Cursor, at: number): boolean {
  const ahead = cursor.text.slice(at + 1, Math.min(cursor.end, at + 1 + VAIN_REACH));
  if (!/^\s*(?:[,:;}\])]|$)/.test(ahead)) return false;
  const next = ahead.search(/[`´]/);
  return next < 0 || /(?:^|[,;:{[(])\s*$/.test(ahead.slice(0, next));
}

/** Braces opened less braces closed between the last call and `to`. */
function balance(text: string, braces: { at: number; depth: number }, to: number): number {
  for (; braces.at < to; braces.at++) {
    const code = text.charCodeAt(braces.at);
    if (code === 123) braces.depth++;
    else if (code === 125) braces.depth--;
  }
  return braces.depth;
}

/**
 * An apostrophe that words and another one follow stands for a letter, or for whose something is.
 */
function bareWordThenEnd(cursor: Cursor, at: number, char: string): boolean {
  const ahead = cursor.text.slice(at, Math.min(cursor.end, at + 80));
  return char === '"'
    ? /^\s+(?:[^"\n,\]}]{1,60}[\]}]|[\p{L}\p{N}_]+"\s*[\],])/u.test(ahead)
    : /^\s+[^"'’`\n,\]}]{1,60}[\]}]/u.test(ahead);
}

/**
 * The quote at `at` opens the next string when this one's closing quote is missing: then this one
 * ended before the comma, colon or line end that stands in front of it. Returns that place, or -1.
 */
function splitBefore(
  cursor: Cursor,
  open: number,
  at: number,
  place: Place,
  inner: number,
): number {
  const last = backOverBlank(cursor, at - 1, open);
  const before = cursor.text[last];
  if (last <= open) return -1;
  if (place === "key") return inner === 0 ? colonBefore(cursor, open, last) : -1;
  if (before === ",") {
    if (place === "value")
      return quotedKeyAt(cursor, at) ? backOverBlank(cursor, last - 1, open) + 1 : -1;
    if (place === "item")
      return opensItem(cursor, at) ? backOverBlank(cursor, last - 1, open) + 1 : -1;
  }
  if (place === "value" && before === ":") return splitBeforeKey(cursor, open, last);
  if (
    place === "value" &&
    quotedKeyAt(cursor, at) &&
    cursor.text.slice(last + 1, at).includes("\n")
  )
    return last + 1;
  return -1;
}

/**
 * `["two], "key":`: the bracket closes the list that the string is in, when it was not opened in
 * the string.
 */
function beforeCloser(cursor: Cursor, open: number, stop: number, at: number): number {
  const [opener, closer] = cursor.stack.at(-1) === "[" ? ["[", "]"] : ["{", "}"];
  if (cursor.stack.at(-2) !== "{" || cursor.text[stop - 1] !== closer || !quotedKeyAt(cursor, at))
    return stop;
  return cursor.text.slice(open, stop).includes(opener)
    ? stop
    : backOverBlank(cursor, stop - 2, open) + 1;
}

/** `"key:"value"` and `"key:{"a"`: the colon that ends the key, or -1. */
function colonBefore(cursor: Cursor, open: number, last: number): number {
  if (cursor.text[last] === ":") return last;
  const found = /^[\p{L}\p{N}_$ -]{1,60}(?=:\s*[{[]+$)/u.exec(
    cursor.text.slice(open + 1, Math.min(last + 1, open + 80)),
  );
  return found ? open + 1 + found[0].length : -1;
}

/**
 * In a list, a quote behind a comma that is followed by text and not by a delimiter opens an item.
 */
function opensItem(cursor: Cursor, at: number): boolean {
  const next = cursor.text[at + 1];
  if (next === undefined || at + 1 >= cursor.end) return false;
  return !isBlank(next.charCodeAt(0)) && next !== "," && !isCloser(next) && !isQuote(next);
}

/** `first, b: "`: the key before this colon belongs to the next member. */
function splitBeforeKey(cursor: Cursor, open: number, colon: number): number {
  const from = Math.max(open + 1, colon - 100);
  const found = /,\s*["'“]?[\p{L}_$][\p{L}\p{N}_$-]*["'”]?\s*$/u.exec(
    cursor.text.slice(from, colon),
  );
  return found ? backOverBlank(cursor, from + found.index - 1, open) + 1 : -1;
}

function backOverBlank(cursor: Cursor, from: number, floor: number): number {
  let at = from;
  while (at > floor) {
    if (isBlank(cursor.text.charCodeAt(at))) at--;
    else if (cursor.text[at] === "/" && cursor.text[at - 1] === "*") {
      const opened = cursor.text.slice(Math.max(floor, at - 160), at - 1).lastIndexOf("/*");
      if (opened < 0) break;
      at = Math.max(floor, at - 160) + opened - 1;
    } else break;
  }
  return at;
}

/** No quote closes this string: it was cut off, or its closing quote was forgotten. */
function endless(cursor: Cursor, open: number, place: Place, inner: number): Ending {
  let last = backOverBlank(cursor, cursor.end - 1, open);
  const hasFence = cursor.text[last] === "`";
  while (last > open && cursor.text[last] === "`") last--;
  last = backOverBlank(cursor, last, open);
  const char = cursor.text[last] ?? "";
  const cut: Ending = {
    stop: hasFence ? last + 1 : cursor.end,
    next: cursor.end,
    fault: "truncated",
    inner,
  };
  if (place === "top")
    return char === "+" ? { ...cut, stop: backOverBlank(cursor, last - 1, open) + 1 } : cut;
  if (inner > 0 && isCloser(char)) return beforeClosers(cursor, open, last, inner);
  if (isCloser(char) || char === "," || place === "key") {
    const stop = firstDelimiter(cursor, open, place);
    if (stop >= 0) return { stop, next: stop, fault: "missing-quote", inner: 0 };
  }
  const key = /,\s*["'`“][\p{L}_$][\p{L}\p{N}_$-]*["'`”]?\s*:/u.exec(
    cursor.text.slice(open + 1, Math.min(cursor.end, open + 4000)),
  );
  if (key && place === "value") {
    const stop = open + 1 + key.index;
    return { stop, next: stop, fault: "missing-quote", inner: 0 };
  }
  return cut;
}

/**
 * The text ends in brackets that close what is open around the string: the string ends before them.
 */
function beforeClosers(cursor: Cursor, open: number, last: number, inner: number): Ending {
  let stop = last + 1;
  let level = 0;
  while (stop > open + 1 && level < cursor.stack.length && isCloser(cursor.text[stop - 1])) {
    const opener = cursor.text[stop - 1] === "}" ? "{" : cursor.text[stop - 1] === "]" ? "[" : "(";
    if (cursor.stack[level] !== opener) break;
    level++;
    stop = backOverBlank(cursor, stop - 2, open) + 1;
  }
  return { stop, next: stop, fault: "missing-quote", inner };
}

function firstDelimiter(cursor: Cursor, open: number, place: Place): number {
  const stops = place === "key" ? /[:,}\n]/ : /[,}\]\n]/;
  const limit = Math.min(cursor.end, open + 4000);
  for (let at = open + 1; at < limit; at++) {
    const char = cursor.text[at] ?? "";
    if (!stops.test(char)) continue;
    if (
      char === "," &&
      place === "value" &&
      afterComma(cursor, at + 1, cursor.stack.length - 1) !== "yes"
    )
      continue;
    return backOverBlank(cursor, at - 1, open) + 1;
  }
  return -1;
}
