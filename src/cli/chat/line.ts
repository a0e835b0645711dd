import { visible } from "../../core/visible.ts";
import type { Key, KeyName } from "./keys.ts";

/** A text that is being written; nothing here changes, keys make a new one. */
export interface Line {
  readonly text: string;
  /** Where the next character goes, in UTF-16 units. */
  readonly cursor: number;
  /** What was sent before, from the oldest. */
  readonly history: readonly string[];
  /** Which of them is shown; their number: none. */
  readonly at: number;
  /** What was being written before one of them was shown. */
  readonly draft: string;
  /** What was deleted last. */
  readonly killed: string;
}

export type Act = "send" | "interrupt" | "end" | "redraw" | "complete" | "suspend";

export interface Pressed {
  readonly line: Line;
  /** What is to be done now; null: nothing but showing the line. */
  readonly act: Act | null;
}

export function emptyLine(history: readonly string[]): Line {
  return { text: "", cursor: 0, history, at: history.length, draft: "", killed: "" };
}

/** The line with another text, the cursor behind it. */
export function withText(line: Line, text: string): Line {
  return { ...line, text, cursor: text.length };
}

export function press(line: Line, key: Key): Pressed {
  if (key.type !== "key") return { line: insert(line, visible(key.text)), act: null };
  const act = ACTS[key.name];
  if (key.name === "send" && isContinued(line)) return { line: continued(line), act: null };
  if (key.name === "end-of-input" && line.text !== "")
    return { line: deleted(line, line.cursor, after(line)), act: null };
  if (act !== undefined) return { line, act };
  return { line: MOVES[key.name]?.(line) ?? line, act: null };
}

const ACTS: Partial<Record<KeyName, Act>> = {
  send: "send",
  interrupt: "interrupt",
  "end-of-input": "end",
  redraw: "redraw",
  complete: "complete",
  suspend: "suspend",
};

const MOVES: Partial<Record<KeyName, (line: Line) => Line>> = {
  newline: (line) => insert(line, "\n"),
  left: (line) => moved(line, before(line)),
  right: (line) => moved(line, after(line)),
  home: (line) => moved(line, lineStart(line)),
  end: (line) => moved(line, lineEnd(line)),
  up: (line) => vertical(line, -1),
  down: (line) => vertical(line, 1),
  older: (line) => remembered(line, line.at - 1),
  newer: (line) => remembered(line, line.at + 1),
  "word-left": (line) => moved(line, wordLeft(line)),
  "word-right": (line) => moved(line, wordRight(line)),
  "delete-left": (line) => deleted(line, before(line), line.cursor),
  "delete-right": (line) => deleted(line, line.cursor, after(line)),
  "delete-word-left": (line) => killed(line, wordLeft(line), line.cursor),
  "delete-word-right": (line) => killed(line, line.cursor, wordRight(line)),
  "delete-to-start": (line) => killed(line, lineStart(line), line.cursor),
  "delete-to-end": (line) => killed(line, line.cursor, toEnd(line)),
  yank: (line) => insert(line, line.killed),
};

/** A line that ends in a backslash goes on. */
function isContinued({ text, cursor }: Line): boolean {
  return (
    cursor > 0 && text[cursor - 1] === "\\" && (cursor === text.length || text[cursor] === "\n")
  );
}

function continued(line: Line): Line {
  return insert(deleted(line, line.cursor - 1, line.cursor), "\n");
}

function insert(line: Line, added: string): Line {
  const { text, cursor } = line;
  return {
    ...line,
    text: text.slice(0, cursor) + added + text.slice(cursor),
    cursor: cursor + added.length,
  };
}

function deleted(line: Line, from: number, to: number): Line {
  return { ...line, text: line.text.slice(0, from) + line.text.slice(to), cursor: from };
}

function killed(line: Line, from: number, to: number): Line {
  return from === to ? line : { ...deleted(line, from, to), killed: line.text.slice(from, to) };
}

function moved(line: Line, cursor: number): Line {
  return { ...line, cursor };
}

/** Longer than any character that is drawn as one. */
const LONGEST_CHARACTER = 64;
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Where the character before the cursor begins. */
function before({ text, cursor }: Line): number {
  const from = Math.max(0, cursor - LONGEST_CHARACTER);
  const last = [...CHARACTERS.segment(text.slice(from, cursor))].at(-1);
  return last === undefined ? 0 : from + last.index;
}

/** Where the character behind the cursor ends. */
function after({ text, cursor }: Line): number {
  const [first] = CHARACTERS.segment(text.slice(cursor, cursor + LONGEST_CHARACTER));
  return cursor + (first?.segment.length ?? 0);
}

function lineStart({ text, cursor }: Line): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

function lineEnd({ text, cursor }: Line): number {
  const end = text.indexOf("\n", cursor);
  return end === -1 ? text.length : end;
}

/** At the end of a line, the line's end. */
function toEnd(line: Line): number {
  const end = lineEnd(line);
  return end === line.cursor ? after(line) : end;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

function wordLeft({ text, cursor }: Line): number {
  let at = cursor;
  while (at > 0 && !WORD.test(characterBefore(text, at))) at -= characterBefore(text, at).length;
  while (at > 0 && WORD.test(characterBefore(text, at))) at -= characterBefore(text, at).length;
  return at;
}

function wordRight({ text, cursor }: Line): number {
  let at = cursor;
  while (at < text.length && !WORD.test(characterAt(text, at))) at += characterAt(text, at).length;
  while (at < text.length && WORD.test(characterAt(text, at))) at += characterAt(text, at).length;
  return at;
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function characterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  const isPair = at > 1 && low >= 0xdc_00 && low <= 0xdf_ff;
  return isPair ? text.slice(at - 2, at) : text.slice(at - 1, at);
}

/** A line up or down at the same distance from its start; from the first and last into history. */
function vertical(line: Line, by: -1 | 1): Line {
  const start = lineStart(line);
  const end = lineEnd(line);
  if (by === -1 && start === 0) return remembered(line, line.at - 1);
  if (by === 1 && end === line.text.length) return remembered(line, line.at + 1);
  const target = by === -1 ? lineStart(moved(line, start - 1)) : end + 1;
  const cursor = Math.min(target + (line.cursor - start), lineEnd(moved(line, target)));
  return onCharacter(moved(line, cursor));
}

/** Not within a character. */
function onCharacter(line: Line): Line {
  const start = lineStart(line);
  const from = Math.max(start, line.cursor - LONGEST_CHARACTER);
  const near = line.text.slice(from, line.cursor + LONGEST_CHARACTER);
  for (const { index, segment } of CHARACTERS.segment(near)) {
    const [begins, ends] = [from + index, from + index + segment.length];
    if (begins < line.cursor && line.cursor < ends) return moved(line, begins);
  }
  return line;
}

function remembered(line: Line, at: number): Line {
  const { history, text } = line;
  if (at < 0 || at > history.length) return line;
  const draft = line.at === history.length ? text : line.draft;
  return { ...withText(line, at === history.length ? draft : (history[at] ?? "")), at, draft };
}
