import { isObject, jsonType } from "../../core/json.ts";
import {
  child,
  childList,
  childMap,
  isOnlyReference,
  keywordValue,
  type SchemaNode,
} from "../document.ts";
import { isSameJson } from "../values.ts";
import { opaqueLiterals, ownLiterals } from "./literals.ts";
import { isNoNumber } from "./numbers.ts";
import { anyOfType, type Literal, type Scalar, type Shape, TYPES, withLiterals } from "./shape.ts";
import { type NodeId, type Space, Undecided } from "./space.ts";
import { isNoString } from "./strings.ts";

/** More alternatives than this are not multiplied out. */
const MAX_SHAPES = 400;

export type ReadShapes = (id: NodeId) => readonly Shape[];

/**
 * A subschema as alternatives, each of one JSON type: together they are exactly its values.
 * Subschemas of parts stay as they are; `not`, `if` and the other branches of a `oneOf` are kept as
 * what must not be met. `shapes` gives those of another node.
 */
export function readShapes(space: Space, id: NodeId, shapes: ReadShapes): readonly Shape[] {
  const node = space.node(id);
  if (typeof node.schema === "boolean") return node.schema ? TYPES.map(anyOfType) : [];
  const target = space.target(id);
  const referred = target === null ? TYPES.map(anyOfType) : shapes(target);
  if (isOnlyReference(node)) return referred;
  let read = meetAll(ownShapes(space, node), referred);
  const values = constantsOf(node);
  if (values !== null) read = meetAll(read, valueShapes(space, values));
  const under = (one: SchemaNode): readonly Shape[] => shapes(space.id(one));
  for (const one of childList(node, "allOf") ?? []) read = meetAll(read, under(one));
  const choices = childList(node, "anyOf");
  if (choices !== null) read = meetAll(read, choices.flatMap(under));
  const exclusive = childList(node, "oneOf");
  if (exclusive !== null) read = meetAll(read, oneOfShapes(space, exclusive, under));
  for (const alternatives of dependents(node, under)) read = meetAll(read, alternatives);
  return withConditions(space, node, read, under);
}

/** The intersection of two lists of alternatives. What is plainly empty is left out. */
export function meetAll(left: readonly Shape[], right: readonly Shape[]): readonly Shape[] {
  const met = left.flatMap((one) => right.flatMap((other) => meet(one, other) ?? []));
  if (met.length > MAX_SHAPES) throw new Undecided("there are too many alternatives");
  return met;
}

/** What is in both; null where that is plainly nothing. */
export function meet(one: Shape, other: Shape): Shape | null {
  if (one.type !== other.type) return null;
  if (other.literals.length + other.none.length === 0) return one;
  if (one.literals.length + one.none.length === 0) return other;
  const none = other.none.length === 0 ? one.none : [...new Set([...one.none, ...other.none])];
  const met = { ...withLiterals(one, other.literals), none };
  return isPlainlyEmpty(met) ? null : met;
}

/** Empty by its literals alone, without a look at the parts. */
export function isPlainlyEmpty({ type, literals }: Shape): boolean {
  const opaque = literals.filter((one) => one.on === "opaque");
  if (opaque.some((one) => one.is && opaque.some((other) => !other.is && other.key === one.key)))
    return true;
  if (type === "number") return isNoNumber(literals);
  if (type === "string") return isNoString(literals);
  if (type === "boolean") return booleansOf(literals).length === 0;
  return false;
}

export function booleansOf(literals: readonly Literal[]): boolean[] {
  return [true, false].filter((value) =>
    literals.every(
      (literal) => literal.on !== "values" || literal.values.includes(value) === literal.is,
    ),
  );
}

function ownShapes(space: Space, node: SchemaNode): readonly Shape[] {
  const written = keywordValue(node, "type");
  const types = written === undefined ? null : new Set<unknown>([written].flat());
  return TYPES.flatMap((type) => {
    const isInteger = type === "number" && types !== null && !types.has("number");
    if (types !== null && !types.has(type) && !(isInteger && types.has("integer"))) return [];
    const literals = [...ownLiterals(space, node, type), ...opaqueLiterals(space, node, type)];
    if (isInteger) literals.push({ on: "multiple", divisor: 1, is: true });
    const shape = withLiterals(anyOfType(type), literals);
    return isPlainlyEmpty(shape) ? [] : [shape];
  });
}

function constantsOf(node: SchemaNode): readonly unknown[] | null {
  const listed = keywordValue(node, "enum");
  const wanted = keywordValue(node, "const");
  if (wanted === undefined) return Array.isArray(listed) ? listed : null;
  return Array.isArray(listed) ? listed.filter((one) => isSameJson(one, wanted)) : [wanted];
}

