import { afterComma, type Place } from "./follow.ts";
import { isClosingProse } from "./marks.ts";
import { readNumber } from "./numbers.ts";
import {
  blankEnd,
  edit,
  isBlank,
  isCloser,
  isQuote,
  keyAt,
  openerLevel,
  quotedKeyAt,
  type Cursor,
} from "./scan.ts";
import { holdsMembers } from "./swallowed.ts";
import type { Coercion } from "./outcome.ts";
import type { TextNode } from "./tree.ts";

/**
 * Reads a scalar that has no quotes: a literal, a number, or text whose quotes are missing. Always
 * moves on.
 */
export function readBare(cursor: Cursor, place: Place): TextNode {
  const start = cursor.at;
  const editFrom = cursor.edits.length;
  const stop = bareEnd(cursor, place);
  let last = stop;
  while (last > start && isBlank(cursor.text.charCodeAt(last - 1))) last--;
  cursor.at = stop;
  let text = cursor.text.slice(start, last);
  const glued =
    place === "value" && cursor.at > start && gluedString(cursor, cursor.at)
      ? cursor.text.indexOf('"', cursor.at + 1) + 1
      : 0;
  if (glued > 0) {
    edit(cursor, "skipped-text", cursor.at, glued, "");
    cursor.at = glued;
  } else if (
    isQuote(cursor.text[cursor.at]) &&
    cursor.at < cursor.end &&
    isStray(cursor, cursor.at, place)
  ) {
    edit(cursor, "stray-quote", cursor.at, cursor.at + 1, "");
    cursor.at++;
  }
  if (text.endsWith(";") && place === "top") text = text.slice(0, -1);
  if (cursor.at === start) cursor.at++;
  if (cursor.strict ? !isPlainJson(cursor, text, place) : holdsOthers(cursor, text, place))
    cursor.failed = true;
  const open = stop >= cursor.end;
  return {
    kind: "text",
    quoted: false,
    text,
    start,
    end: last,
    editFrom,
    editTo: cursor.edits.length,
    open,
  };
}

/** A literal or number, or the beginning of one. */
function isPlainJson(cursor: Cursor, text: string, place: Place): boolean {
  const isBegun = cursor.partial && cursor.at >= cursor.end;
  return place !== "key" && (isBegun || bareValue(text) !== undefined);
}

function holdsOthers({ partial }: Cursor, text: string, place: Place): boolean {
  return !partial && place !== "key" && holdsMembers(text);
}

/** Several literals or numbers, with nothing but blanks between them. */
const LITERALS =
  /^(?:true|false|null|none|-?\d+(?:\.\d+)?)(?: +(?:true|false|null|none|-?\d+(?:\.\d+)?))+$/i;

/** Whether it is a guess where a text ends: what is found in it may be another member's. */
export function isGuessed(coercion: Coercion, node: TextNode): boolean {
  if (!node.quoted) return node.isUntyped !== true && bareRule(node.text) === "bare-with-quotes";
  return coercion.edits
    .slice(node.editFrom, node.editTo)
    .some(({ rule }) => rule === "guessed-quote");
}

/** Marks and line ends in text without quotes around it: where it ends is a guess. */
export function bareRule(text: string): "bare-string" | "bare-with-quotes" {
  const isUnsure = /["\\\n,;=，、；\]}]|[:：]\s/.test(text) || LITERALS.test(text);
  return isUnsure ? "bare-with-quotes" : "bare-string";
}

const FIRST_LETTER = 58;
/** Minus signs beside the one on keyboards. */
const SIGNS = "−–﹣－";

/** The value a bare scalar has when no schema says otherwise; undefined when it is plain text. */
export function bareValue(text: string): unknown {
  const first = text.charCodeAt(0);
  // Digits, signs and the point come before the letters.
  if (first < FIRST_LETTER || SIGNS.includes(text[0] ?? "")) return readNumber(text);
  if (text.length > 9) return undefined;
  switch (text.toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
    case "none":
    case "undefined":
    case "nil":
      return null;
    default:
      return undefined;
  }
}

function isStray(cursor: Cursor, at: number, place: Place): boolean {
  if (place === "key") return cursor.text[blankEnd(cursor, at + 1)] === ":";
  return cursor.stack.at(-1) !== "{" || !quotedKeyAt(cursor, at);
}

function bareEnd(cursor: Cursor, place: Place): number {
  if (place === "key") return bareKeyEnd(cursor);
  const first = cursor.text[cursor.at] ?? "";
  if (first === "/") {
    const regex = /^\/(?:[^/\\\n]|\\.){1,200}\/[a-z]*(?=\s*(?:[,}\]]|$))/.exec(
      cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + 240)),
    );
    if (regex) return cursor.at + regex[0].length;
  }
  if (place === "item" && /[\d-]/.test(first)) {
    const stop = numberEnd(cursor);
    if (stop > 0) return stop;
  }
  return bareValueEnd(cursor, place);
}

