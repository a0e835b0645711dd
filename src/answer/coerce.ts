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
  newSchemaNotes,
  type Coercion,
  type NestedOutcome,
  type Outcome,
  type Path,
  type SchemaNotes,
} from "./outcome.ts";
import { parseValue } from "./parse.ts";
import { ruleOf } from "./rules.ts";
import { newCursor, skipBlank, type Cursor } from "./scan.ts";
import { shapeOf, type Shape } from "./schemas.ts";
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
  const x: Coercion = {
    text: cursor.text,
    level: options.level,
    partial: options.partial,
    root,
    nesting,
    edits: cursor.edits,
    memo: new Map(),
    schemas: options.schemas ?? newSchemaNotes(),
    coerce: (node, schema, path) => coerce(x, node, schema, path),
    nested: (text, schema) => coerceNested(x, text, schema),
  };
  return x;
}

/**
 * The cheapest value a node has under a schema; null when it has none. Each pair of node and schema
 * is worked out once.
 */
export function coerce(x: Coercion, node: Node, schema: unknown, path: Path): Outcome | null {
  if (!isObject(schema)) return schema === false ? null : natural(x, node, path);
  const shape = shapeOf(x, schema);
  if (typeof shape === "boolean") return shape ? natural(x, node, path) : null;
  if (node.kind === "text" && shape.scalar !== null)
    return coerceToType(x, node, shape.scalar, shape.schema, path);
  let known = x.memo.get(node);
  if (known?.has(schema)) return known.get(schema) ?? null;
  if (!known) x.memo.set(node, (known = new Map()));
  // A schema that leads back to itself on the same node says nothing more about it.
  known.set(schema, null);
  const outcome = coerceBy(x, node, shape, path);
  known.set(schema, outcome);
  return outcome;
}

function coerceBy(x: Coercion, node: Node, shape: Shape, path: Path): Outcome | null {
  const { schema, branches, types } = shape;
  if (branches) return cheapest(branches, (branch) => x.coerce(node, branch, path));
  const choices = shape.hasChoices ? choicesOf(x, schema) : null;
  if (choices) return coerceToChoice(x, node, choices, schema, path);
  if (!types) return natural(x, node, path);
  if (types.length === 1 && types[0] !== undefined)
    return coerceToType(x, node, types[0], schema, path);
  return cheapest(types, (type) => coerceToType(x, node, type, schema, path));
}

function cheapest<T>(
  options: readonly T[],
  outcomeOf: (option: T) => Outcome | null,
): Outcome | null {
  let best: Outcome | null = null;
  for (const option of options) best = cheaper(best, outcomeOf(option));
  return best;
}

function coerceToType(
  x: Coercion,
  node: Node,
  type: string,
  schema: Record<string, unknown>,
  path: Path,
): Outcome | null {
  if (type === "object") return coerceToObject(x, node, schema, path);
  if (type === "array") return coerceToArray(x, node, schema, path);
  if (type === "string") return coerceToString(x, node, schema, path);
  return isScalarType(type) ? coerceToScalar(x, node, type, schema, path) : null;
}

/**
 * What a string holds, read as a value of its own. Its edits are summed up in the one edit its
 * reader records.
 */
function coerceNested(x: Coercion, text: string, schema: unknown): NestedOutcome | null {
  if (x.nesting >= MAX_NESTING) return null;
  const cursor = newCursor(text, 0, text.length, x.partial);
  const node = parseValue(cursor, "top");
  if (!node || node.kind === "text" || cursor.failed) return null;
  skipBlank(cursor);
  if (cursor.at < text.length) return null;
  const inner = newCoercion(cursor, x.root, x, x.nesting + 1);
  const outcome = inner.coerce(node, schema, null);
  if (!outcome) return null;
  const cost = cursor.edits.reduce((sum, edit) => sum + ruleOf(edit.rule).cost, outcome.cost);
  return { value: outcome.value, cost, isStrict: cursor.edits.length === 0 };
}
