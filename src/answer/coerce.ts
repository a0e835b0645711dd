import type { JsonSchema } from "../contract/contract.ts";
import { isObject } from "../core/json.ts";
import type { RepairLevel } from "./answer.ts";
import { coerceToArray } from "./coerce-array.ts";
import { coerceToObject } from "./coerce-object.ts";
import { coerceToScalar, coerceToString, isScalarType } from "./coerce-scalar.ts";
import { choicesOf, coerceToChoice } from "./coerce-choice.ts";
import { natural } from "./natural.ts";
import {
  cheaper,
  join,
  notesOf,
  type Coercion,
  type NestedOutcome,
  type Notes,
  type Outcome,
  type Path,
} from "./outcome.ts";
import { parseValue } from "./parse.ts";
import { ruleOf, type RuleName } from "./rules.ts";
import { newCursor, skipBlank, type Cursor } from "./scan.ts";
import { unwrapSchema } from "./unwrap.ts";
import { shapeOf, type Shape, newSchemaNotes, type SchemaNotes } from "./schemas.ts";
import type { Node } from "./tree.ts";

export interface CoerceOptions {
  readonly level: RepairLevel;
  readonly partial: boolean;
  /** Of the same root: what coercions before this one worked out. */
  readonly schemas?: SchemaNotes;
}

/** JSON in a string of JSON in a string: deeper than this it is text. */
const MAX_NESTING = 3;

/** Sets up the coercion of what one parse gave. */
export function newCoercion(
  cursor: Cursor,
  root: JsonSchema,
  options: CoerceOptions,
  nesting = 0,
): Coercion {
  const coercion: Coercion = {
    text: cursor.text,
    level: options.level,
    partial: options.partial,
    root,
    nesting,
    edits: cursor.edits,
    rules: new Set(cursor.edits.map(({ rule }) => rule)),
    memo: new Map(),
    schemas: options.schemas ?? newSchemaNotes(),
    coerce: (node, schema, path) => coerce(coercion, node, schema, path),
    nested: (text, schema, path) => coerceNested(coercion, text, schema, path),
  };
  return coercion;
}

/**
 * The cheapest value a node has under a schema; null when it has none. Each pair of node and schema
 * is worked out once.
 */
export function coerce(
  coercion: Coercion,
  node: Node,
  schema: unknown,
  path: Path,
): Outcome | null {
  if (!isObject(schema)) return schema === false ? null : natural(coercion, node, path);
  const shape = shapeOf(coercion, schema);
  if (typeof shape === "boolean") return shape ? natural(coercion, node, path) : null;
  if (node.kind === "text" && shape.scalar !== null)
    return coerceToType(coercion, node, shape.scalar, shape.schema, path);
  let known = coercion.memo.get(node);
  if (known?.has(schema)) return known.get(schema) ?? null;
  if (!known) coercion.memo.set(node, (known = new Map()));
  // A schema that leads back to itself on the same node says nothing more about it.
  known.set(schema, null);
  const own = coerceBy(coercion, node, shape, path);
  // An object may be meant as it stands where one is wanted; where text is, it is the last resort.
  const isMeant = own !== null && (shape.scalar === null || node.kind !== "object");
  const outcome = isMeant ? own : (unwrapSchema(coercion, node, schema, path) ?? own);
  known.set(schema, outcome);
  return outcome;
}

function coerceBy(coercion: Coercion, node: Node, shape: Shape, path: Path): Outcome | null {
  const { schema, branches, types } = shape;
  if (branches)
    return cheapest(coercion, node, branches, (branch) => coercion.coerce(node, branch, path));
  const choices = shape.hasChoices ? choicesOf(coercion, schema) : null;
  if (choices) return coerceToChoice(coercion, node, choices, schema, path);
  if (!types) return natural(coercion, node, path);
  if (types.length === 1 && types[0] !== undefined)
    return coerceToType(coercion, node, types[0], schema, path);
  return cheapest(coercion, node, types, (type) =>
    coerceToType(coercion, node, type, schema, path),
  );
}

function cheapest<T>(
  coercion: Coercion,
  node: Node,
  options: readonly T[],
  outcomeOf: (option: T) => Outcome | null,
): Outcome | null {
  const outcomes = options.flatMap((option) => outcomeOf(option) ?? []);
  if (coercion.level !== "full" && isUnsure(coercion, node, outcomes)) return null;
  return outcomes.reduce<Outcome | null>((best, outcome) => cheaper(best, outcome), null);
}

/** In a notation without quotes nothing says whether `true` is text, where both are taken. */
function isUnsure(coercion: Coercion, node: Node, outcomes: readonly Outcome[]): boolean {
  if (node.kind !== "text" || node.isUntyped !== true || coercion.partial) return false;
  const isText = outcomes.some(({ value }) => typeof value === "string");
  const isOther = outcomes.some(({ value }) => typeof value !== "string" && value !== null);
  const has = (rules: readonly RuleName[]): boolean =>
    rules.some((rule) => coercion.rules.has(rule));
  // An empty tag may be an empty text, or none.
  const isNull = node.text === "" && outcomes.some(({ value }) => value === null);
  return isText && ((isOther && !has(HAS_QUOTES)) || (isNull && has(IN_TAGS)));
}

/** Notations that put text in quotes where it looks like something else. */
const HAS_QUOTES: readonly RuleName[] = ["yaml", "toon"];
const IN_TAGS: readonly RuleName[] = ["call-parameters", "xml"];

function coerceToType(
  coercion: Coercion,
  node: Node,
  type: string,
  schema: Record<string, unknown>,
  path: Path,
): Outcome | null {
  if (type === "object") return coerceToObject(coercion, node, schema, path);
  if (type === "array") return coerceToArray(coercion, node, schema, path);
  if (type === "string") return coerceToString(coercion, node, schema, path);
  return isScalarType(type) ? coerceToScalar(coercion, node, type, schema, path) : null;
}

function isLossy({ rule }: { readonly rule: RuleName }): boolean {
  return ruleOf(rule).loses === true;
}

/** What a string holds, read as a value of its own. */
function coerceNested(
  coercion: Coercion,
  text: string,
  schema: unknown,
  path: Path,
): NestedOutcome | null {
  if (coercion.nesting >= MAX_NESTING) return null;
  const cursor = newCursor(text, 0, text.length, coercion.partial);
  const node = parseValue(cursor, "top");
  if (!node || node.kind === "text" || cursor.failed) return null;
  skipBlank(cursor);
  if (cursor.at < text.length) return null;
  const inner = newCoercion(cursor, coercion.root, coercion, coercion.nesting + 1);
  const outcome = inner.coerce(node, schema, path);
  if (!outcome) return null;
  const edits = [...cursor.edits.map((edit) => ({ ...edit, path })), ...notesOf(outcome.notes)];
  // What is lost in there has no place out here.
  if (edits.some(isLossy)) return null;
  const cost = cursor.edits.reduce((sum, edit) => sum + ruleOf(edit.rule).cost, outcome.cost);
  const notes = edits.reduce<Notes>(
    (all, edit) => join(all, { before: text.slice(edit.from, edit.to), ...edit }),
    null,
  );
  return { value: outcome.value, cost, notes, isStrict: cursor.edits.length === 0 };
}
