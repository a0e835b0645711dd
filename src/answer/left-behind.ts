import { isObject } from "../core/json.ts";
import type { Lost, RepairLevel } from "./answer.ts";
import { dataIn, shorten, type Candidate } from "./candidate.ts";
import type { Region } from "./find.ts";
import { fold } from "./fold.ts";
import { aliasesOf } from "./property-names.ts";
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
}

/**
 * The values elsewhere in the text that say something which the chosen one does not. Below `full`
 * only those that speak of the contract's properties: the others are no part of the answer.
 */
export function leftBehind(
  chosen: Read,
  rivals: readonly Read[],
  { contract, level, text, regions }: Surroundings,
): Lost[] {
  const { node, isPlaced } = chosen.candidate.source;
  if (isPlaced === false) return [];
  const places = rivals.map(({ candidate }) => candidate.source.node);
  if (regions.length < 2) return piecesOf(text, places);
  const others = regions.filter(
    (region) =>
      (region.end <= node.start || region.start >= node.end) &&
      looksLikeData(region.node) &&
      !isAside(text, region),
  );
  if (others.length === 0) return piecesOf(text, places);
  const said = scalarsOf(chosen.value);
  const names = level === "full" ? null : namesIn(contract.schema);
  const more = others.filter(
    (region) =>
      saysMore(region.node, said) &&
      (!names || speaksOf(region.node, names)) &&
      !places.some((place) => place.start < region.end && region.start < place.end),
  );
  return piecesOf(text, [...places, ...more]);
}

function piecesOf(
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
  if (!node.items.every((item) => item.kind === "text" && /^\d{1,3}$/.test(item.text)))
    return false;
  const before = text.slice(Math.max(0, start - 2), start);
  const after = text.slice(end, end + 2);
  return /[\p{L}\p{P}][ ]?$/u.test(before) ? !/[:=]\s?$/.test(before) : /^\s?\p{L}/u.test(after);
}

/** So many works are cited at once. */
const MAX_CITED = 3;

function looksLikeData(node: Node): boolean {
  if (node.kind === "object") return node.members.length > 0;
  if (node.kind === "array")
    return node.items.some(
      (item) => item.kind !== "text" || item.quoted || /^-?\d/.test(item.text),
    );
  return true;
}

function saysMore(node: Node, said: ReadonlySet<string>): boolean {
  const waiting: Node[] = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.kind === "text") {
      if (!said.has(compared(next.text)) && dataIn(next.text) > 0) return true;
    } else for (const child of childrenOf(next)) waiting.push(child);
  }
  return false;
}

function childrenOf(node: Exclude<Node, { kind: "text" }>): Node[] {
  if (node.kind === "array") return node.items;
  return [...node.members.map((member) => member.value), ...node.bare];
}

function compared(text: string): string {
  return text.trim().toLowerCase();
}

/** Every scalar of a value, as it is compared. */
function scalarsOf(value: unknown): Set<string> {
  const scalars = new Set<string>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "object" && next !== null)
      for (const child of Object.values(next)) waiting.push(child);
    else scalars.add(compared(String(next)));
  }
  return scalars;
}

function speaksOf(node: Node, names: ReadonlySet<string>): boolean {
  if (node.kind === "array") return node.items.some((item) => speaksOf(item, names));
  return node.kind === "object" && node.members.some((member) => names.has(fold(member.key)));
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
      for (const alias of [name, ...aliasesOf(one)]) names.add(fold(alias));
  }
  return names;
}
