import type { Contract, JsonSchema } from "../contract/contract.ts";
import { isObject, writeJson } from "../core/json.ts";
import type { RepairLevel } from "./answer.ts";
import { bareValue } from "./bare.ts";
import { evaluate, everyRule, type Candidate, type Source } from "./candidate.ts";

import { takesAnything, type SchemaNotes } from "./schemas.ts";
import { isEmpty } from "./sources.ts";
import type { ParseEdit } from "./tree.ts";

/** What is asked for. */
export interface Wanted {
  readonly contract: Contract;
  readonly level: RepairLevel;
  readonly hasRoot: (value: unknown) => boolean;
  readonly isCut: boolean;
  readonly schemas: SchemaNotes;
}

/** What getting to a text took. */
export interface Found {
  readonly edits: readonly ParseEdit[];
  readonly rung?: string;
  /** The text as the model wrote it, where marks in it were replaced. */
  readonly origin?: string;
  /** The text was unescaped: offsets in it are not those of the answer. */
  readonly isMoved?: boolean;
}

/** The candidates that can be read, cheapest first; of equal ones the later. */
export function rank(
  sources: readonly Source[],
  wanted: Wanted,
  { edits, rung, origin, isMoved }: Found,
): Candidate[] {
  const { contract, level, hasRoot, schemas } = wanted;
  const candidates: Candidate[] = [];
  for (const one of sources) {
    // Plain text is read with the marks that it has.
    if (origin !== undefined && one.rung === "text") continue;
    const own = edits.filter(
      ({ from, to }) => rung !== undefined || (from >= one.node.start && to <= one.node.end),
    );
    const source: Source = {
      ...one,
      rung: one.rung === "many" ? one.rung : (rung ?? one.rung),
      ...(own.length > 0 ? { extra: [...(one.extra ?? []), ...own] } : {}),
      ...(origin === undefined ? {} : { origin }),
      ...(isMoved === true ? { isMoved } : {}),
    };
    const candidate = evaluate(source, contract, level, schemas);
    if (candidate && hasRoot(candidate.value) && saysSomething(candidate, wanted))
      candidates.push(candidate);
  }
  return sorted(candidates);
}

/**
 * A bare mark or bracket is no value; text with structure of its own is no plain text; an outline
 * is no single word.
 */
function saysSomething(candidate: Candidate, { contract, level }: Wanted): boolean {
  const { source } = candidate;
  if (isOther(candidate, contract.schema)) return false;
  if (source.rung === "outline") return true;
  const isUnedited =
    source.rung === "text" ? candidate.notes.length === 0 : everyRule(candidate, () => false);
  if (source.rung === "text" && isUnedited && !wantsText(contract.schema)) return false;
  // Words as they stand are a value only where a schema asks for some.
  if (level !== "full" && takesAnything(contract.schema) && isPartOrWords(candidate)) return false;
  const asMarkup = saysAsMarkup(candidate);
  if (asMarkup !== null) return asMarkup;
  if (isBracketedWords(source) && (level !== "full" || isInText(source))) return false;
  return saysWords(candidate, isUnedited);
}

/** An empty beginning, an outline of one word, another object, or the first of several items. */
function isOther(candidate: Candidate, schema: JsonSchema): boolean {
  const { value, source } = candidate;
  if (isEmpty(source.node) && source.node.open && source.extra) return true;
  if (source.rung === "outline" && (typeof value !== "object" || value === null)) return true;
  // A comma behind what was taken for the one item of a list says that another was to come.
  const isFirst = !isNoItem(candidate) && /^\s*[,，、]/.test(textBehind(source));
  return isFirst || isOtherObject(candidate, schema);
}

function textBehind({ cursor, node }: Source): string {
  return cursor.text.slice(node.end, node.end + MAX_GAP);
}

/** Whether markup that was read as one text says something; null for what was read otherwise. */
function saysAsMarkup(candidate: Candidate): boolean | null {
  const { value, source } = candidate;
  if (source.isMarkup !== true) return null;
  if (source.rung === "whole" && typeof value === "string")
    return source.node.kind !== "text" || source.node.quoted;
  return source.rung === "text" && isMarkupAsText(candidate) ? false : null;
}

/**
 * An object that has none of the properties that a schema names is another one than is meant; so
 * may be one that was repaired, where a key that the schema doesn't name holds such properties.
 */
function isOtherObject({ value, parseEdits }: Candidate, schema: JsonSchema): boolean {
  const { properties } = schema;
  if (!isObject(value) || !isObject(properties) || Object.keys(properties).length === 0)
    return false;
  const isKnown = (key: string): boolean => Object.hasOwn(properties, key);
  const others = Object.entries(value).filter(([key]) => !isKnown(key));
  if (others.length > 0 && others.length === Object.keys(value).length) return true;
  return (
    parseEdits.length > 0 &&
    others.some(([, one]) => isObject(one) && Object.keys(one).some(isKnown))
  );
}

