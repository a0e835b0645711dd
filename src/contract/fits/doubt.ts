import { quote } from "../reasons.ts";
import type { Literal, Shape } from "./shape.ts";
import type { Solver } from "./solver.ts";
import type { Expr } from "./space.ts";
import { viewArray, viewObject, withPart } from "./views.ts";

const MAX_DEPTH = 6;

/** What may have kept the remaining values from being ruled out, in words. */
export function doubtOf(solver: Solver, shapes: readonly Shape[]): string {
  return (
    doubtIn(solver, shapes, 0) ??
    "no value was found that the one takes and the other refuses, but none can be ruled out either"
  );
}

function doubtIn(solver: Solver, shapes: readonly Shape[], depth: number): string | null {
  for (const { literals } of shapes) {
    const opaque = literals.find((literal) => literal.on === "opaque");
    if (opaque?.on === "opaque") return `"${opaque.keyword}" is not compared`;
    const told = textDoubt(literals);
    if (told !== null) return told;
    for (const part of depth < MAX_DEPTH ? partsOf(literals) : []) {
      const inner = doubtIn(solver, solver.left(part), depth + 1);
      if (inner !== null) return inner;
    }
  }
  return null;
}

/** The parts that must not be in something: that is where the remainder differs. */
function partsOf(literals: readonly Literal[]): Expr[] {
  return literals.flatMap((literal) => {
    switch (literal.on) {
      case "property":
        return literal.part.is ? [] : [viewObject(literals).at(literal.name)];
      case "item":
        return literal.part.is ? [] : [viewArray(literals).at(literal.index)];
      case "some":
        return [withPart(viewArray(literals).at(literal.from), literal.part)];
      case "some-name":
        return [withPart(viewObject(literals).unnamed(literal.names), literal.part)];
      default:
        return [];
    }
  });
}

function textDoubt(literals: readonly Literal[]): string | null {
  for (const on of ["pattern", "format"] as const) {
    const [has, lacks] = [true, false].map((is) =>
      literals.find((one) => one.on === on && one.is === is),
    );
    if (lacks?.on !== on) continue;
    const given = has?.on === on ? `text of the ${on} ${quote(has.name)}` : "the text";
    return `whether ${given} is always of the ${on} ${quote(lacks.name)} is not decided`;
  }
  return null;
}
