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
export function readQuoted(c: Cursor, place: Place): TextNode {
  const start = c.at;
  const editFrom = c.edits.length;
  const char = c.text[start] ?? '"';
  const block = place === "key" || c.strict ? null : readBlock(c, char, editFrom);
  if (block) return block;
  const doubled = !c.strict && isDoubled(c, start, char);
  if (doubled) edit(c, "doubled-quote", start, start + 2, char);
  const open = doubled ? start + 1 : start;
  let ending = c.strict
    ? strictEnding(c, open)
    : (plainEnding(c, open, char, place) ?? findEnding(c, open, char, place, doubled));
  if (
    ending.inner === 1 &&
    ending.fault === null &&
    c.text[ending.stop - 1] === char &&
    ending.stop - 2 > open
  ) {
    edit(c, "stray-quote", ending.stop - 1, ending.stop, "");
    ending = { ...ending, stop: ending.stop - 1, inner: 0 };
  }
  if (char !== '"') edit(c, "other-quotes", start, start + 1, '"');
  if (ending.inner > 0)
    edit(
      c,
      isSure(c, open, ending) ? "inner-quote" : "guessed-quote",
      open + 1,
      ending.stop,
      `\\${char}`,
    );
  if (ending.fault && !c.partial) edit(c, ending.fault, ending.stop, ending.next, char);
  const text = decode(c, open + 1, ending.stop, ending.fault === "truncated");
  c.at = ending.next;
  const isOpen = ending.fault === "truncated";
  return {
    kind: "text",
    quoted: true,
    text,
    start,
    end: ending.next,
    editFrom,
    editTo: c.edits.length,
    open: isOpen,
  };
}

/**
 * Unescaped quotes are surely inside when no other place could end the string and the writer
 * escaped none of them.
 */
