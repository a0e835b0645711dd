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
export function judgeClose(c: Cursor, at: number, place: Place): Verdict {
  const next = blankEnd(c, at);
  if (next >= c.end || c.text.startsWith("```", next)) return "yes";
  const char = c.text[next] ?? "";
  if (place === "key") return judgeKey(c, next, char);
  if (place === "top") return judgeTop(c, at, next, char);
  const level = c.stack.length - 1;
  if (char === "," || char === ";") return afterComma(c, next + 1, level);
  if (isCloser(char)) return afterClosers(c, next, level);
  if (char === "+") return isQuote(c.text[blankEnd(c, next + 1)]) ? "yes" : "no";
  if (place === "value") return judgeValue(c, at, next, char);
  return judgeItem(c, next, char);
}

function judgeKey(c: Cursor, next: number, char: string): Verdict {
  if (char === ":" || char === "," || char === "}") return "yes";
  if (char === "=") return "yes";
  if (isQuote(char)) return c.text[blankEnd(c, next + 1)] === ":" ? "no" : "yes";
  if (char === "{" || char === "[") return "yes";
  return /^(?:-?\d|true\b|false\b|null\b|None\b)/i.test(c.text.slice(next, next + 6))
    ? "yes"
    : "no";
}

function judgeTop(c: Cursor, at: number, next: number, char: string): Verdict {
  if (char === "," || char === ":" || char === ")" || char === ";") return "yes";
  if (char === "+") return isQuote(c.text[blankEnd(c, next + 1)]) ? "yes" : "no";
  return isQuote(char) && c.text.slice(at, next).includes("\n") ? "yes" : "no";
}

function judgeValue(c: Cursor, at: number, next: number, char: string): Verdict {
  const key = keyAt(c, next);
  if (key === 2) return "yes";
  if (key === 1 && c.text.slice(at, next).includes("\n")) return "yes";
  if (char === "{" && c.stack.at(-2) === "[") return "yes";
  const ahead = c.text.slice(next, Math.min(c.end, next + 120));
  if (/^[\p{L}\p{N}_]+\s*\}/u.test(ahead)) return "weak";
  // A word between the quote and the next member; a quote with a blank before it would rather open
  // than close.
  const opens = next === at || isBlank(c.text.charCodeAt(at - 2));
  return !opens && /^[\p{L}\p{N}_]+\s*,\s*"[^"\n]{1,60}"\s*:/u.test(ahead) ? "weak" : "no";
}

function judgeItem(c: Cursor, next: number, char: string): Verdict {
  if (isQuote(char)) return closesWell(c, next) ? "no" : "yes";
  if (char === "{" || char === "[") return "yes";
  if (char === ":") return "yes";
  return /\d/.test(char) ? "yes" : "weak";
}

/**
 * Whether the quote at `at` would itself be a good closing one: then an earlier one stands inside
 * the string.
 */
function closesWell(c: Cursor, at: number): boolean {
  const next = blankEnd(c, at + 1);
  if (next >= c.end) return true;
  const char = c.text[next];
  return char === "," || isCloser(char);
}

/** What may stand behind a comma in the container at `level`. */
export function afterComma(c: Cursor, at: number, level: number): Verdict {
  const next = blankEnd(c, at);
  const char = c.text[next];
  if (next >= c.end || char === "," || char === undefined) return "yes";
  if (isEllipsis(c, next) > 0) return "yes";
  if (isCloser(char)) return afterClosers(c, next, level);
  if (level < 0) return "yes";
  if (c.stack[level] === "{") {
    if (char === ":" || keyAt(c, next) > 0 || garbageThenKey(c, next) || isCutKey(c, next))
      return "yes";
    return char === "{" && c.stack[level - 1] === "[" ? "yes" : "weak";
  }
  if (isQuote(char) || /[{[(\d]/.test(char)) return "yes";
  return bareItemAt(c, next) ? "yes" : "weak";
}

/** A key in quotes with which the text ends: its colon never came. */
function isCutKey(c: Cursor, at: number): boolean {
  return c.end - at < 120 && /^"[^"\n]{0,80}"\s*$/.test(c.text.slice(at, c.end));
}

/** A bare list item: its end comes before any quote. */
function bareItemAt(c: Cursor, at: number): boolean {
  const ahead = c.text.slice(at, Math.min(c.end, at + 120));
  return /^[^"\n,\]]*(?:[\n,\]]|$)/.test(ahead);
}

/** Walks over closing brackets and looks at what comes behind them. */
function afterClosers(c: Cursor, at: number, from: number): Verdict {
  let level = from;
  let next = at;
  let unmatched = 0;
  let closed = "";
  for (let steps = 0; steps < 64; steps++) {
    const char = c.text[next];
    if (next >= c.end || char === undefined) return "yes";
    if (!isCloser(char)) return behindClosers(c, next, closed, level);
    const opened = openerLevel(c, char, level);
    if (opened >= 0) [level, closed] = [opened - 1, char];
    else if (level >= 0 && ++unmatched > 2) return "weak";
    next = blankEnd(c, next + 1);
  }
  return "yes";
}

function behindClosers(c: Cursor, next: number, closed: string, level: number): Verdict {
  if (level < 0) return "root";
  if (c.text.startsWith("```", next)) return "yes";
  const char = c.text[next];
  if (char === "," || char === ";") {
    const behind = c.text[blankEnd(c, next + 1)];
    if (isCloser(behind) || (closed === "]" && behind === "[")) return "yes";
    return afterComma(c, next + 1, level) === "yes" ? "yes" : "weak";
  }
  if (c.stack[level] === "{") return quotedKeyAt(c, next) ? "yes" : "no";
  return char === "{" || char === "[" || isQuote(char) ? "yes" : "no";
}
