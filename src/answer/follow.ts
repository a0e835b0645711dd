import {
  blankEnd,
  garbageThenKey,
  isBlank,
  isCloser,
  isEllipsis,
  isQuote,
  keyAt,
  openerLevel,
  quotedKeyAt,
  type Cursor,
} from "./scan.ts";

/** Where a string stands: before a colon, after one, in a list, or alone. */
export type Place = "key" | "value" | "item" | "top";

/**
 * Whether what follows a quote makes it the closing one. `root`: it closes the outermost container,
 * prose follows.
 */
export type Verdict = "yes" | "no" | "weak" | "root";

/** Judges the text behind a possible closing quote at `at - 1`. */
export function judgeClose(cursor: Cursor, at: number, place: Place): Verdict {
  const next = blankEnd(cursor, at);
  if (next >= cursor.end || cursor.text.startsWith("```", next)) return "yes";
  const char = cursor.text[next] ?? "";
  if (place === "key") return judgeKey(cursor, next, char);
  if (place === "top") return judgeTop(cursor, at, next, char);
  const level = cursor.stack.length - 1;
  if (char === "," || char === ";") return afterComma(cursor, next + 1, level);
  if (isCloser(char)) return afterClosers(cursor, next, level);
  if (char === "+") return joins(cursor, next) ? "yes" : "no";
  if (place === "value") return judgeValue(cursor, at, next, char);
  return judgeItem(cursor, next, char);
}

function judgeKey(cursor: Cursor, next: number, char: string): Verdict {
  if (char === ":" || char === "," || isCloser(char)) return "yes";
  if (char === "=" || char === "→" || cursor.text.startsWith("->", next)) return "yes";
  if (isQuote(char)) return cursor.text[blankEnd(cursor, next + 1)] === ":" ? "no" : "yes";
  if (char === "{" || char === "[") return "yes";
  return /^(?:-?\d|true\b|false\b|null\b|None\b)/i.test(cursor.text.slice(next, next + 6))
    ? "yes"
    : "no";
}

function judgeTop(cursor: Cursor, at: number, next: number, char: string): Verdict {
  if (char === ":" || char === ";") return "yes";
  if (char === ")") return cursor.stack.includes("(") ? "yes" : "no";
  if (char === ",") return isListed(cursor, next + 1) ? "yes" : "no";
  if (char === "+") return joins(cursor, next) ? "yes" : "no";
  return isQuote(char) && cursor.text.slice(at, next).includes("\n") ? "yes" : "no";
}

/** A plus sign joins two strings, or was left behind where the second one is missing. */
function joins(cursor: Cursor, plus: number): boolean {
  const next = blankEnd(cursor, plus + 1);
  const char = cursor.text[next];
  return next >= cursor.end || char === "," || isQuote(char) || isCloser(char);
}

/** Behind the comma between the items of a list without brackets. */
function isListed(cursor: Cursor, at: number): boolean {
  const ahead = cursor.text.slice(blankEnd(cursor, at), Math.min(cursor.end, at + 80));
  return /^(?:$|["'“‘`[{]|-?\d|\p{L}[\p{L}\p{N}_.-]*\s*(?:,|$))/u.test(ahead);
}

function judgeValue(cursor: Cursor, at: number, next: number, char: string): Verdict {
  const key = keyAt(cursor, next);
  if (key === 2) return "yes";
  if (key === 1 && cursor.text.slice(at, next).includes("\n")) return "yes";
  if (char === "{" && cursor.stack.at(-2) === "[") return "yes";
  const ahead = cursor.text.slice(next, Math.min(cursor.end, next + 120));
  if (/^[\p{L}\p{N}_]+\s*\}/u.test(ahead)) return "weak";
  // A word between the quote and the next member; a quote with a blank before it would rather open
  // than close.
  const opens = next === at || isBlank(cursor.text.charCodeAt(at - 2));
  return !opens && /^[\p{L}\p{N}_]+\s*,\s*"[^"\n]{1,60}"\s*:/u.test(ahead) ? "weak" : "no";
}

function judgeItem(cursor: Cursor, next: number, char: string): Verdict {
  if (isQuote(char)) return closesWell(cursor, next) ? "no" : "yes";
  if (char === "{" || char === "[") return "yes";
  if (char === ":") return "yes";
  return /\d/.test(char) ? "yes" : "weak";
}