/** A number that another value follows: the comma between them is missing. */
function numberEnd(cursor: Cursor): number {
  const number = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=\s+\S)/.exec(
    cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + 40)),
  );
  if (!number) return 0;
  const stop = cursor.at + number[0].length;
  return /[\d"'{[-]/.test(cursor.text[blankEnd(cursor, stop)] ?? "") ? stop : 0;
}

const UNDERSCORE = 95;
const SPACE = 32;

/** A letter or digit of ASCII. */
function isAsciiWord(code: number): boolean {
  return (code > 96 && code < 123) || (code > 47 && code < 58) || (code > 64 && code < 91);
}

function bareKeyEnd(cursor: Cursor): number {
  const time = /^\d{1,2}:\d\d(?::\d\d)?(?=\s*:)/.exec(cursor.text.slice(cursor.at, cursor.at + 12));
  if (time) return cursor.at + time[0].length;
  for (let at = cursor.at; at < cursor.end; at++) {
    const code = cursor.text.charCodeAt(at);
    if (code !== UNDERSCORE && !isAsciiWord(code) && endsKey(cursor, at)) return at;
  }
  return cursor.end;
}

function endsKey(cursor: Cursor, at: number): boolean {
  const char = cursor.text[at] ?? "";
  if (":,}{=→".includes(char)) return true;
  if (char === "-") return cursor.text[at + 1] === ">";
  if (char === "]") return cursor.stack.includes("[");
  if (char === "\n") return !/^\s*:/.test(cursor.text.slice(at, at + 20));
  // An apostrophe is part of a word.
  if (char === "'") return at > cursor.at && isBlank(cursor.text.charCodeAt(at - 1));
  return char !== "’" && isQuote(char) && at > cursor.at;
}

/**
 * The end of bare text in a value, a list item or on its own. Brackets opened inside it must close
 * before it can end.
 */
function bareValueEnd(cursor: Cursor, place: Place): number {
  let depth = 0;
  for (let at = cursor.at; at < cursor.end; at++) {
    const code = cursor.text.charCodeAt(at);
    if (code === SPACE || isAsciiWord(code)) continue;
    const char = cursor.text[at] ?? "";
    if (char === "(" || char === "{" || char === "[") {
      if (startsNext(cursor, at, place)) return at;
      depth++;
    } else if (isCloser(char)) {
      if (depth > 0) depth--;
      else if (closes(cursor, char, place) || isWrongCloser(cursor, at, place)) return at;
    } else if (char === "\n") {
      if (endsAtLine(cursor, at, place)) return at;
      // Of the line ends behind it the same would be said.
      while (isBlank(cursor.text.charCodeAt(at + 1))) at++;
    } else if (depth === 0 && endsHere(cursor, at, char, place)) return at;
  }
  return cursor.end;
}

function closes(cursor: Cursor, char: string, place: Place): boolean {
  if (place === "top") return char === ")" && cursor.stack.length > 0;
  return openerLevel(cursor, char, cursor.stack.length - 1) >= 0;
}

/** `{"a": 44]`: a closer of another kind than what is open, behind a value or at the very end. */
function isWrongCloser(cursor: Cursor, at: number, place: Place): boolean {
  if (place === "top" || cursor.stack.length === 0) return false;
  const ahead = cursor.text.slice(at + 1, Math.min(cursor.end, at + 40));
  if (/^[\s}\])]*$/.test(ahead) && at + 40 >= cursor.end) return true;
  if (!/^\s*[,}\])]/.test(ahead)) return false;
  return bareValue(cursor.text.slice(cursor.at, at).trim()) !== undefined;
}

