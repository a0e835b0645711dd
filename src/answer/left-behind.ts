import { isObject } from "../core/json.ts";
import type { Lost, RepairLevel } from "./answer.ts";
import { dataIn, shorten, type Candidate } from "./candidate.ts";
import type { Region } from "./find.ts";
import { fold } from "./fold.ts";
import { ruleOf } from "./rules.ts";
import { aliasesOf, labelsOf } from "./property-names.ts";
import type { Node } from "./tree.ts";

interface Read {
  readonly candidate: Candidate;
  readonly value: unknown;
}

interface Surroundings {
  readonly contract: { readonly schema: unknown };
  readonly level: RepairLevel;
  readonly text: string;
  readonly regions: readonly Region[];
  readonly noted: readonly Region[];
}

/**
 * The values elsewhere in the text, `drafts` apart, that say something which the chosen one does
 * not. Below `full` only those that speak of the contract's properties: the others are no part of
 * the answer.
 */
export function leftBehind(
  chosen: Read,
  drafts: readonly Lost[],
  { contract, level, text, regions, noted }: Surroundings,
): Lost[] {
  const { node } = chosen.candidate.source;
  if (regions.length + noted.length < 2) return [];
  const others = [...regions, ...noted].filter(
    (region) =>
      (region.end <= node.start || region.start >= node.end) &&
      !drafts.some(({ position }) => position >= region.start && position < region.end) &&
      (looksLikeData(region.node) || region.node.open) &&
      !isAside(text, region),
  );
  if (others.length === 0) return [];
  const said = pairsOf(chosen.value);
  const names = level === "full" ? null : namesIn(contract.schema);
  const more = others.filter(
    (region) =>
      (region.node.open || saysMore(region.node, said) || (level !== "full" && isBroken(region))) &&
      (!names ||
        names.size === 0 ||
        region.node.open ||
        speaksOf(region.node, names) ||
        (isBroken(region) && mentions(text, region, names))),
  );
  return piecesOf(text, more);
}

/** What it would have said in full is not known. */
function isBroken({ node, cursor }: Region): boolean {
  if (node.open || cursor.edits.some((edit) => ruleOf(edit.rule).level === "full")) return true;
  return hasLoose(node);
}

/** Something in an object has no key. */
function hasLoose(root: Node): boolean {
  const waiting: Node[] = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.kind === "array") for (const item of next.items) waiting.push(item);
    else if (next.kind === "object") {
      if (next.bare.length > 0) return true;
      for (const { value } of next.members) waiting.push(value);
    }
  }
  return false;
}

/** Whether one of the names stands anywhere in a region, however it is written there. */
function mentions(text: string, { start, end }: Region, names: ReadonlySet<string>): boolean {
  const words = text.slice(start, Math.min(end, start + MAX_BROKEN)).match(/[\p{L}\p{N}_-]+/gu);
  return words?.some((word) => names.has(fold(word))) ?? false;
}

/** So much of a broken value is looked through for names. In UTF-16 units. */
const MAX_BROKEN = 10_000;

export function piecesOf(
  text: string,
  places: readonly { readonly start: number; readonly end: number }[],
): Lost[] {
  return places.map(({ start, end }) => {
    const piece = text.slice(start, end);
    return { text: shorten(piece), position: start, characters: dataIn(piece) };
  });
}

/** A citation or a placeholder in prose: `[1]`, `[see below]`, `{name}`. */
export function isAside(text: string, { node, start, end }: Region): boolean {
  if (node.kind !== "array" || node.items.length > MAX_CITED) return false;
  if (
    !node.items.every((item) => item.kind === "text" && !item.quoted && /^\d{1,3}$/.test(item.text))
  )
    return false;
  const before = text.slice(Math.max(0, start - 2), start);
  const after = text.slice(end, end + 2);
  return /[\p{L}\p{P}][ ]?$/u.test(before) ? !/[:=]\s?$/.test(before) : /^[ \t]?\p{L}/u.test(after);
}

/** So many works are cited at once. */
const MAX_CITED = 3;

function looksLikeData(node: Node): boolean {
  if (node.kind === "object") return node.members.length + node.bare.length > 0;
  if (node.kind === "array")
    return node.items.some(
      (item) => item.kind !== "text" || item.quoted || /^-?\d/.test(item.text),
    );
  return true;
}

/** Something under a key that is not said under it in the chosen value. */
function saysMore(node: Node, said: ReadonlySet<string>): boolean {
  const waiting: { node: Node; key: string }[] = [{ node, key: "" }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node: here, key } = next;
    if (here.kind === "text") {
      if (dataIn(here.text) > 0 && !said.has(pair(key, here.text))) return true;
    } else if (here.kind === "array") {
      for (const item of here.items) waiting.push({ node: item, key });
    } else {
      for (const member of here.members) waiting.push({ node: member.value, key: member.key });
      for (const piece of here.bare) waiting.push({ node: piece, key });
    }
  }
  return false;
}

export function pair(key: string, scalar: string): string {
  return `${fold(key)}=${scalar.trim().toLowerCase()}`;
}

/** Every scalar of a value with the key it stands under. */
export function pairsOf(value: unknown): Set<string> {
  const pairs = new Set<string>();
  const waiting: { value: unknown; key: string }[] = [{ value, key: "" }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: here, key } = next;
    if (Array.isArray(here)) for (const item of here) waiting.push({ value: item, key });
    else if (isObject(here))
      for (const [name, child] of Object.entries(here)) waiting.push({ value: child, key: name });
    else pairs.add(pair(key, String(here)));
  }
  return pairs;
}

/** Whether a key anywhere in a value is a property's name, or a word that lacks only its colon. */
function speaksOf(node: Node, names: ReadonlySet<string>): boolean {
  const waiting: Node[] = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.kind === "array") for (const item of next.items) waiting.push(item);
    else if (next.kind === "object") {
      for (const { key, value } of next.members) {
        if (names.has(fold(key))) return true;
        waiting.push(value);
      }
      if (next.bare.some((one) => one.kind === "text" && names.has(fold(one.text)))) return true;
    }
  }
  return false;
}

/** The names of all properties anywhere in a schema, as they are compared. */
export function namesIn(schema: unknown): Set<string> {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const waiting: unknown[] = [schema];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    waiting.push(...Object.values(next));
    const properties = isObject(next) ? next["properties"] : undefined;
    if (!isObject(properties)) continue;
    for (const [name, one] of Object.entries(properties))
      for (const alias of [name, ...aliasesOf(one), ...labelsOf(one)]) names.add(fold(alias));
  }
  return names;
}
