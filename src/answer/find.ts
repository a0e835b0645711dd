import { parseOpened, parseValue } from "./parse.ts";
import { blankEnd, isBlank, newCursor, quotedKeyAt, type Cursor } from "./scan.ts";
import type { Node } from "./tree.ts";

/** Where in an answer a value was found. */
export type Rung = "whole" | "fence" | "object";

/** A value found in a text, with the parse that gave it. */
export interface Region {
  readonly rung: Rung;
  readonly node: Node;
  readonly cursor: Cursor;
  readonly start: number;
  readonly end: number;
}

/**
 * More than this many are no answers but prose full of brackets: the largest and the last are kept.
 */
const MAX_REGIONS = 400;

/**
 * Every object and list that stands at the top level of a text, in order, broken ones too, but not
 * in the places in `except`, which are in order as well. One pass.
 */
export function findRegions(
  text: string,
  partial: boolean,
  except: readonly { readonly start: number; readonly end: number }[] = [],
): Region[] {
  const regions: Region[] = [];
  const nextOpener = openersOf(text);
  // Reading strictly first may run further than reading what is there: together no more than a few
  // times the text.
  const budget = { left: 4 * text.length };
  let at = 0;
  let next = 0;
  while (at < text.length) {
    const found = nextOpener(at);
    if (!found) break;
    while ((except[next]?.end ?? text.length) <= found.index) next++;
    const around = except[next];
    if (around && found.index >= around.start) {
      at = around.end;
      continue;
    }
    const region = regionAt(text, found.index, found.mark, partial, budget);
    if (region) regions.push(region);
    at = Math.max(region?.end ?? 0, found.index + (found.mark === "```" && !region ? 3 : 1));
    if (region?.cursor.failed) break;
    if (regions.length > MAX_REGIONS) regions.splice(0, 1);
  }
  return regions.filter((region) => !region.cursor.failed);
}

interface Opener {
  readonly mark: string;
  readonly index: number;
}

/**
 * Finds the first opener at or behind an offset; offsets only grow, so each kind is searched for
 * once over the whole text.
 */
function openersOf(text: string): (from: number) => Opener | null {
  const kinds = ["{", "[", "```"].map((mark) => ({ mark, index: text.indexOf(mark) }));
  return (from) => {
    let first: Opener | null = null;
    for (const kind of kinds) {
      if (kind.index >= 0 && kind.index < from) kind.index = text.indexOf(kind.mark, from);
      if (kind.index >= 0 && (!first || kind.index < first.index)) first = { ...kind };
    }
    return first;
  };
}

function regionAt(
  text: string,
  at: number,
  opener: string,
  partial: boolean,
  budget: { left: number },
): Region | null {
  if (opener === "```") return fencedScalar(text, at, partial);
  if (
    isAroundFence(text, at) ||
    isInfo(text, at, partial) ||
    (opener === "[" && (isMarkdownLink(text, at) || isMark(text, at) || isCheckbox(text, at)))
  )
    return null;
  const { cursor, node } =
    parseStrict(text, at, partial, budget) ?? parseLoosely(text, at, partial);
  if (!node) return null;
  const isWhole = at === blankEnd(cursor, 0) && blankEnd(cursor, cursor.at) >= text.length;
  const rung = isWhole ? "whole" : isFenced(text, at) ? "fence" : "object";
  return { rung, node, cursor, start: at, end: cursor.at };
}

function parseStrict(
  text: string,
  at: number,
  partial: boolean,
  budget: { left: number },
): Parse | null {
  if (budget.left <= 0) return null;
  const cursor = newCursor(text, at, text.length, partial, true);
  const node = parseValue(cursor, "top");
  budget.left -= cursor.at - at;
  return node && !cursor.failed ? { cursor, node } : null;
}

function parseLoosely(text: string, at: number, partial: boolean): Parse {
  const cursor = newCursor(text, at, text.length, partial);
  return { cursor, node: parseValue(cursor, "top") };
}

interface Parse {
  readonly cursor: Cursor;
  readonly node: Node | null;
}

