import type { Contract } from "../contract/contract.ts";
import type { Edit, Lost, RepairLevel } from "./answer.ts";
import { newCoercion } from "./coerce.ts";
import { pathOf, type Coercion, type Note, type Notes, type Outcome } from "./outcome.ts";
import { takesAnything, type SchemaNotes } from "./schemas.ts";
import { ruleOf, type RuleName } from "./rules.ts";
import type { Cursor } from "./scan.ts";
import type { Member, Node, ParseEdit } from "./tree.ts";

/** Something in the answer that could be the value: one parse of one place. */
export interface Source {
  readonly rung: string;
  readonly node: Node;
  readonly cursor: Cursor;
  /** Edits that finding it took. */
  readonly extra?: readonly ParseEdit[];
  /** What the rung itself costs. */
  readonly cost: number;
  /** The text as the model wrote it, where the cursor's has other marks in the same places. */
  readonly origin?: string;
  /** The cursor's text is the answer's unescaped: an offset in it is no place in the answer. */
  readonly isMoved?: boolean;
  /** False when the cursor's text is not that of the other sources: offsets can't be compared. */
  readonly isPlaced?: boolean;
  /** A citation or the like in prose: it contradicts no answer. */
  readonly isAside?: boolean;
  /** The text holds structure of its own: it is no plain text, and not taken for one. */
  readonly isMarkup?: boolean;
}

/** A source read under the contract's schema; not checked yet. */
export interface Candidate {
  readonly source: Source;
  readonly value: unknown;
  readonly cost: number;
  readonly parseEdits: readonly ParseEdit[];
  readonly notes: readonly Note[];
  readonly lost: readonly Lost[];
}

/** Above this share of its data lost, an answer is refused. */
const LOST_SHARE = 1 / 3;
/** So little may always go: a letter or two are no data. */
const LOST_FREE = 2;
/** What the schema doesn't want weighs less: the value is whole without it. */
const UNWANTED_WEIGHT = 1 / 4;
const SHOWN = 80;

/**
 * Reads a source under the contract; null when the level allows no way to, or too much would be
 * lost.
 */
export function evaluate(
  source: Source,
  contract: Contract,
  level: RepairLevel,
  schemas: SchemaNotes,
): Candidate | null {
  const coercion = newCoercion(source.cursor, contract.schema, { level, partial: false, schemas });
  const outcome = coercion.coerce(source.node, contract.schema, null);
  if (!outcome) return null;
  const { notes, muted } = flatten(outcome.notes);
  const parseEdits = [
    ...(source.extra ?? []),
    // The edits of several parses are numbered anew: there muting by number does not apply.
    ...(muted.length === 0 || source.rung === "many"
      ? source.cursor.edits
      : unmuted(source.cursor.edits, muted)),
  ];
  if (level !== "full" && !isPlain(parseEdits, level)) return null;
  const isOpen = takesAnything(contract.schema);
  if (!isOpen && parseEdits.some(({ rule }) => rule === "ellipsis" || isRowCut(rule, source)))
    return null;
  const lost = lostOf(coercion, source, notes, parseEdits);
  if (lost === null) return null;
  const isMade = notes.some(({ rule }) => rule === "absent-null");
  // A string without an end may have taken in the whole answer.
  const isSwallowed = parseEdits.some(({ rule }) => rule === "guessed-quote");
  const isLossy = isMade || isSwallowed || lost.some(({ characters }) => characters > 0);
  if (isLossy && isHollow(outcome.value)) return null;
  return {
    source,
    value: outcome.value,
    cost: source.cost + costOf(outcome, parseEdits),
    parseEdits,
    notes,
    lost,
  };
}

/**
 * Whether edits leave no doubt of what is meant. Where a comma is missing as well, a closer too
 * many may be one whose opener is missing, and a plus sign between two strings may be left over.
 */
export function isPlain(edits: readonly ParseEdit[], level: RepairLevel): boolean {
  const rules = new Set(edits.map((edit) => edit.rule));
  if (rules.has("missing-comma") && (rules.has("extra-closer") || rules.has("string-concat")))
    return false;
  return [...rules].every((rule) => level === "safe" && ruleOf(rule).level === "safe");
}

/** The edits of a candidate as they are reported. Only the one that is taken pays for it. */
export function editsOf({ source, parseEdits, notes }: Candidate): Edit[] {
  return [
    ...parseEdits.map((edit) => placed(source, edit)),
    ...notes.map((note) => noted(source, note)),
  ];
}

/** Whether each of a candidate's edits is by a rule that `accepts` takes. */
export function everyRule(
  { parseEdits, notes }: Candidate,
  accepts: (rule: RuleName) => boolean,
): boolean {
  return parseEdits.every(({ rule }) => accepts(rule)) && notes.every(({ rule }) => accepts(rule));
}

/**
 * The cost of the edits. One that repeats costs less each time: it is a habit of the writer, not
 * more damage.
 */
