import { isObject } from "../core/json.ts";
import { dataIn, lastBefore, shorten } from "./candidate.ts";
import { announcesMore } from "./final.ts";
import { fold } from "./fold.ts";
import { namesIn, pair, pairsOf } from "./left-behind.ts";
import type { Lost } from "./answer.ts";
import { takesAnything } from "./schemas.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

interface Region extends Place {
  readonly node: { readonly open: boolean };
}

/** What to look for beside a value, and where. */
export interface Beside {
  readonly schema: unknown;
  readonly text: string;
  /** What was read there is compared elsewhere. */
  readonly regions: readonly Region[];
  /** Only what stands behind the value: the text takes back what stands before it. */
  readonly isFinal: boolean;
}

/** A key in quotes, escaped or not, what stands for a colon, and a value. */
const KEYED =
  /\\{0,3}["“]([^"“”\\\n]{1,80})\\{0,3}["”]\s{0,9}(?:[:：=]>?|->)\s{0,9}(?:\\{0,3}"([^"\\\n]{0,200})|([^\s,{}[\]"\\]{1,40}))?/g;

/** A named argument of a call, and its value. */
const ARGUMENT =
  /[(,]\s{0,9}([\p{L}_][\p{L}\p{M}\p{N}_]{0,80})\s{0,9}=(?!=)\s{0,9}(?:["']([^"'\\\n]{0,200})|([^\s,()[\]{}"']{1,40}))?/gu;

/** A line of a key without quotes and its value. */
const LINE =
  /^[ \t\u200b\u2060\ufeff]{0,40}(?:[-*+][ \t]+)?\*{0,2}([\p{L}_][\p{L}\p{M}\p{N}_ -]{0,60}?)\*{0,2}[ \t]{0,9}[:：]\*{0,2}[ \t]{1,9}([^\s\n][^\n]{0,200})$/gmu;

/**
 * What stands beside a value and was not read, though it looks like more of the answer: a key of
 * the contract with another value, or anything behind words that announce a final answer. Null
 * where there is nothing of the kind.
 */
export function unreadBeside(value: unknown, node: Place, beside: Beside): Lost | null {
  return unreadBehind(node, beside) ?? unreadKeys(value, node, beside)[0] ?? null;
}

/** What stands behind a value and goes on with it, or begins another answer. */
function unreadBehind(node: Place, { text, regions }: Beside): Lost | null {
  const announced = announcesMore(text, node.end);
  if (announced !== null) return lostAt(text, announced, text.length);
  const behind = text.slice(node.end, node.end + MAX_GAP);
  // A closer too many says that an opener is missing, or that another closer came too early; a
  // comma with blanks alone behind it, that the text ended within what the value is part of.
  if (/^\s*(?:[\]}]|[,，]\s+$)/.test(behind)) return lostAt(text, node.end, node.end + 1);
  const goesOn = GOES_ON.exec(behind) ?? unreadOpener(node, behind, regions);
  if (goesOn) return lostAt(text, node.end, node.end + goesOn[0].length);
  const begun = regions.find(
    (region) =>
      (region.start >= node.end && region.node.open) ||
      (region.start < node.start && region.end > node.start),
  );
  return begun ? lostAt(text, begun.start, begun.end) : null;
}

/**
 * The list that a value is part of goes on, or the object does, with a key in quotes or without.
 */
const GOES_ON =
  /^(?:(?:\s*`{3,})?[\s\]})]{0,20}[,，、;；]\s*(?:[{["“”„'‘’`´「『«»‹｛［＂＇]|[-−]?\d|[\p{L}_$][^\n,;{}[\]"']{0,60}[:：=])|\s*["“][^"“”\n]{1,80}["”]\s*[:：])/u;

/**
 * What goes on behind a value, up to an empty line, where no other value begins: members or items.
 */
export function goesOnBehind({ end }: Place, text: string, regions: readonly Region[]): Lost[] {
  const behind = GOES_ON.exec(text.slice(end, end + MAX_GAP));
  const stop = /\n\s*\n|$/.exec(text.slice(end))?.index ?? 0;
  const isRead = regions.some(({ start }) => start >= end && start < end + stop);
  return behind && !isRead ? [lostAt(text, end, end + stop)] : [];
}

/** A bracket opens another value right behind this one, and nothing could be read there. */
function unreadOpener(
  { end }: Place,
  behind: string,
  regions: readonly Region[],
): RegExpExecArray | null {
  const opener = /^\s*[{[]/.exec(behind);
  const at = end + (opener?.[0].length ?? 0) - 1;
  return regions.some(({ start }) => start === at) ? null : opener;
}

/** Blanks between a value and the mark behind it are fewer. In UTF-16 units. */
const MAX_GAP = 200;

/** Each key of the contract or of the value that has a value which is not said under it. */
export function unreadKeys(value: unknown, node: Place, beside: Beside): Lost[] {
  const { text, schema, regions, isFinal } = beside;
  const names = isOpen(schema) ? null : namesIn(schema);
  if (names && isObject(value)) for (const key of Object.keys(value)) names.add(fold(key));
  const said = pairsOf(value);
  const named = names ? [...text.matchAll(LINE), ...text.matchAll(ARGUMENT)] : [];
  const unread: Place[] = [];
  for (const found of [...text.matchAll(KEYED), ...named]) {
    const [, key = "", quoted, bare] = found;
    const start = found.index;
    const end = endOf(text, found);
    const isBefore = end <= node.start;
    if ((!isBefore && start < node.end) || (isFinal && isBefore)) continue;
    if (names && !names.has(fold(key))) continue;
    const region = lastBefore(regions, ({ start: from }) => from, start)[0];
    if (region && end <= region.end) continue;
    if (!said.has(pair(key, quoted ?? bare ?? "…"))) unread.push({ start, end });
  }
  return joined(text, unread).map(({ start, end }) => lostAt(text, start, end));
}

/** Where a key and its value end. */
function endOf(text: string, found: RegExpExecArray): number {
  const [whole, , quoted, bare] = found;
  const stop = found.index + whole.length;
  return quoted === undefined && bare === undefined ? stop + bracketedAt(text, stop) : stop;
}

/** How long the list or object of scalars is that begins at an offset. */
function bracketedAt(text: string, at: number): number {
  const found = /^\s{0,9}[[{][^{}[\]]*[\]}]/.exec(text.slice(at, at + MAX_BRACKETED));
  return found?.[0].length ?? 0;
}

/** Longer ones are listed by their keys. In UTF-16 units. */
const MAX_BRACKETED = 2000;

/** In the order of the text, as one where nothing is said between two. */
function joined(text: string, places: readonly Place[]): Place[] {
  const groups: Place[] = [];
  for (const place of places.toSorted((a, b) => a.start - b.start)) {
    const last = groups.at(-1);
    const isNext = last && !/[\p{L}\p{N}]/u.test(text.slice(last.end, place.start));
    if (isNext)
      groups[groups.length - 1] = { start: last.start, end: Math.max(last.end, place.end) };
    else groups.push(place);
  }
  return groups;
}

function isOpen(schema: unknown): boolean {
  return isObject(schema) && takesAnything(schema);
}

function lostAt(text: string, from: number, to: number): Lost {
  const piece = text.slice(from, to);
  return { text: shorten(piece), position: from, characters: dataIn(piece) };
}
