import { afterComma, type Place } from "./follow.ts";
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
import type { TextNode } from "./tree.ts";

/**
 * Reads a scalar that has no quotes: a literal, a number, or text whose quotes are missing. Always
 * moves on.
 */
export function readBare(c: Cursor, place: Place): TextNode {
  const start = c.at;
  const editFrom = c.edits.length;
  const stop = bareEnd(c, place);
  let last = stop;
  while (last > start && isBlank(c.text.charCodeAt(last - 1))) last--;
  c.at = stop;
  let text = c.text.slice(start, last);
  const glued =
    place === "value" && c.at > start && gluedString(c, c.at)
      ? c.text.indexOf('"', c.at + 1) + 1
      : 0;
  if (glued > 0) {
    edit(c, "skipped-text", c.at, glued, "");
    c.at = glued;
  } else if (isQuote(c.text[c.at]) && c.at < c.end && isStray(c, c.at, place)) {
    edit(c, "stray-quote", c.at, c.at + 1, "");
    c.at++;
  }
  if (text.endsWith(";") && place === "top") text = text.slice(0, -1);
  if (c.at === start) c.at++;
  if (
    c.strict &&
    (place === "key" || (bareValue(text) === undefined && !(c.partial && stop >= c.end)))
  )
    c.failed = true;
  const open = stop >= c.end;
  return {
    kind: "text",
    quoted: false,
    text,
    start,
    end: last,
    editFrom,
    editTo: c.edits.length,
    open,
  };
}

/** The value a bare scalar has when no schema says otherwise; undefined when it is plain text. */
export function bareValue(text: string): unknown {
  const first = text.charCodeAt(0);
  // Digits, signs and the point come before the letters.
  if (first < 58) return readNumber(text);
  if (text.length > 9) return undefined;
  switch (text.toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
    case "none":
    case "undefined":
      return null;
    default:
      return undefined;
  }
}

function isStray(c: Cursor, at: number, place: Place): boolean {
  if (place === "key") return c.text[blankEnd(c, at + 1)] === ":";
  return c.stack.at(-1) !== "{" || !quotedKeyAt(c, at);
}

function bareEnd(c: Cursor, place: Place): number {
  if (place === "key") return bareKeyEnd(c);
  const first = c.text[c.at] ?? "";
  if (first === "/") {
    const regex = /^\/(?:[^/\\\n]|\\.){1,200}\/[a-z]*(?=\s*(?:[,}\]]|$))/.exec(
      c.text.slice(c.at, Math.min(c.end, c.at + 240)),
    );
    if (regex) return c.at + regex[0].length;
  }
  if (place === "item" && /[\d-]/.test(first)) {
    const stop = numberEnd(c);
    if (stop > 0) return stop;
  }
  return bareValueEnd(c, place);
}