function valueShapes(space: Space, values: readonly unknown[]): Shape[] {
  const scalars = values.filter((value) => value !== null && typeof value !== "object") as Scalar[];
  const shapes: Shape[] = [];
  if (values.includes(null)) shapes.push(anyOfType("null"));
  for (const type of ["boolean", "number", "string"] as const) {
    const own = scalars.filter((value) => typeof value === type);
    if (own.length > 0)
      shapes.push({ ...anyOfType(type), literals: [{ on: "values", values: own, is: true }] });
  }
  for (const value of values) {
    if (typeof value === "object" && value !== null) shapes.push(exactly(space, value));
  }
  return shapes;
}

function exactly(space: Space, value: object): Shape {
  const literals: Literal[] = [];
  if (Array.isArray(value)) {
    literals.push({ on: "shortest", count: value.length }, { on: "longest", count: value.length });
    for (const [index, item] of value.entries())
      literals.push({ on: "item", index, part: { id: space.constant(item), is: true } });
  } else {
    for (const [name, member] of Object.entries(value)) {
      literals.push({ on: "has", name, is: true });
      literals.push({ on: "property", name, part: { id: space.constant(member), is: true } });
    }
    const names = { of: "other", names: Object.keys(value), patterns: [] } as const;
    literals.push({ on: "every-name", names, part: { id: space.nothing(), is: true } });
  }
  return { ...anyOfType(jsonType(value)), literals };
}

function oneOfShapes(
  space: Space,
  branches: readonly SchemaNode[],
  under: (one: SchemaNode) => readonly Shape[],
): readonly Shape[] {
  return branches.flatMap((branch, index) =>
    under(branch).map((shape) => {
      const others = branches.filter((_, at) => at !== index);
      const near = others.filter((other) =>
        under(other).some((one) => !areApart(space, shape, one)),
      );
      return { ...shape, none: [...shape.none, ...near.map((one) => space.id(one))] };
    }),
  );
}

/**
 * Whether no value is in both, told from the literals and from constants of properties that both
 * want.
 */
function areApart(space: Space, one: Shape, other: Shape): boolean {
  const both = meet(one, other);
  if (both === null) return true;
  return both.literals.some((literal) => {
    if (literal.on !== "property" || !literal.part.is) return false;
    const { name, part } = literal;
    if (!both.literals.some((has) => has.on === "has" && has.is && has.name === name)) return false;
    const values = constantsOf(space.node(part.id));
    return both.literals.some((second) => {
      if (second.on !== "property" || second.name !== name || !second.part.is) return false;
      const others = constantsOf(space.node(second.part.id));
      return (
        values?.every(isScalar) === true &&
        others?.every((value) => isScalar(value) && !values.includes(value))
      );
    });
  });
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** For each dependency: the object lacks the name, or what depends on it holds. */
function dependents(
  node: SchemaNode,
  under: (one: SchemaNode) => readonly Shape[],
): readonly Shape[][] {
  const others = TYPES.filter((type) => type !== "object").map(anyOfType);
  const object = anyOfType("object");
  const lists = requiredBeside(node).map(([name, needed]) => [
    ...others,
    withLiterals(object, [{ on: "has", name, is: false }]),
    withLiterals(
      object,
      [name, ...needed].map((one) => ({ on: "has", name: one, is: true }) as const),
    ),
  ]);
  const schemas = [
    ...(childMap(node, "dependentSchemas") ?? []),
    ...(childMap(node, "dependencies") ?? []),
  ];
  return [
    ...lists,
    ...schemas.map(([name, one]) => [
      ...others,
      withLiterals(object, [{ on: "has", name, is: false }]),
      ...meetAll(under(one), [withLiterals(object, [{ on: "has", name, is: true }])]),
    ]),
  ];
}

function requiredBeside(node: SchemaNode): (readonly [string, readonly string[]])[] {
  return ["dependentRequired", "dependencies"].flatMap((keyword) => {
    const lists = keywordValue(node, keyword);
    return Object.entries(isObject(lists) ? lists : {}).flatMap(([name, needed]) =>
      Array.isArray(needed) ? [[name, needed.map(String)] as const] : [],
    );
  });
}

function withConditions(
  space: Space,
  node: SchemaNode,
  read: readonly Shape[],
  under: (one: SchemaNode) => readonly Shape[],
): readonly Shape[] {
  const not = child(node, "not");
  const without = (shapes: readonly Shape[], one: SchemaNode): readonly Shape[] =>
    shapes.map((shape) => ({ ...shape, none: [...shape.none, space.id(one)] }));
  let shapes = not === null ? read : without(read, not);
  const condition = child(node, "if");
  const [then, otherwise] = [child(node, "then"), child(node, "else")];
  if (condition === null || (then === null && otherwise === null)) return shapes;
  const met = meetAll(shapes, under(condition));
  const unmet = without(shapes, condition);
  shapes = [
    ...(then === null ? met : meetAll(met, under(then))),
    ...(otherwise === null ? unmet : meetAll(unmet, under(otherwise))),
  ];
  return shapes;
}
