import { saysLeftOut } from "./placeholders.ts";
import type { RuleName } from "./rules.ts";
import type { ParseEdit } from "./tree.ts";

/** A parse under way. One per candidate; never shared. */
export interface Cursor {
  readonly text: string;
  /** Nothing at or behind this offset is read. */
  end: number;
  at: number;
  readonly edits: ParseEdit[];
  /** The containers that are open, innermost last. */
  readonly stack: ("{" | "[" | "(")[];
  /**
   * The text is the beginning of an answer: what is cut off is dropped or closed without being a
   * fault.
   */
  readonly partial: boolean;
  /** Offsets from which a search for a closing quote ran to the end in vain, by kind of string. */
  readonly vain: Map<string, number>;
  /** Set when the text can't be an answer: too deep, or too many edits. */
  failed: boolean;
  /** Keys have no quotes here: words between a comma and a colon are taken for one. */
  hasBareKeys: boolean;
  /** Only valid JSON is read, and the first edit fails the parse: quotes need no judging then. */
  readonly strict: boolean;
}

const MAX_EDITS = 100_000;
/**
 * How far a look ahead goes: keys, words, comments and blanks longer than this are not recognised
 * by it.
 */
const REACH = 160;

export function newCursor(
  text: string,
  at: number,
  end: number,
  partial: boolean,
  strict = false,
): Cursor {
  return {
    text,
    end,
    at,
    edits: [],
    stack: [],
    partial,
    vain: new Map(),
    failed: false,
    hasBareKeys: false,
    strict,
  };
}

export function edit(
  cursor: Cursor,
  rule: RuleName,
  from: number,
  to: number,
  after: string,
): void {
  if (cursor.strict || cursor.edits.length >= MAX_EDITS) cursor.failed = true;
  else cursor.edits.push({ rule, from, to, after });
}

export function isBlank(code: number): boolean {
  if (code <= 32) return true;
  if (code < 0xa0) return false;
  return isOddSpace(code);
}

function isOddSpace(code: number): boolean {
  return (
    code === 0xa0 ||
    code === 0xfeff ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x2060 && code <= 0x2064) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x1680 ||
    code === 0x180e
  );
}

const OTHER_QUOTES = "«»´‹›「」『』＂＇";

/** `"`, `'`, `` ` ``, `´`, the typographic ones and those of other scripts. */
export function isQuote(char: string | undefined): boolean {
  if (char === '"' || char === "'" || char === "`") return true;
  if (char === undefined || char < "«") return false;
  return (char >= "‘" && char <= "‟") || OTHER_QUOTES.includes(char);
}

const OTHER_CLOSERS: Readonly<Record<string, string>> = {
  "«": "»",
  "»": "«»",
  "‹": "›",
  "›": "‹›",
  "「": "」",
  "『": "』",
  "＂": "＂",
  "＇": "＇",
};

/** The quotes that may close what a quote opened. */
export function closersOf(char: string): string {
  if (char === '"' || char === "'") return char;
  if (char === "`") return "`´'";
  if (char === "´") return "`´";
  const own = OTHER_CLOSERS[char];
  if (own !== undefined) return own;
  return "“”„‟".includes(char) ? '“”‟"' : "‘’‛'";
}

export function isCloser(char: string | undefined): boolean {
  return char === "}" || char === "]" || char === ")";
}

/**
 * The offset of the next character that is neither blank nor comment. Records nothing; long
 * comments are not skipped.
 */
export function blankEnd(cursor: Cursor, from: number): number {
  const { text, end } = cursor;
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) at++;
    else if (code === 47 || (code === 35 && !/["'`]/.test(text.charAt(at - 1)))) {
      // A `#` behind a quote is part of a text whose quote it was that opened it.
      const length = commentLength(cursor, at);
      if (length === 0) break;
      at += length;
    } else break;
  }
  return at;
}

function commentLength(cursor: Cursor, at: number): number {
  const ahead = cursor.text.slice(at, Math.min(cursor.end, at + REACH));
  const isLast = at + REACH >= cursor.end;
  if (ahead.startsWith("/*")) {
    const close = ahead.indexOf("*/", 2);
    return close < 0 ? (isLast ? ahead.length : 0) : close + 2;
  }
  if (!ahead.startsWith("//") && !/^#[\s!]/.test(ahead)) return 0;
  const newline = ahead.indexOf("\n");
  if (newline >= 0 || !isLast) return Math.max(0, newline);
  const closer = cursor.stack.length > 0 ? ahead.search(/[}\]]/) : -1;
  return closer < 0 ? ahead.length : closer;
}

/**
 * Moves to the next thing that counts, recording comments, odd spaces and stray fences on the way.
 */