function costOf(outcome: Outcome, edits: readonly ParseEdit[]): number {
  if (edits.length === 0) return outcome.cost;
  const counts = new Map<RuleName, number>();
  for (const { rule } of edits) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  let cost = outcome.cost;
  for (const [rule, count] of counts) cost += ruleOf(rule).cost * (1 + Math.log2(count));
  return cost;
}

function flatten(root: Notes): { notes: Note[]; muted: (readonly [number, number])[] } {
  const notes: Note[] = [];
  const muted: (readonly [number, number])[] = [];
  const stack: Notes[] = [root];
  while (stack.length > 0) {
    const next = stack.pop() ?? null;
    if (next === null) continue;
    if ("mute" in next) muted.push(next.mute);
    else if ("rule" in next) notes.push(next);
    else stack.push(next[1], next[0]);
  }
  return { notes, muted };
}

function unmuted(
  edits: readonly ParseEdit[],
  muted: readonly (readonly [number, number])[],
): ParseEdit[] {
  return edits.filter((_, index) => !muted.some(([from, to]) => index >= from && index < to));
}

/** What is lost, or null when it is too much. */
function lostOf(
  coercion: Coercion,
  source: Source,
  notes: readonly Note[],
  edits: readonly ParseEdit[],
): Lost[] | null {
  const lost: Lost[] = [];
  let weight = 0;
  const isOpen = takesAnything(coercion.root);
  for (const piece of [...edits, ...notes]) {
    if (ruleOf(piece.rule).loses !== true) continue;
    const text = coercion.text.slice(piece.from, piece.to);
    const characters = dataIn(text);
    weight += weightOf(piece.rule, characters, isOpen);
    lost.push({ text: shorten(text), position: piece.from, characters });
  }
  if (lost.length === 0) return lost;
  const all = dataIn(
    coercion.text.slice(source.node.start, Math.max(source.node.end, source.cursor.at)),
  );
  return weight > Math.max(LOST_FREE, all * LOST_SHARE) ? null : lost;
}

/** A table whose last row was cut off: how many follow is not known. */
function isRowCut(rule: RuleName, { rung }: Source): boolean {
  return rule === "truncated" && rung === "table";
}

/** Nothing is left of what the answer said. */
function isHollow(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.values(value).every(isHollow));
}

function weightOf(rule: RuleName, characters: number, isOpen: boolean): number {
  if (rule === "broken-escape" || rule === "orphan-value") return Number.POSITIVE_INFINITY;
  if (rule === "glued-text" || (rule === "glued-end" && !isOpen)) return 0;
  return rule === "extra-property" || rule === "other-item"
    ? characters * UNWANTED_WEIGHT
    : characters;
}

/** Letters and digits: what a value is made of. */
export function dataIn(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

function placed(source: Source, edit: ParseEdit): Edit {
  const text = source.origin ?? source.cursor.text;
  const path = edit.before === undefined ? pathAt(source.node, edit.from) : [];
  const position = hasPlace(source) ? edit.from : null;
  return {
    rule: edit.rule,
    path,
    before: shorten(edit.before ?? text.slice(edit.from, edit.to)),
    after: edit.after,
    position,
  };
}

function noted(source: Source, note: Note): Edit {
  const text = source.origin ?? source.cursor.text;
  const before = shorten(note.before ?? text.slice(note.from, note.to));
  const position = hasPlace(source) && note.before === undefined ? note.from : null;
  return { rule: note.rule, path: pathOf(note.path), before, after: shorten(note.after), position };
}

function hasPlace({ isMoved, isPlaced }: Source): boolean {
  return isMoved !== true && isPlaced !== false;
}

export function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

/** Where an offset lies in a value, as keys and indexes. */
function pathAt(root: Node, offset: number): (string | number)[] {
  const path: (string | number)[] = [];
  let node: Node | undefined = root;
  while (node && node.kind !== "text") {
    if (node.kind === "object") {
      const member: Member | undefined = lastBefore(node.members, (one) => one.keyStart, offset)[0];
      if (!member || isBehind(member.value, offset)) break;
      path.push(member.key);
      node = member.value;
    } else {
      const [item, index]: readonly [Node | undefined, number] = lastBefore(
        node.items,
        (one) => one.start,
        offset,
      );
      if (!item || isBehind(item, offset)) break;
      path.push(index);
      node = item;
    }
  }
  return path;
}

/** The end of a container is its own: a closer that is missing there is missing in it. */
function isBehind(node: Node, offset: number): boolean {
  return offset > node.end || (offset === node.end && node.kind === "text");
}

/** The last of a list in order that starts at or before an offset. */
export function lastBefore<T>(
  list: readonly T[],
  startOf: (one: T) => number,
  offset: number,
): readonly [T | undefined, number] {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = list[middle];
    if (one !== undefined && startOf(one) <= offset) low = middle + 1;
    else high = middle;
  }
  return [list[low - 1], low - 1];
}
