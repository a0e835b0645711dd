import { blankEnd, edit, type Cursor } from "./scan.ts";

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
export function decode(cursor: Cursor, from: number, stop: number, isCut: boolean): string {
  const { text } = cursor;
  if (isUnescaped(text.slice(from, stop)) && !cursor.strict) {
    edit(cursor, "raw-backslash", from, stop, "");
    return text
      .slice(from, stop)
      .replace(/\\(["/])|(?<!^)\\\\/g, (_, mark: string) => mark ?? "\\");
  }
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

/**
 * Whether the backslashes of a string stand for themselves, as in a path, in LaTeX or a regular
 * expression: some of them begin no escape, and others would be marks that nobody writes.
 */
function isUnescaped(content: string): boolean {
  if (!content.includes("\\")) return false;
  const plain = content.replace(/(?<!^)\\\\/g, "");
  return NO_ESCAPE.test(plain) && (ODD_ESCAPE.test(plain) || plain.startsWith("\\\\"));
}

/** A letter that no escape has. */
const NO_ESCAPE = /\\(?:[ac-eg-mo-qsv-zA-Z(]|u(?![0-9a-fA-F]{4}))/;
/** A control character before a word, or one that no text holds. */
const ODD_ESCAPE = /\\(?:[bf]|[nrt][a-z])/;

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
  const keeps = !/["'`´‘’“”„_#!~>@&]/.test(char);
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