/** A number that another value follows: the comma between them is missing. */
function numberEnd(c: Cursor): number {
  const number = /^-?\d+(?:\.\d+)?(?=\s+\S)/.exec(c.text.slice(c.at, Math.min(c.end, c.at + 40)));
  if (!number) return 0;
  const stop = c.at + number[0].length;
  return /[\d"'{[-]/.test(c.text[blankEnd(c, stop)] ?? "") ? stop : 0;
}

function bareKeyEnd(c: Cursor): number {
  for (let at = c.at; at < c.end; at++) {
    const code = c.text.charCodeAt(at);
    if (
      (code > 96 && code < 123) ||
      code === 95 ||
      (code > 47 && code < 58) ||
      (code > 64 && code < 91)
    )
      continue;
    const char = c.text[at] ?? "";
    if (char === ":" || char === "," || char === "}" || char === "{" || char === "=") return at;
    if (isQuote(char) && at > c.at && char !== "'" && char !== "’") return at;
    if (char === "'" && at > c.at && isBlank(c.text.charCodeAt(at - 1))) return at;
    if (char === "]" && c.stack.includes("[")) return at;
    if (char === "\n" && !/^\s*:/.test(c.text.slice(at, at + 20))) return at;
  }
  return c.end;
}

/**
 * The end of bare text in a value, a list item or on its own. Brackets opened inside it must close
 * before it can end.
 */
function bareValueEnd(c: Cursor, place: Place): number {
  let depth = 0;
  for (let at = c.at; at < c.end; at++) {
    const code = c.text.charCodeAt(at);
    if (
      (code > 96 && code < 123) ||
      code === 32 ||
      (code > 47 && code < 58) ||
      (code > 64 && code < 91)
    )
      continue;
    const char = c.text[at] ?? "";
    if (char === "(" || char === "{" || char === "[") {
      if (startsNext(c, at, place)) return at;
      depth++;
    } else if (isCloser(char)) {
      if (depth > 0) depth--;
      else if (closes(c, char, place)) return at;
    } else if (char === "\n") {
      if (endsAtLine(c, at, place)) return at;
    } else if (depth === 0 && endsHere(c, at, char, place)) return at;
  }
  return c.end;
}

function closes(c: Cursor, char: string, place: Place): boolean {
  if (place === "top") return char === ")" && c.stack.length > 0;
  return openerLevel(c, char, c.stack.length - 1) >= 0;
}

/** `1{` in a list of objects: the next one begins. */
function startsNext(c: Cursor, at: number, place: Place): boolean {
  if (place === "item")
    return (
      at > c.at && c.text[at] === "{" && readNumber(c.text.slice(c.at, at).trim()) !== undefined
    );
  return (
    place === "value" &&
    c.text[at] === "{" &&
    c.stack.at(-2) === "[" &&
    readNumber(c.text.slice(c.at, at)) !== undefined
  );
}

function endsHere(c: Cursor, at: number, char: string, place: Place): boolean {
  if (char === ",") return commaEnds(c, at, place);
  if (char === ";" && place === "value")
    return blankEnd(c, at + 1) >= c.end || afterComma(c, at + 1, c.stack.length - 1) === "yes";
  if (char === "/" && at > c.at) return commentStarts(c, at);
  if (char === "#")
    return at > c.at && isBlank(c.text.charCodeAt(at - 1)) && c.text[at + 1] === " ";
  if (char === "`") return at > c.at && c.text.startsWith("```", at);
  if (!isQuote(char) || at === c.at) return false;
  if (place === "value" && quotedKeyAt(c, at)) return true;
  return char !== "’" && char !== "´" && (strayQuote(c, at, char) || gluedString(c, at));
}

/** A quote in bare text that a delimiter follows closes it: the opening one is missing. */
function strayQuote(c: Cursor, at: number, char: string): boolean {
  const next = blankEnd(c, at + 1);
  const behind = c.text[next];
  if (c.text.slice(c.at, at).includes(char)) return false;
  return next >= c.end || behind === "," || behind === ":" || isCloser(behind);
}

/** `a"0"`: a string stands directly behind the text, and nothing behind that. */
function gluedString(c: Cursor, at: number): boolean {
  if (c.text[at] !== '"' || isBlank(c.text.charCodeAt(at - 1))) return false;
  return /^"[^"\n]{0,40}"\s*(?:[}\]]|$)/.test(c.text.slice(at, Math.min(c.end, at + 60)));
}

function commentStarts(c: Cursor, at: number): boolean {
  const next = c.text[at + 1];
  if (next === "*") return true;
  return next === "/" && isBlank(c.text.charCodeAt(at - 1));
}

function commaEnds(c: Cursor, at: number, place: Place): boolean {
  if (place !== "value") return true;
  const verdict = afterComma(c, at + 1, c.stack.length - 1);
  if (verdict === "yes" || verdict === "root") return true;
  // A number or literal is whole as it is; a string behind it is a key whose colon is missing.
  return (
    isQuote(c.text[blankEnd(c, at + 1)]) && bareValue(c.text.slice(c.at, at).trim()) !== undefined
  );
}

function endsAtLine(c: Cursor, at: number, place: Place): boolean {
  const next = blankEnd(c, at);
  const char = c.text[next];
  if (next >= c.end) return true;
  if (isCloser(char)) return openerLevel(c, char ?? "", c.stack.length - 1) >= 0;
  if (place === "value") return keyAt(c, next) > 0;
  return true;
}