/**
 * Whether the quote at `at` would itself be a good closing one: then an earlier one stands inside
 * the string.
 */
function closesWell(cursor: Cursor, at: number): boolean {
  // What looks like a comment behind a quote is rather the string that the quote opens.
  if (/[/#]/.test(cursor.text[at + 1] ?? "")) return false;
  const next = blankEnd(cursor, at + 1);
  if (next >= cursor.end) return true;
  const char = cursor.text[next];
  return char === "," || isCloser(char);
}

/** What may stand behind a comma in the container at `level`. */
export function afterComma(cursor: Cursor, at: number, level: number): Verdict {
  const next = blankEnd(cursor, at);
  const char = cursor.text[next];
  if (next >= cursor.end || char === "," || char === undefined) return "yes";
  if (isEllipsis(cursor, next) > 0) return "yes";
  if (isCloser(char)) return afterClosers(cursor, next, level);
  if (level < 0) return "yes";
  if (cursor.stack[level] === "{") {
    if (
      char === ":" ||
      keyAt(cursor, next) > 0 ||
      garbageThenKey(cursor, next) ||
      KEY_AND_VALUE.test(cursor.text.slice(next, Math.min(cursor.end, next + 120))) ||
      isCutKey(cursor, next)
    )
      return "yes";
    return char === "{" && cursor.stack[level - 1] === "[" ? "yes" : "weak";
  }
  if (isQuote(char) || /[{[(\d]/.test(char)) return "yes";
  if (cursor.stack[level] === "(" && keyAt(cursor, next) > 0) return "yes";
  return bareItemAt(cursor, next) ? "yes" : "weak";
}

/** A key in quotes and a value that is none of words: the colon between them is missing. */
const KEY_AND_VALUE = /^"[^"\n]{1,60}"[ \t]+(?:-?\d[\d.]*|true|false|null)\s*[,}\n]/;

/** A key in quotes with which the text ends: its colon never came. */
function isCutKey(cursor: Cursor, at: number): boolean {
  return cursor.end - at < 120 && /^"[^"\n]{0,80}"\s*$/.test(cursor.text.slice(at, cursor.end));
}

/** A bare list item: its end comes before any quote. */
function bareItemAt(cursor: Cursor, at: number): boolean {
  const ahead = cursor.text.slice(at, Math.min(cursor.end, at + 120));
  return /^[^"\n,\]]*(?:[\n,\]]|$)/.test(ahead);
}

/** Walks over closing brackets and looks at what comes behind them. */
function afterClosers(cursor: Cursor, at: number, from: number): Verdict {
  let level = from;
  let next = at;
  let unmatched = 0;
  let closed = "";
  for (let steps = 0; steps < 64; steps++) {
    const char = cursor.text[next];
    if (next >= cursor.end || char === undefined) return "yes";
    if (!isCloser(char)) return behindClosers(cursor, next, closed, level);
    const opened = openerLevel(cursor, char, level);
    if (opened >= 0) [level, closed] = [opened - 1, char];
    else if (level >= 0 && ++unmatched > 2) return "weak";
    next = blankEnd(cursor, next + 1);
  }
  return "yes";
}

function behindClosers(cursor: Cursor, next: number, closed: string, level: number): Verdict {
  if (level < 0) return "root";
  if (cursor.text.startsWith("```", next)) return "yes";
  const char = cursor.text[next];
  if (char === "," || char === ";") {
    const behind = cursor.text[blankEnd(cursor, next + 1)];
    if (isCloser(behind) || (closed === "]" && behind === "[")) return "yes";
    if (behind === "{" && opensWithKey(cursor, next + 1)) return "yes";
    return afterComma(cursor, next + 1, level) === "yes" ? "yes" : "weak";
  }
  if (cursor.stack[level] === "{") return quotedKeyAt(cursor, next) ? "yes" : "no";
  return char === "{" || char === "[" || isQuote(char) ? "yes" : "no";
}

/** `, {"key":`: the next object begins, whatever is open. */
function opensWithKey(cursor: Cursor, at: number): boolean {
  const brace = blankEnd(cursor, at);
  return quotedKeyAt(cursor, blankEnd(cursor, brace + 1));
}