function isSure(c: Cursor, open: number, ending: Ending): boolean {
  if (ending.isGuess === true || ending.fault !== null) return false;
  const isEdge = c.text[ending.stop - 1] === c.text[open] || c.text[open + 1] === c.text[open];
  if (ending.inner % 2 === 1 && isEdge) return false;
  return !/\\["']/.test(c.text.slice(open + 1, ending.stop));
}

/** `""word`: the quotes of the whole answer were doubled. */
function isDoubled(c: Cursor, start: number, char: string): boolean {
  if (c.text[start + 1] !== char) return false;
  const next = c.text[start + 2];
  if (next === undefined || start + 2 >= c.end) return false;
  if (/[\p{L}\p{N}_]/u.test(next)) return !isWordInQuotes(c, start + 2, char);
  return next === " " && /^ [\p{L}\p{N}_]+"\s*:/u.test(c.text.slice(start + 2, start + 80));
}

/** `""word" and more"`: one pair of quotes stands at the start of the string. */
function isWordInQuotes(c: Cursor, from: number, char: string): boolean {
  const close = c.text.slice(from, Math.min(c.end, from + 80)).indexOf(char);
  const behind = c.text[from + close + 1];
  return (
    close > 0 &&
    behind !== undefined &&
    isBlank(behind.charCodeAt(0)) &&
    /[\p{L}\p{N}]/u.test(c.text[blankEnd(c, from + close + 1)] ?? "")
  );
}

/** The ordinary case: the next quote closes, and nothing before it needs a second look. */
function plainEnding(c: Cursor, open: number, char: string, place: Place): Ending | null {
  if (char !== '"') return null;
  const close = c.text.indexOf('"', open + 1);
  if (close < 0 || close >= c.end || c.text[close - 1] === "\\") return null;
  const next = c.text[close + 1];
  if (place === "key" ? next !== ":" : !(next === "," || next === "}" || next === "]")) return null;
  if (next !== ":" && judgeClose(c, close + 1, place) !== "yes") return null;
  return { stop: close, next: close + 1, fault: null, inner: 0 };
}

/** The first unescaped quote. */
function strictEnding(c: Cursor, open: number): Ending {
  let close = c.text.indexOf('"', open + 1);
  while (close >= 0 && close < c.end && isEscaped(c.text, close))
    close = c.text.indexOf('"', close + 1);
  if (close < 0 || close >= c.end)
    return { stop: c.end, next: c.end, fault: "truncated", inner: 0 };
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
function findEnding(c: Cursor, open: number, char: string, place: Place, doubled: boolean): Ending {
  const { text, end } = c;
  const closers = closersOf(char);
  const kind = `${place}${char}`;
  const isVain = (c.vain.get(kind) ?? Number.POSITIVE_INFINITY) <= open;
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
      const isKeyEnd = place === "key" && text[blankEnd(c, after)] === ":";
      const split =
        !isKeyEnd && (inner === 0 || place !== "item")
          ? splitBefore(c, open, at, place, inner)
          : -1;
      const verdict = split >= 0 ? "no" : judgeClose(c, after, place);
      if (split >= 0 && weak >= 0 && inner === 1)
        return { stop: weak, next: weak + 1, fault: null, inner: 0 };
      if (split >= 0) {
        const stop = beforeCloser(c, open, split, at);
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
      if (verdict === "weak" && place !== "key" && inner === 1 && bareWordThenEnd(c, at + 1))
        return { stop: at, next: after, fault: null, inner: 0 };
    }
  }
  c.vain.set(kind, open);
  if (weak >= 0) return { stop: weak, next: weak + 1, fault: null, inner: 0 };
  return endless(c, open, place, inner);
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

function bareWordThenEnd(c: Cursor, at: number): boolean {
  return /^\s+(?:[^"\n,\]}]{1,60}[\]}]|[\p{L}\p{N}_]+"\s*[\],])/u.test(
    c.text.slice(at, Math.min(c.end, at + 80)),
  );
}

/**
 * The quote at `at` opens the next string when this one's closing quote is missing: then this one
 * ended before the comma, colon or line end that stands in front of it. Returns that place, or -1.
 */
function splitBefore(c: Cursor, open: number, at: number, place: Place, inner: number): number {
  const last = backOverBlank(c, at - 1, open);
  const before = c.text[last];
  if (last <= open) return -1;
  if (place === "key") return inner === 0 ? colonBefore(c, open, last) : -1;
  if (before === ",") {
    if (place === "value") return quotedKeyAt(c, at) ? backOverBlank(c, last - 1, open) + 1 : -1;
    if (place === "item") return opensItem(c, at) ? backOverBlank(c, last - 1, open) + 1 : -1;
  }
  if (place === "value" && before === ":") return splitBeforeKey(c, open, last);
  if (place === "value" && quotedKeyAt(c, at) && c.text.slice(last + 1, at).includes("\n"))
    return last + 1;
  return -1;
}

/**
 * `["two], "key":`: the bracket closes the list that the string is in, when it was not opened in
 * the string.
 */
function beforeCloser(c: Cursor, open: number, stop: number, at: number): number {
  const [opener, closer] = c.stack.at(-1) === "[" ? ["[", "]"] : ["{", "}"];
  if (c.stack.at(-2) !== "{" || c.text[stop - 1] !== closer || !quotedKeyAt(c, at)) return stop;
  return c.text.slice(open, stop).includes(opener) ? stop : backOverBlank(c, stop - 2, open) + 1;
}

/** `"key:"value"` and `"key:{"a"`: the colon that ends the key, or -1. */
function colonBefore(c: Cursor, open: number, last: number): number {
  if (c.text[last] === ":") return last;
  const found = /^[\p{L}\p{N}_$ -]{1,60}(?=:\s*[{[]+$)/u.exec(
    c.text.slice(open + 1, Math.min(last + 1, open + 80)),
  );
  return found ? open + 1 + found[0].length : -1;
}

/**
 * In a list, a quote behind a comma that is followed by text and not by a delimiter opens an item.
 */
function opensItem(c: Cursor, at: number): boolean {
  const next = c.text[at + 1];
  if (next === undefined || at + 1 >= c.end) return false;
  return !isBlank(next.charCodeAt(0)) && next !== "," && !isCloser(next) && !isQuote(next);
}

/** `first, b: "`: the key before this colon belongs to the next member. */
function splitBeforeKey(c: Cursor, open: number, colon: number): number {
  const from = Math.max(open + 1, colon - 100);
  const found = /,\s*["'“]?[\p{L}_$][\p{L}\p{N}_$-]*["'”]?\s*$/u.exec(c.text.slice(from, colon));
  return found ? backOverBlank(c, from + found.index - 1, open) + 1 : -1;
}

function backOverBlank(c: Cursor, from: number, floor: number): number {
  let at = from;
  while (at > floor) {
    if (isBlank(c.text.charCodeAt(at))) at--;
    else if (c.text[at] === "/" && c.text[at - 1] === "*") {
      const opened = c.text.slice(Math.max(floor, at - 160), at - 1).lastIndexOf("/*");
      if (opened < 0) break;
      at = Math.max(floor, at - 160) + opened - 1;
    } else break;
  }
  return at;
}

/** No quote closes this string: it was cut off, or its closing quote was forgotten. */
function endless(c: Cursor, open: number, place: Place, inner: number): Ending {
  let last = backOverBlank(c, c.end - 1, open);
  const hasFence = c.text[last] === "`";
  while (last > open && c.text[last] === "`") last--;
  last = backOverBlank(c, last, open);
  const char = c.text[last] ?? "";
  const cut: Ending = { stop: hasFence ? last + 1 : c.end, next: c.end, fault: "truncated", inner };
  if (place === "top")
    return char === "+" ? { ...cut, stop: backOverBlank(c, last - 1, open) + 1 } : cut;
  if (inner > 0 && isCloser(char)) return beforeClosers(c, open, last, inner);
  if (isCloser(char) || char === "," || place === "key") {
    const stop = firstDelimiter(c, open, place);
    if (stop >= 0) return { stop, next: stop, fault: "missing-quote", inner: 0 };
  }
  const key = /,\s*["'`“][\p{L}_$][\p{L}\p{N}_$-]*["'`”]?\s*:/u.exec(
    c.text.slice(open + 1, Math.min(c.end, open + 4000)),
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
function beforeClosers(c: Cursor, open: number, last: number, inner: number): Ending {
  let stop = last + 1;
  let level = 0;
  while (stop > open + 1 && level < c.stack.length && isCloser(c.text[stop - 1])) {
    const opener = c.text[stop - 1] === "}" ? "{" : c.text[stop - 1] === "]" ? "[" : "(";
    if (c.stack[level] !== opener) break;
    level++;
    stop = backOverBlank(c, stop - 2, open) + 1;
  }
  return { stop, next: stop, fault: "missing-quote", inner };
}

function firstDelimiter(c: Cursor, open: number, place: Place): number {
  const stops = place === "key" ? /[:,}\n]/ : /[,}\]\n]/;
  const limit = Math.min(c.end, open + 4000);
  for (let at = open + 1; at < limit; at++) {
    const char = c.text[at] ?? "";
    if (!stops.test(char)) continue;
    if (char === "," && place === "value" && afterComma(c, at + 1, c.stack.length - 1) !== "yes")
      continue;
    return backOverBlank(c, at - 1, open) + 1;
  }
  return -1;
}

/**
 * `"""`, `'''` and triple backticks: text as it stands, with the indentation they share taken away.
 */
function readBlock(c: Cursor, char: string, editFrom: number): TextNode | null {
  const start = c.at;
  if (c.text[start + 1] !== char || c.text[start + 2] !== char || !"\"'`".includes(char))
    return null;
  const fence = char.repeat(3);
  let close = c.text.indexOf(fence, start + 3);
  while (
    close >= 0 &&
    judgeClose(c, close + 3, c.stack.at(-1) === "{" ? "value" : "item") === "no"
  ) {
    close = c.text.indexOf(fence, close + 1);
  }
  const isOpen = close < 0 || close >= c.end;
  if (isOpen && (char !== "`" || c.text.indexOf("\n", start) < 0)) {
    if (!c.partial) return null;
  }
  const stop = isOpen ? c.end : close;
  c.at = isOpen ? c.end : close + 3;
  const isGuess = c.text.slice(start + 3, stop).includes(fence);
  edit(
    c,
    isOpen && !c.partial ? "truncated" : isGuess ? "guessed-quote" : "code-block",
    start,
    c.at,
    "",
  );
  const body =
    char === "`"
      ? c.text.slice(start + 3, stop).replace(/^[\w+-]*[ \t]*(?=\n)/, "")
      : c.text.slice(start + 3, stop);
  const text = body.includes("\n") ? dedent(body).trim() : body;
  return {
    kind: "text",
    quoted: true,
    text,
    start,
    end: c.at,
    editFrom,
    editTo: c.edits.length,
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
function decode(c: Cursor, from: number, stop: number, isCut: boolean): string {
  const { text } = c;
  let out = "";
  let done = from;
  let hasRaw = false;
  for (let at = from; at < stop; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) {
      out += text.slice(done, at);
      const [piece, length] = unescape(c, at, stop);
      out += piece;
      at += length - 1;
      done = at + 1;
    } else if (code < 32) hasRaw = true;
  }
  out += text.slice(done, stop);
  if (hasRaw) {
    edit(c, "raw-newline", from, stop, "\\n");
    if (!isCut && /[\n\r]\s*$/.test(text.slice(Math.max(from, stop - 80), stop)))
      out = out.trimEnd();
  }
  return out.isWellFormed() ? out : repairSurrogates(c, out, from, stop);
}

function repairSurrogates(c: Cursor, out: string, from: number, stop: number): string {
  edit(c, "lone-surrogate", from, stop, "\ufffd");
  return out.toWellFormed();
}

/** One escape at `at`: what it stands for and how long it is. */
function unescape(c: Cursor, at: number, stop: number): readonly [string, number] {
  const char = c.text[at + 1];
  if (char === undefined || at + 1 >= stop) {
    if (!c.partial) edit(c, "truncated", at, at + 1, "");
    return ["", 1];
  }
  const plain = ESCAPES[char];
  if (plain !== undefined) return [plain, 2];
  if (char === "u") return unicodeEscape(c, at, stop);
  if (char === "\n") {
    edit(c, "escape", at, at + 2, "");
    return ["", 2];
  }
  const keeps = /[\p{L}\p{N}\s([{.*+?^$|)\]}-]/u.test(char);
  edit(c, "escape", at, at + 2, keeps ? `\\\\${char}` : char);
  return [keeps ? `\\${char}` : char, 2];
}

function unicodeEscape(c: Cursor, at: number, stop: number): readonly [string, number] {
  const digits = /^[0-9a-fA-F]{0,4}/.exec(c.text.slice(at + 2, Math.min(stop, at + 6)))?.[0] ?? "";
  if (digits.length === 4) return [String.fromCharCode(Number.parseInt(digits, 16)), 6];
  if (at + 2 + digits.length >= stop && blankEnd(c, stop) >= c.end && c.text[stop] !== '"') {
    if (!c.partial) edit(c, "truncated", at, stop, "");
    return ["", 2 + digits.length];
  }
  const next = c.text[at + 2] ?? "";
  // An escape was meant, and a character of it is gone: what it stood for can't be known.
  if (/[0-9A-Z]/.test(next)) edit(c, "broken-escape", at, at + 2 + digits.length, "");
  else edit(c, "escape", at, at + 2, "\\\\u");
  return ["\\u", 2];
}
