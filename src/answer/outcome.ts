import type { JsonSchema } from "../contract/contract.ts";
import type { RepairLevel } from "./answer.ts";
import { ruleOf, type RuleName } from "./rules.ts";
import type { SchemaNotes } from "./schemas.ts";
import type { Node, ParseEdit } from "./tree.ts";

/** What a node is worth under a schema. */
export interface Outcome {
  readonly value: unknown;
  /** Of the coercion alone; the parser's edits are added when candidates are ranked. */
  readonly cost: number;
  readonly notes: Notes;
}

/** Notes are joined as a tree, so that joining costs nothing however deep the value is. */
export type Notes = null | Note | Mute | readonly [Notes, Notes];

export interface Note {
  readonly rule: RuleName;
  readonly path: Path;
  readonly from: number;
  readonly to: number;
  readonly after: string;
  /** What was there, in a text of its own: a string that held JSON. */
  readonly before?: string;
}

/** The parser's edits in `[from, to)` don't count: the text they are in was taken as it stands. */
export interface Mute {
  readonly mute: readonly [number, number];
}

/** A path from the inside out. */
export type Path = { readonly up: Path; readonly key: string | number } | null;

/** One coercion under way: of one parsed candidate under one schema. */
export interface Coercion {
  readonly text: string;
  readonly level: RepairLevel;
  /** The answer is still being written: what is missing may come. */
  readonly partial: boolean;
  readonly root: JsonSchema;
  /** How many strings this is inside of. */
  readonly nesting: number;
  readonly edits: readonly ParseEdit[];
  /** Of the edits. */
  readonly rules: ReadonlySet<RuleName>;
  readonly memo: Map<Node, Map<unknown, Outcome | null>>;
  readonly schemas: SchemaNotes;
  readonly coerce: (node: Node, schema: unknown, path: Path) => Outcome | null;
  /** A value in a text of its own: what a string holds. */
  readonly nested: (text: string, schema: unknown, path: Path) => NestedOutcome | null;
}

export interface NestedOutcome {
  readonly value: unknown;
  readonly cost: number;
  readonly notes: Notes;
  readonly isStrict: boolean;
}

/** A cell or tag with nothing in it: an empty text, list or object, as the schema wants. */
export function isEmptyText(node: Node): boolean {
  return node.kind === "text" && node.isUntyped === true && node.text === "";
}

export function plain(value: unknown): Outcome {
  return { value, cost: 0, notes: null };
}

/** Whether the level allows a rule. */
export function allows(coercion: Coercion, rule: RuleName): boolean {
  return coercion.level === "full" || (coercion.level === "safe" && ruleOf(rule).level === "safe");
}

/** The outcome with one more edit; null where the level forbids the rule. */
export function withEdit(
  coercion: Coercion,
  inner: Outcome | null,
  rule: RuleName,
  node: Node,
  path: Path,
  after = "",
): Outcome | null {
  if (!inner || !allows(coercion, rule)) return null;
  const note: Note = { rule, path, from: node.start, to: node.end, after };
  return {
    value: inner.value,
    cost: inner.cost + ruleOf(rule).cost,
    notes: join(inner.notes, note),
  };
}

export function join(left: Notes, right: Notes): Notes {
  if (left === null) return right;
  return right === null ? left : [left, right];
}

/** The notes of a tree of them, in order. */
export function notesOf(root: Notes): Note[] {
  const notes: Note[] = [];
  const stack: Notes[] = [root];
  while (stack.length > 0) {
    const next = stack.pop() ?? null;
    if (next === null || "mute" in next) continue;
    if ("rule" in next) notes.push(next);
    else stack.push(next[1], next[0]);
  }
  return notes;
}

export function cheaper(left: Outcome | null, right: Outcome | null): Outcome | null {
  if (!left) return right;
  return right && right.cost < left.cost ? right : left;
}

export function pathOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at = path; at; at = at.up) keys.push(at.key);
  return keys.toReversed();
}

/** Sets an own property, also one named `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else target[key] = value;
}
