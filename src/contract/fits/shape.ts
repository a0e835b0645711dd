import type { JsonType } from "../../core/json.ts";
import type { NodeId } from "./space.ts";

export type Scalar = string | number | boolean;

/** A part of a value that is in a subschema, or is not. */
export interface Part {
  readonly id: NodeId;
  readonly is: boolean;
}

/**
 * Names of properties: those that match a pattern, or those that are neither listed nor match one
 * of some patterns.
 */
export type Names =
  | { readonly of: "matching"; readonly pattern: string }
  | {
      readonly of: "other";
      readonly names: readonly string[];
      readonly patterns: readonly string[];
    };

/** One thing that is said of the values of one JSON type. */
export type Literal =
  | { readonly on: "values"; readonly values: readonly Scalar[]; readonly is: boolean }
  | { readonly on: "least" | "most"; readonly limit: number; readonly open: boolean }
  | { readonly on: "multiple"; readonly divisor: number; readonly is: boolean }
  /** Of characters, items or properties. */
  | { readonly on: "shortest" | "longest"; readonly count: number }
  | { readonly on: "pattern" | "format"; readonly name: string; readonly is: boolean }
  | { readonly on: "unique"; readonly is: boolean }
  /** The item at the index, where there is one. */
  | { readonly on: "item"; readonly index: number; readonly part: Part }
  /** Every item, or at least one, from the index on. */
  | { readonly on: "every" | "some"; readonly from: number; readonly part: Part }
  | { readonly on: "has"; readonly name: string; readonly is: boolean }
  /** The property, where there is one. */
  | { readonly on: "property"; readonly name: string; readonly part: Part }
  /** Every property with such a name, or at least one. */
  | { readonly on: "every-name" | "some-name"; readonly names: Names; readonly part: Part }
  /** Every name is in the subschema; or at least one name is not. */
  | { readonly on: "all-names" | "odd-name"; readonly id: NodeId }
  /** A keyword that is not understood here, equal only to itself. */
  | { readonly on: "opaque"; readonly keyword: string; readonly key: string; readonly is: boolean };

/** Values of one JSON type of which all literals hold, and that are in none of the subschemas. */
export interface Shape {
  readonly type: JsonType;
  readonly literals: readonly Literal[];
  readonly none: readonly NodeId[];
}

export const TYPES: readonly JsonType[] = [
  "null",
  "boolean",
  "number",
  "string",
  "array",
  "object",
];

export function anyOfType(type: JsonType): Shape {
  return { type, literals: [], none: [] };
}

export function withLiterals(shape: Shape, literals: readonly Literal[]): Shape {
  const added = literals.filter((literal) => !says(shape, literal));
  return added.length === 0 ? shape : { ...shape, literals: [...shape.literals, ...added] };
}

/** Whether the shape has the very literal. */
export function says({ literals }: Shape, literal: Literal): boolean {
  return literals.some(
    (one) =>
      one === literal || (one.on === literal.on && JSON.stringify(one) === JSON.stringify(literal)),
  );
}

/** What holds where the literal does not. */
export function negated(literal: Literal): readonly Literal[] {
  if ("is" in literal) return [{ ...literal, is: !literal.is }];
  switch (literal.on) {
    case "least":
      return [{ on: "most", limit: literal.limit, open: !literal.open }];
    case "most":
      return [{ on: "least", limit: literal.limit, open: !literal.open }];
    case "shortest":
      return [{ on: "longest", count: literal.count - 1 }];
    case "longest":
      return [{ on: "shortest", count: literal.count + 1 }];
    case "item":
      return [
        { on: "shortest", count: literal.index + 1 },
        { on: "item", index: literal.index, part: flipped(literal.part) },
      ];
    case "every":
      return [{ on: "some", from: literal.from, part: flipped(literal.part) }];
    case "some":
      return [{ on: "every", from: literal.from, part: flipped(literal.part) }];
    case "property":
      return [
        { on: "has", name: literal.name, is: true },
        { on: "property", name: literal.name, part: flipped(literal.part) },
      ];
    case "every-name":
      return [{ on: "some-name", names: literal.names, part: flipped(literal.part) }];
    case "some-name":
      return [{ on: "every-name", names: literal.names, part: flipped(literal.part) }];
    case "all-names":
      return [{ on: "odd-name", id: literal.id }];
    case "odd-name":
      return [{ on: "all-names", id: literal.id }];
  }
}

function flipped(part: Part): Part {
  return { id: part.id, is: !part.is };
}
