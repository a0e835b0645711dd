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
import type { ObjectNode, TextNode } from "./tree.ts";

// The marks between values: commas, colons, brackets, and what stands in their place when they are
// missing or too many.

/** `{"a": 1}, "b": 2}`: the object was closed too early. */
export function reopens(cursor: Cursor, node: ObjectNode): boolean {
  if (cursor.stack.at(-1) === "{" || cursor.text[cursor.at - 1] !== "}") return false;
  // In a list of valid JSON anything may follow an object; at the top level the strict pass has to
  // fail here.
  if (cursor.strict && cursor.stack.length > 0) return false;
  const next = blankEnd(cursor, cursor.at);
  if (cursor.text[next] !== ",") return false;
  const behind = blankEnd(cursor, next + 1);
  // A key that the object has begins the next one, whose opening brace is missing.
  const key = /^["“]([^"”\\\n]{1,80})["”]\s*:/.exec(
    cursor.text.slice(behind, behind + MAX_AHEAD),
  )?.[1];
  if (key !== undefined && node.members.some((member) => member.key === key)) return false;
  return (
    quotedKeyAt(cursor, behind) ||
    /^"[^"\\\n]{1,80}" "/.test(cursor.text.slice(behind, behind + 90))
  );
}

/**
 * Whether `char` ends the container that wants `own`. A closer of an outer one ends it too; any
 * other is noise.
 */
export function closeContainer(cursor: Cursor, char: string, own: "}" | "]" | ")"): boolean {
  if (char === own) {
    cursor.at++;
    return true;
  }
  const isOuter = openerLevel(cursor, char, cursor.stack.length - 2) >= 0;
  if (own === "}" && char === "]" && isOuter && repeatsKey(cursor)) {
    edit(cursor, "wrong-closer", cursor.at, cursor.at + 1, own);
    cursor.at++;
    return true;
  }
  if (isOuter && !goesOn(cursor, char, own)) {
    edit(cursor, "missing-closer", cursor.at, cursor.at, own);
    return true;
  }
  // Behind another bracket it is one too many; behind a value the one that opened it may be
  // missing.
  const isDoubled = isCloser(cursor.text[backOverSpace(cursor.text, cursor.at - 1)]);
  edit(cursor, isDoubled ? "extra-closer" : "wrong-closer", cursor.at, cursor.at + 1, "");
  cursor.at++;
  return false;
}

/**
 * `[{"a": 1}}, {"a": 2}]`: a brace too many in a list, where the next item begins with the key that
 * this one began with, or the only list that is open is closed behind it.
 */
function goesOn(cursor: Cursor, char: string, own: string): boolean {
  const { text, at } = cursor;
  if (own !== "]" || char !== "}" || text[backOverSpace(text, at - 1)] !== "}") return false;
  const isOnlyList = cursor.stack.lastIndexOf("[") === cursor.stack.indexOf("[");
  return repeatsKey(cursor) || (isOnlyList && text[blankEnd(cursor, at + 1)] === "]");
}

/** Behind a comma an object begins with the key that the one before it began with. */
function repeatsKey(cursor: Cursor): boolean {
  const { text, at } = cursor;
  const next = /^\s*,\s*\{\s*("[^"\n]{1,80}"|[\p{L}_][\p{L}\p{N}_]{0,60})\s*:/u.exec(
    text.slice(at + 1, Math.min(cursor.end, at + MAX_AHEAD)),
  );
  if (!next?.[1]) return false;
  const before = text.slice(Math.max(0, at - MAX_AHEAD), at);
  const opened = before.lastIndexOf("{");
  return (
    opened >= 0 &&
    before
      .slice(opened + 1)
      .trimStart()
      .startsWith(next[1])
  );
}

function backOverSpace(text: string, from: number): number {
  let at = from;
  while (at > 0 && /\s/.test(text[at] ?? "")) at--;
  return at;
}

/** How far the first keys of two items are looked for. In UTF-16 units. */
const MAX_AHEAD = 400;

/** Moves over a comma; one too many is recorded. */
export function noteComma(cursor: Cursor, isSeparated: boolean, own: "}" | "]" | ")"): void {
  const next = blankEnd(cursor, cursor.at + 1);
  const char = cursor.text[next];
  if (isSeparated) edit(cursor, "extra-comma", cursor.at, cursor.at + 1, "");
  else if (char === own || isCloser(char))
    edit(cursor, "trailing-comma", cursor.at, cursor.at + 1, "");
  else if (cursor.text[cursor.at] === ";")
    edit(cursor, "extra-comma", cursor.at, cursor.at + 1, ",");
  cursor.at++;
}