/** Words in brackets within prose or a tag are rather a part of it than a list. */
function isBracketedWords(source: Source): boolean {
  const { rung, node } = source;
  return (
    (rung === "object" || (rung === "fence" && isInBracket(source))) &&
    node.kind === "array" &&
    node.items.length > 0 &&
    node.items.every(
      (item) => item.kind === "text" && !item.quoted && bareValue(item.text) === undefined,
    )
  );
}

/** The fence around it is rather a block of text in a list. */
function isInBracket({ node, cursor }: Source): boolean {
  const before = cursor.text.slice(Math.max(0, node.start - MAX_GAP), node.start);
  return /\[\s*`{3,}[^\n]*\n\s*$/.test(before);
}

/** A tag or a quote stands in front of it. */
function isInText({ node, cursor }: Source): boolean {
  return /[>"“]\s*$/.test(cursor.text.slice(Math.max(0, node.start - MAX_GAP), node.start));
}

/** Blanks between a value and the mark beside it are fewer. In UTF-16 units. */
const MAX_GAP = 40;

/** Text with structure in it, taken as it stands. */
function isMarkupAsText(candidate: Candidate): boolean {
  const isPlain = everyRule(candidate, (rule) => PLAIN_TEXT.has(rule));
  return isPlain || !everyRule(candidate, (rule) => !PLAIN_TEXT.has(rule));
}

function saysWords(candidate: Candidate, isUnedited: boolean): boolean {
  const { value, source } = candidate;
  if (typeof value !== "string" || (isUnedited && source.rung === "fence")) return true;
  if (/[^\p{P}\p{Z}\p{C}]/u.test(value)) return true;
  const isCut = !everyRule(candidate, (rule) => rule !== "truncated");
  return value === "" && isCut && source.cursor.text.trim().length > 1;
}

function isPartOrWords(candidate: Candidate): boolean {
  return isBareText(candidate) || isAmongLines(candidate);
}

/** A list or object in one of several lines of keys and values is a part of them. */
function isAmongLines({ source }: Candidate): boolean {
  if (source.rung !== "object" || source.cursor.text.length > MAX_LINES_TEXT) return false;
  const { start, end } = source.node;
  const rest = source.cursor.text.slice(0, start) + source.cursor.text.slice(end);
  return (rest.match(KEY_LINE)?.length ?? 0) > 1;
}

const KEY_LINE = /^[ \t-]*[\p{L}_"][^\n:]{0,40}:(?:\s|$)/gmu;
/** In UTF-16 units. */
const MAX_LINES_TEXT = 100_000;

function isBareText(candidate: Candidate): boolean {
  const { node } = candidate.source;
  if (node.kind !== "text" || node.quoted) return false;
  return !everyRule(candidate, (rule) => rule !== "bare-string");
}

/** With no other edit than these the text was taken as it stands. */
const PLAIN_TEXT: ReadonlySet<string> = new Set(["wrap-text", "single-to-list"]);

/**
 * Whether a schema names text as a type of its own; one that takes anything does not ask for prose.
 */
function wantsText(schema: unknown): boolean {
  return /"type":("string"|\[[^\]]*"string")|"enum"|"const"/.test(writeJson(schema));
}

/** What a single value costs more where the text holds several and the contract takes them all. */
const LEAVES_OTHERS = 20;

/**
 * The text holds several values. Where the contract takes anything, or a list of such values, they
 * are all meant: one of them alone would lose the others, so only `full` may take it, after the
 * list.
 */
export function besideMany(
  singles: readonly Candidate[],
  many: readonly Source[],
  wanted: Wanted,
  found: Found,
): Candidate[] {
  const { contract, level } = wanted;
  const isOpen = takesAnything(contract.schema);
  const lists = rank(many, wanted, found);
  const isTakenApart = lists.some((candidate) => candidate.source.node === many[1]?.node);
  const leaves = (candidate: Candidate): boolean =>
    isOpen || isTakenApart || candidate.source.rung === "table" || !isNoItem(candidate);
  const kept = singles.filter((candidate) => level === "full" || !leaves(candidate));
  const priced = kept.map((candidate) =>
    leaves(candidate) ? { ...candidate, cost: candidate.cost + LEAVES_OTHERS } : candidate,
  );
  return sorted([...priced, ...lists]);
}

/** The value as a whole was not taken for one item of a list. */
export function isNoItem({ notes }: Candidate): boolean {
  return !notes.some(
    ({ rule, path }) => rule === "single-to-list" && (path === null || path.up === null),
  );
}

function sorted(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted(
    (a, b) => a.cost - b.cost || b.source.node.start - a.source.node.start,
  );
}