export function skipBlank(cursor: Cursor): void {
  const { text, end } = cursor;
  while (cursor.at < end) {
    const code = text.charCodeAt(cursor.at);
    if (code <= 32) cursor.at++;
    else if (code >= 0xa0 && isOddSpace(code)) {
      edit(cursor, "odd-space", cursor.at, cursor.at + 1, " ");
      cursor.at++;
    } else if (code === 47 || code === 35) {
      if (!skipComment(cursor)) return;
    } else if (code === 96 && text.startsWith("```", cursor.at) && cursor.stack.length === 0) {
      const to =
        /^`{3,}(?:[a-zA-Z][\w+-]*)?/.exec(text.slice(cursor.at, cursor.at + 40))?.[0].length ?? 3;
      edit(cursor, "fence", cursor.at, cursor.at + to, "");
      cursor.at += to;
    } else return;
  }
}

function skipComment(cursor: Cursor): boolean {
  const { text, at, end } = cursor;
  const next = text[at + 1];
  if (text[at] === "/" && next === "*") {
    const close = text.indexOf("*/", at + 2);
    cursor.at = close < 0 || close + 2 > end ? end : close + 2;
  } else if (
    (text[at] === "/" && next === "/") ||
    (text[at] === "#" && (next === " " || next === "\t"))
  ) {
    cursor.at = lineCommentEnd(cursor);
  } else return false;
  const isLast = text[at + 1] !== "*" && cursor.at < end && text[cursor.at] !== "\n";
  noteComment(cursor, at, cursor.at, isLast);
  return true;
}

/** A comment, or words that say that something was left out. */
export function noteComment(cursor: Cursor, from: number, to: number, isLast = false): void {
  const isOut = saysLeftOut(cursor.text.slice(from, Math.min(to, from + REACH)));
  edit(cursor, isOut ? "ellipsis" : isLast ? "comment-end" : "comment", from, to, "");
}

/** A line comment on the last line would swallow what closes the structure: then it ends there. */
function lineCommentEnd(cursor: Cursor): number {
  const newline = cursor.text.indexOf("\n", cursor.at);
  if (newline >= 0 && newline < cursor.end) return newline;
  if (cursor.stack.length === 0) return cursor.end;
  const closer = /[}\]]/.exec(
    cursor.text.slice(cursor.at, Math.min(cursor.end, cursor.at + 2 * REACH)),
  );
  return closer ? cursor.at + closer.index : cursor.end;
}

const STRONG_KEY =
  /^(?:"(?:[^"\\\n]|\\.){0,120}"|'(?:[^'\\\n]|\\.){0,120}'|[`´][^`´\n]{1,80}[`´]|[“”„][^“”"\n]{1,80}[“”"]|[‘’][^‘’'\n]{1,80}[‘’']|«[^«»\n]{0,80}»|»[^«»\n]{0,80}«|[‹›][^‹›\n]{0,80}[‹›]|「[^「」\n]{0,80}」|『[^『』\n]{0,80}』|＂[^＂\n]{0,80}＂|＇[^＇\n]{0,80}＇)"?\s*(?::|=>?|->|→)/u;
const WEAK_KEY =
  /^[\p{L}_$][\p{L}\p{M}\p{N}_$.-]{0,60}?["'”’]?\s*(?::(?!\/\/)|=>|->|→|=\s*(?:["'{[]|-?\d|(?:true|false|null|nil|True|False|None)\b))/u;
const NUMBER_KEY = /^\d{1,15}\s*:(?=[\s"'{[])/;
/** Words, dates, times, signs: any key, where the keys before it had no quotes either. */
const LOOSE_KEY =
  /^(?:\d{1,2}:\d\d(?::\d\d)?|[^\s"'`{}[\](),:;][^"'`{}[\],:;\n]{0,60}?)\s*:(?=\s|["'{[\d-]|true\b|false\b|null\b)/u;

/** `:name =>`, as Ruby writes its keys. */
const SYMBOL_KEY = /^:[\p{L}_][\p{L}\p{M}\p{N}_]{0,60}[?!]?\s*=>/u;

/**
 * Whether a key and its colon stand at `at`: 2 when it is quoted, 1 when it is a bare word, 0 when
 * there is none.
 */
export function keyAt(cursor: Cursor, at: number): 0 | 1 | 2 {
  const first = cursor.text[at];
  if (isQuote(first)) return quotedKeyAt(cursor, at) ? 2 : 0;
  if (first === ":" && symbolKeyAt(cursor, at)) return 1;
  if (first === undefined || isStructure(first)) return 0;
  const ahead = cursor.text.slice(at, Math.min(cursor.end, at + REACH));
  if (!/[:=>→]/.test(ahead)) return 0;
  if (WEAK_KEY.test(ahead) || NUMBER_KEY.test(ahead)) return 1;
  return cursor.hasBareKeys && LOOSE_KEY.test(ahead) ? 1 : 0;
}

export function symbolKeyAt(cursor: Cursor, at: number): boolean {
  return SYMBOL_KEY.test(cursor.text.slice(at, Math.min(cursor.end, at + REACH)));
}

/** Whether a key in quotes and its colon stand at `at`. */
export function quotedKeyAt(cursor: Cursor, at: number): boolean {
  if (!isQuote(cursor.text[at])) return false;
  const ahead = cursor.text.slice(at, Math.min(cursor.end, at + REACH));
  return /[:=→>]/.test(ahead) && STRONG_KEY.test(ahead);
}

function isStructure(char: string): boolean {
  return (
    char === "{" || char === "[" || char === "(" || char === "," || char === ":" || isCloser(char)
  );
}

/** A few words that belong to nothing, then a quoted key. */
export function garbageThenKey(cursor: Cursor, at: number): boolean {
  const ahead = cursor.text.slice(at, Math.min(cursor.end, at + 80));
  const words = /^(?:(?:[\p{L}\p{N}_.-]+\s+){1,4}|"{2,6}\s+)(?=["“])/u.exec(ahead);
  return words !== null && quotedKeyAt(cursor, at + words[0].length);
}

export function isEllipsis(cursor: Cursor, at: number): number {
  if (cursor.text[at] === "…") return 1;
  if (cursor.text[at] !== "." || !cursor.text.startsWith("...", at)) return 0;
  return 3;
}

/** The nearest open container at or below `level` that `closer` closes, or -1. */
export function openerLevel(cursor: Cursor, closer: string, level: number): number {
  const opener = closer === "}" ? "{" : closer === "]" ? "[" : "(";
  return cursor.stack.lastIndexOf(opener, level);
}