/** `[text](url)`, `[x]` and `[12]` in prose. */
function isMarkdownLink(text: string, at: number): boolean {
  return /^\[[^\]\n{}"]{0,200}\]\(/.test(text.slice(at, at + 204));
}

/** `- [x] done`. */
function isCheckbox(text: string, at: number): boolean {
  return (
    /^\[[ xX]\] /.test(text.slice(at, at + 4)) &&
    /[-*•] +$/.test(text.slice(Math.max(0, at - 6), at))
  );
}

/** `{.json .numbered}` on the opening line of a fence. */
function isInfo(text: string, at: number, partial: boolean): boolean {
  const info = partial ? /^\{[.#][^}\n]*(?:\}[ \t]*\n|\}?$)/ : /^\{[.#][^}\n]*\}[ \t]*\n/;
  if (!info.test(text.slice(at, at + MAX_INFO))) return false;
  return /(?:^|\n)[ \t]*(?:`{3,}|~{3,})[^\n]*$/.test(text.slice(Math.max(0, at - MAX_INFO), at));
}

/** `[TOOL_CALLS]` in front of a value. */
function isMark(text: string, at: number): boolean {
  return /^\[\/?[A-Z][A-Z_]{2,30}\]\s*[[{]/.test(text.slice(at, at + 40));
}

/** So long may the opening line of a fence be. In UTF-16 units. */
const MAX_INFO = 120;

/**
 * A bracket around one fenced block is no part of what is in it; several may be the items of a
 * list.
 */
function isAroundFence(text: string, at: number): boolean {
  const open = /^[[{]\s*`{3,}/.exec(text.slice(at, at + 20));
  if (!open) return false;
  const close = text.indexOf("```", at + open[0].length);
  return close < 0 || /^`{3,}\s*[}\]]/.test(text.slice(close, close + 40));
}

/** Whether only a fence's opening line stands before `at`. */
function isFenced(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - MAX_INFO), at);
  return /(?:```|~~~)(?:[\w+-]*\s*|[^\n`]*\n\s*)$/.test(before);
}

/**
 * A fenced block whose content is neither object nor list: `null`, a number, a word, members
 * without braces.
 */
function fencedScalar(text: string, at: number, partial: boolean): Region | null {
  // The opening line may go on.
  if (partial && text.indexOf("\n", at) < 0) return null;
  const info = /^`{3,}(?:[\w+-]*[ \t]*\n?|[^\n`]*\n)/.exec(text.slice(at, at + MAX_INFO));
  const start = at + (info?.[0].length ?? 3);
  const probe = newCursor(text, start, text.length, partial);
  const first = blankEnd(probe, start);
  const char = text[first];
  if (char === "{" || char === "[" || char === undefined || char === "<") return null;
  const close = text.indexOf("```", start);
  if (close < 0 && !partial) return null;
  const end = close < 0 ? text.length : close;
  if (ASSIGNED.test(text.slice(first, first + MAX_INFO))) return null;
  if (end - first > 2000 && !quotedKeyAt(probe, first)) return null;
  const cursor = newCursor(text, first, end, partial);
  const node = quotedKeyAt(cursor, first) ? parseOpened(cursor) : parseValue(cursor, "top");
  if (!node || blankEnd(cursor, cursor.at) < end) return null;
  return {
    rung: "fence",
    node,
    cursor,
    start: first,
    end: Math.max(cursor.at, end),
  };
}

/** `result = {…`, `return [`, `print({`: what is in the brackets is the value. */
const ASSIGNED =
  /^(?:(?:return|yield|export default|print\(|console\.log\()\s*|(?:(?:const|let|var|final)\s+)?[\p{L}_$][\w$.]{0,60}(?:\s*:\s*[\w<>[\], ]{1,60})?\s*=\s*)[{[(]/u;

/** The whole text as one value, or as several with commas or line ends between them. */
export function findWhole(text: string, partial: boolean): Region | null {
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  const cursor = newCursor(text, start, text.length, partial);
  const first = blankEnd(cursor, start);
  if (/^<[\p{L}/!?]/u.test(text.slice(first, first + 2))) return null;
  const opened = quotedKeyAt(cursor, first);
  const node = opened ? parseOpened(cursor) : parseValue(cursor, "top");
  if (!node || cursor.failed) return null;
  const items = [node];
  while (cursor.at < text.length && items.length < 10_000 && isPlainItem(items.at(-1))) {
    const before = cursor.at;
    cursor.at = blankEnd(cursor, cursor.at);
    while (text[cursor.at] === ",") cursor.at = blankEnd(cursor, cursor.at + 1);
    if (cursor.at === before) break;
    const next = parseValue(cursor, "top");
    if (next) items.push(next);
  }
  let end = blankEnd(cursor, cursor.at);
  while (end < text.length && /[,;}\])]/.test(text[end] ?? "")) end = blankEnd(cursor, end + 1);
  if (end < text.length) return null;
  if (items.length === 1) return { rung: "whole", node, cursor, start, end };
  if (isSentence(items.at(-1)) || items.some(holdsBrackets)) return null;
  items.push(...splitAtAnd(items));
  cursor.edits.push({ rule: "bare-list", from: start, to: end, after: "" });
  const list: Node = {
    kind: "array",
    items,
    start,
    end,
    editFrom: 0,
    editTo: cursor.edits.length,
    open: false,
  };
  return { rung: "whole", node: list, cursor, start, end };
}

/** Words with brackets in them, or a fence, are what a value stands in. */
function holdsBrackets(node: Node): boolean {
  return node.kind === "text" && !node.quoted && /[{}[\]]|`{3}|~{3}/.test(node.text);
}

/** Many words, or words and a full stop, are talk and no last item. */
function isSentence(node: Node | undefined): boolean {
  if (node?.kind !== "text" || node.quoted) return false;
  const words = node.text.split(/\s+/).length;
  return words > MAX_ITEM_WORDS || (words > 1 && /[.!?。！？]$/.test(node.text));
}

const MAX_ITEM_WORDS = 5;

/**
 * "green and blue" at the end of a list is two items: takes off the last, and gives what it was.
 */
function splitAtAnd(items: Node[]): Node[] {
  const last = items.at(-1);
  const parts = last?.kind === "text" && !last.quoted ? AND.exec(last.text) : null;
  if (last?.kind !== "text" || !parts) return [];
  const [, before = "", and = "", behind = ""] = parts;
  items.pop();
  const at = last.start + before.length;
  return [
    { ...last, text: before, end: at },
    { ...last, text: behind, start: at + and.length },
  ];
}

const AND = /^(.*\S)(\s+(?:and|und|et|y|e|och|og|en|и|&)\s+)(\S.*)$/u;

/** A list without brackets is one only of words, numbers and strings: prose is not a list. */
function isPlainItem(node: Node | undefined): boolean {
  return node?.kind === "text" && (node.quoted || !/\s/.test(node.text));
}
