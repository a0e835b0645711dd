import { afterComma, judgeClose, type Place } from "./follow.ts";
import { blankEnd, edit, isBlank, isCloser, isQuote, quotedKeyAt, type Cursor } from "./scan.ts";
import type { TextNode } from "./tree.ts";

/** Where a string ends. */
interface Ending {
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

/** Reads the string whose opening quote is at the cursor. */
export function readQuoted(cursor: Cursor, place: Place): TextNode {
  const start = cursor.at;
  const editFrom = cursor.edits.length;
  const char = cursor.text[start] ?? '"';
  const block = place === "key" || cursor.strict ? null : readBlock(cursor, char, editFrom);
  if (block) return block;
  const doubled = !cursor.strict && isDoubled(cursor, start, char);
  if (doubled) edit(cursor, "doubled-quote", start, start + 2, char);
  const open = doubled ? start + 1 : start;
  let ending = cursor.strict
    ? strictEnding(cursor, open)
    : (plainEnding(cursor, open, char, place) ?? findEnding(cursor, open, char, place, doubled));
  if (
    ending.inner === 1 &&
    ending.fault === null &&
    cursor.text[ending.stop - 1] === char &&
    ending.stop - 2 > open
  ) {
    edit(cursor, "stray-quote", ending.stop - 1, ending.stop, "");
    ending = { ...ending, stop: ending.stop - 1, inner: 0 };
  }
  if (char !== '"') edit(cursor, "other-quotes", start, start + 1, '"');
  if (ending.inner > 0)
    edit(
      cursor,
      isSure(cursor, open, ending) ? "inner-quote" : "guessed-quote",
      open + 1,
      ending.stop,
      `\\${char}`,
    );
  if (ending.fault && !cursor.partial) edit(cursor, ending.fault, ending.stop, ending.next, char);
  const text = decode(cursor, open + 1, ending.stop, ending.fault === "truncated");
  cursor.at = ending.next;
  const isOpen = ending.fault === "truncated";
  return {
    kind: "text",
    quoted: true,
    text,
    start,
    end: ending.next,
    editFrom,
    editTo: cursor.edits.length,
    open: isOpen,
  };
}

/**
 * Unescaped quotes are surely inside when no other place could end the string and the writer
 * escaped none of them.
 */
function isSure(cursor: Cursor, open: number, ending: Ending): boolean {
  if (ending.isGuess === true || ending.fault !== null) return false;
  const isEdge =
    cursor.text[ending.stop - 1] === cursor.text[open] ||
    cursor.text[open + 1] === cursor.text[open];
  if (ending.inner % 2 === 1 && isEdge) return false;
  return !/\\["']/.test(cursor.text.slice(open + 1, ending.stop));
}

/** `""word`: the quotes of the whole answer were doubled. */
function isDoubled(cursor: Cursor, start: number, char: string): boolean {
  if (cursor.text[start + 1] !== char) return false;
  const next = cursor.text[start + 2];
  if (next === undefined || start + 2 >= cursor.end) return false;
  if (/[\p{L}\p{N}_]/u.test(next)) return !isWordInQuotes(cursor, start + 2, char);
  return next === " " && /^ [\p{L}\p{N}_]+"\s*:/u.test(cursor.text.slice(start + 2, start + 80));
}

/** `""word" and more"`: one pair of quotes stands at the start of the string. */
function isWordInQuotes(cursor: Cursor, from: number, char: string): boolean {
  const close = cursor.text.slice(from, Math.min(cursor.end, from + 80)).indexOf(char);
  const behind = cursor.text[from + close + 1];
  return (
    close > 0 &&
    behind !== undefined &&
    isBlank(behind.charCodeAt(0)) &&
    /[\p{L}\p{N}]/u.test(cursor.text[blankEnd(cursor, from + close + 1)] ?? "")
  );
}

/** The ordinary case: the next quote closes, and nothing before it needs a second look. */
function plainEnding(cursor: Cursor, open: number, char: string, place: Place): Ending | null {
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

function closersOf(char: string): string {
  if (char === '"' || char === "'") return char;
  if (char === "`" || char === "´") return "`´";
  return "“”„‟".includes(char) ? '“”‟"' : "‘’‛'";
}

/**
 * Looks at every quote that could close, in order, and takes the first that does. Linear: one pass,
 * bounded looks around.
 */
function findEnding(
  cursor: Cursor,
  open: number,
  char: string,
  place: Place,
  doubled: boolean,
): Ending {
  const { text, end } = cursor;
  const closers = closersOf(char);
  const kind = `${place}${char}`;
  const isVain = (cursor.vain.get(kind) ?? Number.POSITIVE_INFINITY) <= open;
  let weak = -1;
  let inner = 0;
  let isGuess = false;
  const braces = { at: open + 1, depth: 0 };
  for (let at = open + 1; at < end; at++) {
    const here = text[at] ?? "";
    const code = text.charCodeAt(at);
    if ((code > 96 && code < 123) || code === 32 || (code > 64 && code < 91)) continue;
    if (isVain && (weak >= 0 || at > open + VAIN_REACH)) break;
    if (here === "\\") at++;
    else if (closers.includes(here)) {
      const after = doubled && text[at + 1] === here ? at + 2 : at + 1;
      const isKeyEnd = place === "key" && text[blankEnd(cursor, after)] === ":";
      const split =
        !isKeyEnd && (inner === 0 || place !== "item")
          ? splitBefore(cursor, open, at, place, inner)
          : -1;
      const verdict = split >= 0 ? "no" : judgeClose(cursor, after, place);
      if (split >= 0 && weak >= 0 && inner === 1)
        return { stop: weak, next: weak + 1, fault: null, inner: 0 };
      if (split >= 0) {
        const stop = beforeCloser(cursor, open, split, at);
        return { stop, next: stop, fault: "missing-quote", inner };
      }
      if (
        verdict === "yes" ||
        (verdict === "root" && (inner === 0 || balance(text, braces, at) <= 0))
      )
        return { stop: at, next: after, fault: null, inner, isGuess };
      isGuess ||= verdict !== "no";
      if (verdict === "weak" && weak < 0 && inner === 0) weak = at;
      inner++;
      if (verdict === "weak" && place !== "key" && inner === 1 && bareWordThenEnd(cursor, at + 1))
        return { stop: at, next: after, fault: null, inner: 0 };
    }
  }
  cursor.vain.set(kind, open);
  if (weak >= 0) return { stop: weak, next: weak + 1, fault: null, inner: 0 };
  return endless(cursor, open, place, inner);
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

function bareWordThenEnd(cursor: Cursor, at: number): boolean {
  return /^\s+(?:[^"\n,\]}]{1,60}[\]}]|[\p{L}\p{N}_]+"\s*[\],])/u.test(
    cursor.text.slice(at, Math.min(cursor.end, at + 80)),
  );
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

/**
 * `"""`, `'''` and triple backticks: text as it stands, with the indentation they share taken away.
 */
function readBlock(cursor: Cursor, char: string, editFrom: number): TextNode | null {
  const start = cursor.at;
  if (cursor.text[start + 1] !== char || cursor.text[start + 2] !== char || !"\"'`".includes(char))
    return null;
  const fence = char.repeat(3);
  let close = cursor.text.indexOf(fence, start + 3);
  while (
    close >= 0 &&
    judgeClose(cursor, close + 3, cursor.stack.at(-1) === "{" ? "value" : "item") === "no"
  ) {
    close = cursor.text.indexOf(fence, close + 1);
  }
  const isOpen = close < 0 || close >= cursor.end;
  if (isOpen && (char !== "`" || cursor.text.indexOf("\n", start) < 0)) {
    if (!cursor.partial) return null;
  }
  const stop = isOpen ? cursor.end : close;
  cursor.at = isOpen ? cursor.end : close + 3;
  const isGuess = cursor.text.slice(start + 3, stop).includes(fence);
  edit(
    cursor,
    isOpen && !cursor.partial ? "truncated" : isGuess ? "guessed-quote" : "code-block",
    start,
    cursor.at,
    "",
  );
  const body =
    char === "`"
      ? cursor.text.slice(start + 3, stop).replace(/^[\w+-]*[ \t]*(?=\n)/, "")
      : cursor.text.slice(start + 3, stop);
  const text = body.includes("\n") ? dedent(body).trim() : body;
  return {
    kind: "text",
    quoted: true,
    text,
    start,
    end: cursor.at,
    editFrom,
    editTo: cursor.edits.length,
    open: isOpen,
  };
}

export function dedent(text: string): string {
  const lines = text.split("\n");
  let margin = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const indent = line.search(/\S/);
    if (indent >= 0) margin = Math.min(margin, indent);
  }
  if (!Number.isFinite(margin)) margin = 0;
  return lines.map((line) => (line.trim() === "" ? "" : line.slice(margin))).join("\n");
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  '"': '"',
  "\\": "\\",
  "/": "/",
};

/**
 * The content of a string, escapes resolved. A raw line end at the very end belongs to the layout
 * and is dropped.
 */
function decode(cursor: Cursor, from: number, stop: number, isCut: boolean): string {
  const { text } = cursor;
  let out = "";
  let done = from;
  let hasRaw = false;
  for (let at = from; at < stop; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) {
      out += text.slice(done, at);
      const [piece, length] = unescape(cursor, at, stop);
      out += piece;
      at += length - 1;
      done = at + 1;
    } else if (code < 32) hasRaw = true;
  }
  out += text.slice(done, stop);
  if (hasRaw) {
    edit(cursor, "raw-newline", from, stop, "\\n");
    if (!isCut && /[\n\r]\s*$/.test(text.slice(Math.max(from, stop - 80), stop)))
      out = out.trimEnd();
  }
  return out.isWellFormed() ? out : repairSurrogates(cursor, out, from, stop);
}

function repairSurrogates(cursor: Cursor, out: string, from: number, stop: number): string {
  edit(cursor, "lone-surrogate", from, stop, "\ufffd");
  return out.toWellFormed();
}

/** One escape at `at`: what it stands for and how long it is. */
function unescape(cursor: Cursor, at: number, stop: number): readonly [string, number] {
  const char = cursor.text[at + 1];
  if (char === undefined || at + 1 >= stop) {
    if (!cursor.partial) edit(cursor, "truncated", at, at + 1, "");
    return ["", 1];
  }
  const plain = ESCAPES[char];
  if (plain !== undefined) return [plain, 2];
  if (char === "u") return unicodeEscape(cursor, at, stop);
  if (char === "\n") {
    edit(cursor, "escape", at, at + 2, "");
    return ["", 2];
  }
  const keeps = /[\p{L}\p{N}\s([{.*+?^$|)\]}-]/u.test(char);
  edit(cursor, "escape", at, at + 2, keeps ? `\\\\${char}` : char);
  return [keeps ? `\\${char}` : char, 2];
}

function unicodeEscape(cursor: Cursor, at: number, stop: number): readonly [string, number] {
  const digits =
    /^[0-9a-fA-F]{0,4}/.exec(cursor.text.slice(at + 2, Math.min(stop, at + 6)))?.[0] ?? "";
  if (digits.length === 4) return [String.fromCharCode(Number.parseInt(digits, 16)), 6];
  if (
    at + 2 + digits.length >= stop &&
    blankEnd(cursor, stop) >= cursor.end &&
    cursor.text[stop] !== '"'
  ) {
    if (!cursor.partial) edit(cursor, "truncated", at, stop, "");
    return ["", 2 + digits.length];
  }
  const next = cursor.text[at + 2] ?? "";
  // An escape was meant, and a character of it is gone: what it stood for can't be known.
  if (/[0-9A-Z]/.test(next)) edit(cursor, "broken-escape", at, at + 2 + digits.length, "");
  else edit(cursor, "escape", at, at + 2, "\\\\u");
  return ["\\u", 2];
}
