import type { Source } from "./candidate.ts";
import { isQuote, newCursor } from "./scan.ts";
import { declaredFinal } from "./final.ts";
import { findRegions, findWhole, type Region, type Rung } from "./find.ts";
import { isAside } from "./left-behind.ts";
import type { Notation } from "./notation.ts";
import { findOutline } from "./outline.ts";
import type { Node, ParseEdit, TextNode } from "./tree.ts";
import { REASONING } from "./reasoning.ts";
import { findXml } from "./xml.ts";

/**
 * What a rung costs before any edit: the further down, the more of the answer is taken for
 * wrapping.
 */
const RUNG_COST: Readonly<Record<Rung, number>> = { whole: 0, fence: 0, object: 1 };

/**
 * Nothing was said in an empty value: one that says something goes before it, and of several the
 * first counts.
 */
const EMPTY_COST = 3;

/** A citation is an answer only where nothing else is. */
const ASIDE_COST = 20;

/** The whole text as one value, where there are objects or lists in it. */
const BESIDE_STRUCTURE = 12;

/** So many places are looked at; prose full of brackets has no more answers than that. */
const MAX_SOURCES = 24;

export interface Structured {
  readonly regions: readonly Region[];
  /** What stands in a notation of its own, as places. */
  readonly noted: readonly Region[];
  readonly sources: readonly Source[];
  /**
   * All the values the text holds at its top level, as one list, and the same with a list that one
   * of them holds taken apart; none where there are fewer than two.
   */
  readonly many: readonly Source[];
  /** The same value stands there several times: once more, or as items of a list. */
  readonly hasRepeats: boolean;
}

/**
 * Objects, lists and whole values: the first rungs of the ladder. What stands in a notation of its
 * own is read as that, and brackets within it are part of it.
 */
export function structuredSources(
  text: string,
  partial: boolean,
  notations: readonly Notation[] = [],
): Structured {
  const regions = findRegions(text, partial, notations);
  const sources = regions.map((region): Source => sourceOf(text, region));
  for (const { rung, cursor, nodes } of notations)
    for (const node of nodes) sources.push({ rung, node, cursor, cost: 0 });
  const hasWhole = notations.length > 0 || regions.some((region) => region.rung === "whole");
  const whole = hasWhole ? null : findWhole(text, partial);
  if (whole)
    sources.push({
      ...sourceOf(text, whole),
      cost: regions.length === 0 || isOneString(whole) ? 0.5 : BESIDE_STRUCTURE,
      isMarkup: regions.length > 0 && !isOneString(whole),
    });
  const several = partial ? NONE : manyValues(text, regions);
  const tables = regions.length === 0 ? manyTables(text, notations) : null;
  const { many, hasRepeats } = tables ? { many: [tables], hasRepeats: false } : several;
  const noted = notations.flatMap(({ cursor, nodes: [node], start, end }): Region[] =>
    node ? [{ rung: "object", node, cursor, start, end }] : [],
  );
  return { regions, noted, sources: worthLooking(sources), many, hasRepeats };
}

/** Brackets inside one string from the first character to the last are part of it. */
function isOneString({ node }: Region): boolean {
  return node.kind === "text" && node.quoted && !node.open;
}

function sourceOf(text: string, region: Region): Source {
  const { rung, node, cursor } = region;
  const glued = gluedTo(text, region);
  const isNoted = isAside(text, region);
  const empty = isEmpty(node) ? EMPTY_COST + region.start / text.length : 0;
  const cost = RUNG_COST[rung] + empty + (isNoted ? ASIDE_COST : 0);
  return {
    rung,
    node,
    cursor,
    cost,
    ...(glued ? { extra: [glued] } : {}),
    ...(isNoted ? { isAside: true } : {}),
  };
}

/** Blanks between a key and its value are fewer. */
const MAX_KEY_GAP = 20;

