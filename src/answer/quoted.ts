import { readBlock } from "./block.ts";
import { decode } from "./escapes.ts";
import type { Place } from "./follow.ts";
import { blankEnd, closersOf, edit, isBlank, type Cursor } from "./scan.ts";
import { endingOf, type Ending } from "./string-end.ts";
import { holdsStructure } from "./swallowed.ts";
import type { TextNode } from "./tree.ts";

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
  const ending = withoutStray(
    cursor,
    open,
    char,
    endingOf(cursor, { open, char, place, isDoubled: doubled }),
  );
  noteQuotes(cursor, open, place, ending);
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

/** One quote too many at the end of a string closes nothing. */
function withoutStray(cursor: Cursor, open: number, char: string, ending: Ending): Ending {
  const { stop, inner, fault } = ending;
  if (inner !== 1 || fault !== null || cursor.text[stop - 1] !== char || stop - 2 <= open)
    return ending;
  edit(cursor, "stray-quote", stop - 1, stop, "");
  return { ...ending, stop: stop - 1, inner: 0 };
}

/** Says of which kind the quotes are, around the string and in it. */
function noteQuotes(cursor: Cursor, open: number, place: Place, ending: Ending): void {
  const { stop, inner, isGuess } = ending;
  const char = cursor.text[open] ?? '"';
  if (inner > 0 && holdsStructure(cursor.text.slice(open + 1, stop))) cursor.failed = true;
  if (char !== '"') edit(cursor, "other-quotes", open, open + 1, '"');
  if (inner === 0 && isGuess !== true) return;
  const rule = place !== "key" && isSure(cursor, open, ending) ? "inner-quote" : "guessed-quote";
  edit(cursor, rule, open + 1, stop, `\\${char}`);
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
  const content = cursor.text.slice(open + 1, ending.stop);
  // Of other quotes only an apostrophe within a word can be no end.
  const char = cursor.text[open] ?? "";
  if (char !== '"' && ending.inner > 0 && !hasApostrophesOnly(content, closersOf(char)))
    return false;
  // Brackets, a line end or another key may be structure that a missing mark left in the string.
  if (ending.inner > 0 && (/[{}\n]/.test(content) || KEY_BEHIND.test(content))) return false;
  // Quotes with nothing but a blank between them could be the ends of two strings.
  return !/\\["']|["”]\s+["“]|["“”]\s*[}\]:：]|["”]\s+[\p{L}_][\p{L}\p{N}_]*\s*[:=]\s*["“]/u.test(
    content,
  );
}

function hasApostrophesOnly(content: string, closers: string): boolean {
  const bare = content.replace(/\\[^]|(?<=\p{L})['’](?= ?\p{L})/gu, "");
  return !Array.from(closers).some((closer) => bare.includes(closer));
}

const KEY_BEHIND =
  /["”'’]\s*[,，、;；+]?\s*["“'‘「]?[\p{L}_$][\p{L}\p{N}_$ -]{0,60}["”'’」]?\s*(?:[:：=→]|->)/u;

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