/**
 * The fence around the answer ends where a key or a comma should stand: the answer ends with it.
 */
export function isFenceEnd(cursor: Cursor, char: string): boolean {
  return (
    char === "`" &&
    /^```\s*(?:\n|$)/.test(cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + 40)))
  );
}

/** Dots, and words that count what they stand for, where an item or a member should be. */
export function skipEllipsis(cursor: Cursor): boolean {
  const dots = isEllipsis(cursor, cursor.at);
  if (dots === 0) return false;
  const from = cursor.at + dots;
  const words = /^[^\n"'{}[\],:]{0,80}/.exec(
    cursor.text.slice(from, Math.min(cursor.end, from + 80)),
  );
  const to = from + (words?.[0].trimEnd().length ?? 0);
  const next = blankEnd(cursor, to);
  const char = cursor.text[next];
  const isLine = cursor.text.slice(to, next).includes("\n");
  if (char !== undefined && char !== "," && !isCloser(char) && !isLine) return false;
  edit(cursor, "ellipsis", cursor.at, to, "");
  cursor.at = to;
  return true;
}

/**
 * Only prose is left, and nothing in it belongs to a structure: the answer ended before it, without
 * closing.
 */
export function endsInProse(cursor: Cursor, from: number): boolean {
  if (!isClosingProse(cursor, from)) return false;
  cursor.at = from;
  cursor.end = from;
  return true;
}

/** A sentence on a line of its own, with nothing behind it but such. */
export function isClosingProse(cursor: Cursor, from: number): boolean {
  if (from >= cursor.end) return false;
  const before = cursor.text.slice(Math.max(0, from - 20), from);
  if (!/\n\s*$/.test(before)) return false;
  const rest = cursor.text.slice(from, Math.min(cursor.end, from + MAX_PROSE));
  if (rest.length >= MAX_PROSE || !/^\p{L}[\p{L}\p{M}'’]*[\s\p{P}]/u.test(rest)) return false;
  // A key and its colon would be more of the structure, unless a blank line and a sentence say
  // otherwise.
  if (/[{}[\]]|["'”’]\s*:/.test(rest)) return false;
  const isApart = /\n[ \t]*\n\s*$/.test(before) && /[.!?。！？…][\s"'”’]*$/.test(rest);
  return isApart || !/[":]/.test(rest);
}

/** Closing words are shorter than this. */
const MAX_PROSE = 600;

/** Moves over the colon. False when there is none and none was meant: what was read is no key. */
export function takeColon(cursor: Cursor, key: TextNode): boolean {
  const char = cursor.text[cursor.at];
  if (char === ":") {
    cursor.at++;
    if (cursor.text[cursor.at] === ":") cursor.at++;
    return true;
  }
  if (char === "=") {
    const length = cursor.text[cursor.at + 1] === ">" ? 2 : 1;
    edit(cursor, "missing-colon", cursor.at, cursor.at + length, ":");
    cursor.at += length;
    return true;
  }
  const arrow = /^(?:->|→|:=)/.exec(cursor.text.slice(cursor.at, cursor.at + 2))?.[0];
  if (arrow !== undefined) {
    edit(cursor, "missing-colon", cursor.at, cursor.at + arrow.length, ":");
    cursor.at += arrow.length;
    return true;
  }
  if (cursor.at >= cursor.end || char === undefined || char === "," || isCloser(char)) return false;
  if (key.text === "") return false;
  if (isQuote(char) && quotedKeyAt(cursor, cursor.at)) return false;
  if (!key.quoted && !isQuote(char) && char !== "{" && char !== "[") return false;
  edit(cursor, "missing-colon", key.end, cursor.at, ":");
  return true;
}

/** Letters directly behind a closing bracket belong to nothing. */
export function skipGlued(cursor: Cursor): boolean {
  if (!isCloser(cursor.text[cursor.at - 1])) return false;
  const glued = /^[\p{L}\p{N}]+(?=\s*(?:[,}\]]|$))/u.exec(
    cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + 60)),
  );
  if (!glued) return false;
  edit(cursor, "skipped-text", cursor.at, cursor.at + glued[0].length, "");
  cursor.at += glued[0].length;
  return true;
}

export function isBracket(char: string | undefined): boolean {
  return char === "{" || char === "[" || char === "(";
}

/** Four quotes or more before a blank hold nothing. */
export function skipNoise(cursor: Cursor): boolean {
  const from = cursor.at;
  const noise = /^"{4,6}(?=\s)/.exec(cursor.text.slice(from, Math.min(cursor.end, from + 7)));
  if (!noise) return false;
  edit(cursor, "stray-quote", from, from + noise[0].length, "");
  cursor.at += noise[0].length;
  return true;
}