/** What stands directly behind a value belongs to it in some way that is not understood. */
function gluedTo(text: string, region: Region): ParseEdit | null {
  if (region.node.kind === "text") return null;
  // What a key stands in front of is a member of something whose beginning is missing.
  if (hasKey(text, region.start))
    return { rule: "missing-opener", from: region.start, to: region.start, after: "{" };
  const glued = /^(?:[\p{L}\p{N}]+|[{[])/u.exec(text.slice(region.end, region.end + 40));
  if (!glued && /[}\]]/.test(text[region.start - 1] ?? "") && !isMarked(text, region.start)) {
    return { rule: "skipped-text", from: region.start - 1, to: region.start, after: "" };
  }
  if (!glued || !/[}\])]/.test(text[region.end - 1] ?? "")) return null;
  const to = region.end + glued[0].length;
  const isLetters = /^\p{L}+$/u.test(glued[0]);
  const isAround = /\p{L}/u.test(text[region.start - 1] ?? "");
  const rule = isLetters ? (isAround ? "glued-text" : "glued-end") : "skipped-text";
  return { rule, from: region.end, to, after: "" };
}

function hasKey(text: string, at: number): boolean {
  return /["”»]\s*[:：]\s*$/.test(text.slice(Math.max(0, at - MAX_KEY_GAP), at));
}

/** A key in front of a value, or a bracket that closes none: it is part of something else. */
function goesOn(text: string, before: Region | undefined, { start }: Region): boolean {
  return (
    hasKey(text, start) || (before !== undefined && /[}\]]/.test(text.slice(before.end, start)))
  );
}

/** `[TOOL_CALLS]` in front of a value. */
function isMarked(text: string, at: number): boolean {
  return /\[[A-Z_]{3,32}\]$/.test(text.slice(Math.max(0, at - 40), at));
}

/**
 * The largest and the latest; a text with fewer sources keeps them all. A small one beside a large
 * one costs more.
 */
function worthLooking(sources: readonly Source[]): Source[] {
  const largest = Math.max(...sources.map(sizeOf), 1);
  const priced = sources.map((source) => {
    const share = sizeOf(source) / largest;
    return share >= 0.25 || source.rung === "fence"
      ? source
      : { ...source, cost: source.cost + Math.floor(-Math.log2(share)) };
  });
  if (priced.length <= MAX_SOURCES) return priced;
  return priced
    .toSorted((a, b) => a.cost - b.cost || b.node.start - a.node.start)
    .slice(0, MAX_SOURCES);
}

function sizeOf(source: Source): number {
  return Math.max(1, source.node.end - source.node.start);
}

type Several = Pick<Structured, "many" | "hasRepeats">;

const NONE: Several = { many: [], hasRepeats: false };

/** Several values one after another, as the list of them. */
function manyValues(text: string, regions: readonly Region[]): Several {
  const used = peers(
    text,
    regions.filter((region) => !isAside(text, region) && !isPlaceholder(region)),
  );
  const said = new Set(used.map(({ start, end }) => text.slice(start, end)));
  const [first] = used;
  if (!first || used.length < 2 || declaredFinal(text, used) !== null) return NONE;
  if (used.some((region, index) => goesOn(text, used[index - 1], region))) return NONE;
  if (said.size === 1 && isRepeated(text, used)) return { many: [], hasRepeats: true };
  const nodes = used.map((region) => region.node);
  const flat = takenApart(nodes);
  const many = [nodes, ...(flat ? [flat] : [])].map((items) => listSource(text, used, items));
  return { many, hasRepeats: false };
}

/** The rows of several tables under the same names. */
function manyTables(text: string, notations: readonly Notation[]): Source | null {
  const [first, second] = notations;
  if (!first || !second || notations.some(({ rung }) => rung !== first.rung)) return null;
  const used = notations.flatMap(({ cursor, nodes: [node], start, end }): Region[] =>
    node?.kind === "array" ? [{ rung: "object", node, cursor, start, end }] : [],
  );
  const rows = used.flatMap(({ node }) => (node.kind === "array" ? node.items : []));
  const names = new Set(
    rows.map((row) => row.kind === "object" && row.members.map(({ key }) => key).join("\0")),
  );
  return used.length === notations.length && names.size === 1 ? listSource(text, used, rows) : null;
}

