import {
  blankEnd,
  edit,
  isCloser,
  isEllipsis,
  isQuote,
  openerLevel,
  quotedKeyAt,
  type Cursor,
} from "./scan.ts";
import type { TextNode } from "./tree.ts";

// The marks between values: commas, colons, brackets, and what stands in their place when they are
// missing or too many.

/** `{"a": 1}, "b": 2}`: the object was closed too early. */
export function reopens(c: Cursor): boolean {
  if (c.stack.at(-1) === "{" || c.text[c.at - 1] !== "}") return false;
  // In a list of valid JSON anything may follow an object; at the top level the strict pass has to
  // fail here.
  if (c.strict && c.stack.length > 0) return false;
  const next = blankEnd(c, c.at);
  if (c.text[next] !== ",") return false;
  const behind = blankEnd(c, next + 1);
  return quotedKeyAt(c, behind) || /^"[^"\\\n]{1,80}" "/.test(c.text.slice(behind, behind + 90));
}

/**
 * Whether `char` ends the container that wants `own`. A closer of an outer one ends it too; any
 * other is noise.
 */
export function closeContainer(c: Cursor, char: string, own: "}" | "]" | ")"): boolean {
  if (char === own) {
    c.at++;
    return true;
  }
  if (openerLevel(c, char, c.stack.length - 2) >= 0) {
    edit(c, "missing-closer", c.at, c.at, own);
    return true;
  }
  edit(c, "extra-closer", c.at, c.at + 1, "");
  c.at++;
  return false;
}

/** Moves over a comma; one too many is recorded. */
export function noteComma(c: Cursor, isSeparated: boolean, own: "}" | "]" | ")"): void {
  const next = blankEnd(c, c.at + 1);
  const char = c.text[next];
  if (isSeparated) edit(c, "extra-comma", c.at, c.at + 1, "");
  else if (char === own || isCloser(char)) edit(c, "trailing-comma", c.at, c.at + 1, "");
  else if (c.text[c.at] === ";") edit(c, "extra-comma", c.at, c.at + 1, ",");
  c.at++;
}

/**
 * The fence around the answer ends where a key or a comma should stand: the answer ends with it.
 */
export function isFenceEnd(c: Cursor, char: string): boolean {
  return char === "`" && /^```\s*(?:\n|$)/.test(c.text.slice(c.at, Math.min(c.end, c.at + 40)));
}

export function skipEllipsis(c: Cursor): boolean {
  const length = isEllipsis(c, c.at);
  if (length === 0) return false;
  const next = c.text[blankEnd(c, c.at + length)];
  if (next !== undefined && next !== "," && !isCloser(next)) return false;
  edit(c, "ellipsis", c.at, c.at + length, "");
  c.at += length;
  return true;
}

/**
 * Only prose is left, and nothing in it belongs to a structure: the answer ended before it, without
 * closing.
 */
export function endsInProse(c: Cursor, from: number): boolean {
  const rest = c.text.slice(from, Math.min(c.end, from + 600));
  if (rest.length >= 600 || !/^\p{L}+[ ,.!?'’]/u.test(rest) || /["{}[\]:]/.test(rest)) return false;
  if (!/\n\s*$/.test(c.text.slice(Math.max(0, from - 20), from))) return false;
  c.at = from;
  c.end = from;
  return true;
}

/** Moves over the colon. False when there is none and none was meant: what was read is no key. */
export function takeColon(c: Cursor, key: TextNode): boolean {
  const char = c.text[c.at];
  if (char === ":") {
    c.at++;
    if (c.text[c.at] === ":") c.at++;
    return true;
  }
  if (char === "=") {
    const length = c.text[c.at + 1] === ">" ? 2 : 1;
    edit(c, "missing-colon", c.at, c.at + length, ":");
    c.at += length;
    return true;
  }
  if (c.at >= c.end || char === undefined || char === "," || isCloser(char)) return false;
  if (isQuote(char) && quotedKeyAt(c, c.at)) return false;
  if (!key.quoted && !isQuote(char) && char !== "{" && char !== "[") return false;
  edit(c, "missing-colon", key.end, c.at, ":");
  return true;
}

/** Letters directly behind a closing bracket belong to nothing. */
export function skipGlued(c: Cursor): boolean {
  if (!isCloser(c.text[c.at - 1])) return false;
  const glued = /^[\p{L}\p{N}]+(?=\s*(?:[,}\]]|$))/u.exec(
    c.text.slice(c.at, Math.min(c.end, c.at + 60)),
  );
  if (!glued) return false;
  edit(c, "skipped-text", c.at, c.at + glued[0].length, "");
  c.at += glued[0].length;
  return true;
}

export function isBracket(char: string | undefined): boolean {
  return char === "{" || char === "[" || char === "(";
}
