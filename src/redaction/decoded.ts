import { Buffer } from "node:buffer";

/** A text with its escapes undone, and where each of its characters stands in the text itself. */
export interface Decoded {
  readonly text: string;
  /** Where a character begins. One more at the end: the length. */
  readonly starts: readonly number[];
  /** Where a character ends. */
  readonly ends: readonly number[];
}

/**
 * The text with JSON's escapes undone (`\/`, `\u002f`, behind any number of backslashes), with
 * URL's (`%2F`), and with one within the other. Only what differs from the text.
 */
export function decodings(text: string): readonly Decoded[] {
  const json = text.includes("\\") ? withoutJson(text) : null;
  const url = withoutPercents(text);
  const views = [json, url];
  if (json?.text.includes("%")) views.push(within(json, withoutPercents(json.text)));
  if (url?.text.includes("\\")) views.push(within(url, withoutJson(url.text)));
  return views.filter((view) => view !== null);
}

/** The text as JSON's escapes leave it: without a backslash. */
export function plainOfJson(text: string): string {
  return text.includes("\\") ? withoutJson(text).text : text;
}

/**
 * Where an escape may have begun that the text does not end; the text's length when nowhere. A
 * character of several bytes may go on after any of them.
 */
export function openEscape(text: string): number {
  const begun = /(?:\\+(?:u[\dA-F]{0,3})?|%[\dA-F]?)$/i.exec(text)?.index ?? text.length;
  const [percents = ""] = /(?:%[89A-F][\dA-F]){1,3}$/i.exec(text.slice(0, begun)) ?? [];
  const bytes = Buffer.from(percents.replaceAll("%", ""), "hex");
  for (let back = 1; back <= bytes.length; back++)
    if (sizeFrom(bytes[bytes.length - back] ?? 0) > back) return begun - back * 3;
  return begun;
}

/** Bytes of the UTF-8 character that begins with this one; one that begins none is alone. */
function sizeFrom(byte: number): number {
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

const JSON_ESCAPES = /\\+(?:u([\dA-F]{4})|(["/bfnrt]))?/gi;
const PERCENTS = /(?:%[\dA-F]{2})+/gi;
const CONTROLS: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Again and again: a backslash may have been escaped itself. */
function withoutJson(text: string): Decoded {
  let view = replaced(text, JSON_ESCAPES, ([, unicode, short], at, end) => {
    if (unicode !== undefined)
      return [[String.fromCharCode(Number.parseInt(unicode, 16)), at, end]];
    return short === undefined ? [] : [[CONTROLS[short] ?? short, at, end]];
  });
  if (view.text.includes("\\")) view = within(view, withoutJson(view.text)) ?? view;
  return view;
}

function withoutPercents(text: string): Decoded | null {
  if (!text.includes("%")) return null;
  return replaced(text, PERCENTS, ([percents = ""], at) => characters(percents, at));
}

type Piece = readonly [text: string, start: number, end: number];

/** Each character of a run of `%XX`, with as many of them as it has bytes. */
function characters(percents: string, start: number): readonly Piece[] {
  const bytes = Buffer.from(percents.replaceAll("%", ""), "hex");
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(at + sizeFrom(bytes[at] ?? 0), bytes.length);
    pieces.push([bytes.toString("utf8", at, end), start + at * 3, start + end * 3]);
    at = end;
  }
  return pieces;
}

function replaced(
  text: string,
  pattern: RegExp,
  write: (match: readonly string[], start: number, end: number) => readonly Piece[],
): Decoded {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;

  function take([part, start, end]: Piece): void {
    parts.push(part);
    for (let index = 0; index < part.length; index++) {
      starts.push(start);
      ends.push(end);
    }
  }

  function copyTo(end: number): void {
    parts.push(text.slice(at, end));
    for (; at < end; at++) {
      starts.push(at);
      ends.push(at + 1);
    }
  }

  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    copyTo(match.index);
    for (const piece of write(match, match.index, end)) take(piece);
    at = end;
  }
  copyTo(text.length);
  starts.push(text.length);
  return { text: parts.join(""), starts, ends };
}

/** A view of a view, as one of the text. */
function within(outer: Decoded, inner: Decoded | null): Decoded | null {
  if (inner === null) return null;
  return {
    text: inner.text,
    starts: inner.starts.map((at) => outer.starts[at] ?? 0),
    ends: inner.ends.map((at) => outer.ends[at - 1] ?? 0),
  };
}