/** `{name}` in prose. */
function isPlaceholder({ node, rung }: Region): boolean {
  return rung === "object" && node.kind === "object" && node.members.length === 0 && !isEmpty(node);
}

/**
 * The same value several times is one where words stand between: else, or where they are counted,
 * they are items of a list.
 */
function isRepeated(text: string, [first, second]: readonly Region[]): boolean {
  if (!first || !second) return false;
  const gap = text.slice(first.end, second.start);
  // Behind the last closing mark no comment is looked for in vain.
  const closed = gap.lastIndexOf("*/") + 2;
  const between = gap.slice(0, closed).replace(/\/\*[\s\S]*?\*\//g, "") + gap.slice(closed);
  if (COUNTED.test(between)) return false;
  return /[^\s,]/.test(between) && (!isEmpty(first.node) || /\p{L}/u.test(between));
}

/** `Item 2:` or `2.` on the line in front of a value, and what opens a fence. */
const COUNTED = /(?:^|\n)[^\n]{0,40}\d+[*_]{0,2}[.):][*_]{0,2}\s*(?:`{3,}\w*\s*)?$/;

/**
 * `{"items": [1]}, 2]}`: the list was closed too early, and what stands behind it are more of its
 * items. Null where no value, or each, holds such a list.
 */
function takenApart(nodes: readonly Node[]): Node[] | null {
  const lists = nodes.map((node) => {
    const [only] = node.kind === "object" && node.members.length === 1 ? node.members : [];
    return only?.value.kind === "array" ? only.value.items : null;
  });
  if (lists[0] === null || lists.every((list) => list !== null)) return null;
  return nodes.flatMap((node, index) => lists[index] ?? [node]);
}

function listSource(text: string, used: readonly Region[], items: Node[]): Source {
  const cursor = newCursor(text, 0, text.length, false);
  for (const region of used) for (const edit of region.cursor.edits) cursor.edits.push(edit);
  const start = used[0]?.start ?? 0;
  const end = used.at(-1)?.end ?? text.length;
  const node: Node = {
    kind: "array",
    items,
    start,
    end,
    editFrom: 0,
    editTo: cursor.edits.length,
    open: false,
  };
  cursor.at = end;
  const note: ParseEdit = { rule: "many-values", from: start, to: end, after: "" };
  return { rung: "many", node, cursor, cost: 0, extra: [note] };
}

/**
 * The values that stand beside each other: fenced ones where there are any, else all that are not
 * dwarfed. Empty ones only among their like.
 */
function peers(text: string, regions: readonly Region[]): readonly Region[] {
  const said = regions.filter((region) => region.node.kind !== "text");
  const fenced = inFences(text, said);
  const group = fenced.length > 0 ? fenced : said;
  const largest = Math.max(1, ...group.map((region) => region.end - region.start));
  const full = group.filter(
    (region) => !isEmpty(region.node) && region.end - region.start >= largest / 10,
  );
  if (full.length > 0) return full;
  return group.length > 1 && isSeparated(group) ? group : [];
}

/** Those that a fence begins with, and what stands right behind them in it. */
function inFences(text: string, regions: readonly Region[]): readonly Region[] {
  let end = -1;
  return regions.filter((region) => {
    const isBehind = end >= 0 && /^[\s,;]*$/.test(text.slice(end, region.start));
    if (region.rung !== "fence" && !isBehind) return false;
    end = region.end;
    return true;
  });
}

function isSeparated(regions: readonly Region[]): boolean {
  return regions.every(
    (region, index) => (regions[index + 1]?.start ?? region.end + 1) > region.end,
  );
}

export function isEmpty(node: Node): boolean {
  if (node.kind === "object") return node.members.length === 0 && node.bare.length === 0;
  return node.kind === "array" && node.items.length === 0;
}

/**
 * The rungs below: tags, the text itself, Markdown and YAML. Looked at when nothing
 * above met the contract.
 */
export function looseSources(
  text: string,
  hasStructure: boolean,
  regions: readonly Region[],
): Source[] {
  const sources: Source[] = [];
  // Tags within an object or a list are part of its text.
  const xml = findXml(text).filter(
    ({ start: tag, node }) =>
      !isQuote(text[tag - 1]) &&
      !REASONING_TAG.test(text.slice(node.start, node.start + 20)) &&
      !regions.some(({ start, end }) => node.start > start && node.start < end),
  );
  for (const { cursor, node, cost } of xml) sources.push({ rung: "tags", node, cursor, cost });
  if (!/^\s*[{[]/.test(text))
    sources.push({
      ...textSource(text),
      isMarkup: boxed(text) === null && (hasStructure || xml.length > 0),
    });
  const outline = IN_BRACKETS.test(text) ? null : findOutline(text);
  if (outline)
    for (const node of outline.nodes)
      sources.push({ rung: "outline", node, cursor: outline.cursor, cost: 2 });
  return sources;
}

const REASONING_TAG = new RegExp(`^<(?:${REASONING})>`, "i");

/** Lines of JSON: what they hold goes by brackets, not by indentation. */
const IN_BRACKETS =
  /^[ \t]*(?:[{[(}\])][ \t,]*|["'“][^\n]{0,200}[:：][ \t]*[{[])$|^[^\n]{0,400}["'”][ \t]{0,9}[:：][ \t]*[{[]$|^[ \t]*"[^"\n]{1,80}"[ \t]*:[^\n]*,[ \t]*"[^"\n]{1,80}"[ \t]*:|^[ \t]*"[^"\n]{1,80}"[ \t]*:[^\n]*[}\]],?[ \t]*$/mu;

/** A longer text is not looked through a second time. In UTF-16 units. */
const MAX_BESIDE = 200_000;

/** The answers in tags, or escaped, that stand elsewhere than a node. */
export function sourcesBeside(
  text: string,
  { start, end }: Node,
  { withLines }: { readonly withLines: boolean },
): Source[] {
  if (text.length > MAX_BESIDE) return [];
  const rest = text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
  if (!/<\p{L}|\\"/u.test(rest) && !(withLines && /\n[^\n\p{L}]*\p{L}[^\n:]*:/u.test(rest)))
    return [];
  const rungs = withLines ? ["tags", "outline"] : ["tags"];
  const tags = looseSources(rest, true, []).filter(({ rung }) => rungs.includes(rung));
  const unescaped = unescapeOnce(rest);
  if (unescaped === null) return tags;
  const escaped = structuredSources(unescaped, false).sources;
  return [...tags, ...escaped.map((source) => ({ ...source, isPlaced: false }))];
}

/** JSON that was escaped as if it stood in a string. */
export function unescapeOnce(text: string): string | null {
  if (!/(?:^|[{[,:])\s*\\["n]/.test(text.slice(0, 2000))) return null;
  return text.replace(
    /\\(?:(["\\/])|([bfnrt])|u([0-9a-fA-F]{4}))/g,
    (_, plain: string, letter: string, code: string) => {
      if (plain) return plain;
      if (letter) return { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }[letter] ?? "";
      return String.fromCharCode(Number.parseInt(code, 16));
    },
  );
}

/** `\boxed{17}`, where a text puts its answer into one such box. */
function boxed(text: string): string | null {
  if (!text.includes("\\boxed{")) return null;
  const boxes = [...text.matchAll(/\\boxed\{(?:\\text\{)?([^{}\n]{1,200})\}/g)];
  const said = new Set(boxes.map((box) => box[1]?.trim()));
  return said.size === 1 ? (boxes[0]?.[1]?.trim() ?? null) : null;
}

/** The text itself, for a schema that wants a word, a number or text. */
function textSource(text: string): Source {
  const cursor = newCursor(text, 0, text.length, false);
  const trimmed = text.trim();
  const start = text.indexOf(trimmed);
  const end = start + trimmed.length;
  const quoted =
    boxed(text) ?? /^(["'“`*_]{1,3})([\s\S]*?)(["'”`*_]{1,3})$/.exec(trimmed)?.[2] ?? trimmed;
  const node: TextNode = {
    kind: "text",
    quoted: true,
    text: quoted,
    start,
    end,
    editFrom: 0,
    editTo: 0,
    open: false,
  };
  return { rung: "text", node, cursor, cost: 4 };
}