/** `1{` in a list of objects: the next one begins. */
function startsNext(cursor: Cursor, at: number, place: Place): boolean {
  if (place === "item")
    return (
      at > cursor.at &&
      cursor.text[at] === "{" &&
      readNumber(cursor.text.slice(cursor.at, at).trim()) !== undefined
    );
  return (
    place === "value" &&
    cursor.text[at] === "{" &&
    cursor.stack.at(-2) === "[" &&
    readNumber(cursor.text.slice(cursor.at, at)) !== undefined
  );
}

function endsHere(cursor: Cursor, at: number, char: string, place: Place): boolean {
  if (char === ",") return commaEnds(cursor, at, place);
  if (char === ";" && (place === "item" || place === "value"))
    return semicolonEnds(cursor, at, place);
  if (at === cursor.at) return false;
  if (char === "/") return commentStarts(cursor, at);
  if (char === "#") return isBlank(cursor.text.charCodeAt(at - 1)) && cursor.text[at + 1] === " ";
  if (char === "`") return cursor.text.startsWith("```", at);
  return isQuote(char) && quoteEnds(cursor, at, char, place);
}

function semicolonEnds(cursor: Cursor, at: number, place: "item" | "value"): boolean {
  if (place === "item") return bareValue(cursor.text.slice(cursor.at, at).trim()) !== undefined;
  return (
    blankEnd(cursor, at + 1) >= cursor.end ||
    afterComma(cursor, at + 1, cursor.stack.length - 1) === "yes"
  );
}

function quoteEnds(cursor: Cursor, at: number, char: string, place: Place): boolean {
  if (place === "value" && quotedKeyAt(cursor, at)) return true;
  return char !== "’" && char !== "´" && (strayQuote(cursor, at, char) || gluedString(cursor, at));
}

/** A quote in bare text that a delimiter follows closes it: the opening one is missing. */
function strayQuote(cursor: Cursor, at: number, char: string): boolean {
  const next = blankEnd(cursor, at + 1);
  const behind = cursor.text[next];
  const isClosing = next >= cursor.end || behind === "," || behind === ":" || isCloser(behind);
  return isClosing && !cursor.text.slice(cursor.at, at).includes(char);
}

/** `a"0"`: a string stands directly behind the text, and nothing behind that. */
function gluedString(cursor: Cursor, at: number): boolean {
  if (cursor.text[at] !== '"' || isBlank(cursor.text.charCodeAt(at - 1))) return false;
  return /^"[^"\n]{0,40}"\s*(?:[}\]]|$)/.test(cursor.text.slice(at, Math.min(cursor.end, at + 60)));
}

function commentStarts(cursor: Cursor, at: number): boolean {
  const next = cursor.text[at + 1];
  if (next === "*") return true;
  return next === "/" && isBlank(cursor.text.charCodeAt(at - 1));
}

function commaEnds(cursor: Cursor, at: number, place: Place): boolean {
  if (place !== "value") return true;
  const verdict = afterComma(cursor, at + 1, cursor.stack.length - 1);
  if (verdict === "yes" || verdict === "root") return true;
  if (isClosingProse(cursor, blankEnd(cursor, at + 1))) return true;
  if (bareValue(cursor.text.slice(cursor.at, at).trim()) === undefined) return false;
  // A number or literal is whole as it is: a string behind it is a key whose colon is missing, and
  // the last words of an answer under way are a key whose colon is to come.
  const rest = cursor.text.slice(at + 1, Math.min(cursor.end, at + MAX_KEY));
  const isBegun = cursor.partial && at + MAX_KEY >= cursor.end && !/["'{}[\],:]/.test(rest);
  return isBegun || isQuote(cursor.text[blankEnd(cursor, at + 1)]);
}

/** Keys without quotes are shorter. In UTF-16 units. */
const MAX_KEY = 80;

function endsAtLine(cursor: Cursor, at: number, place: Place): boolean {
  const next = blankEnd(cursor, at);
  const char = cursor.text[next];
  if (next >= cursor.end || cursor.text.startsWith("```", next)) return true;
  if (isCloser(char)) return openerLevel(cursor, char ?? "", cursor.stack.length - 1) >= 0;
  if (place === "value") return keyAt(cursor, next) > 0;
  return true;
}
