import { quote } from "../reasons.ts";
import type { Literal, Shape } from "./shape.ts";

/** What may have kept the remaining values from being ruled out, in words. */
export function doubtOf(shapes: readonly Shape[]): string {
  const literals = shapes.flatMap((shape) => shape.literals);
  const opaque = literals.find((literal) => literal.on === "opaque");
  if (opaque?.on === "opaque") return `"${opaque.keyword}" is not compared`;
  const told = textDoubt(literals);
  return told ?? "no value was found that the one takes and the other refuses, but none can be ruled out either";
}

function textDoubt(literals: readonly Literal[]): string | null {
  for (const on of ["pattern", "format"] as const) {
    const [has, lacks] = [true, false].map((is) => literals.find((one) => one.on === on && one.is === is));
    if (lacks?.on !== on) continue;
    const given = has?.on === on ? `text of the ${on} ${quote(has.name)}` : "the text";
    return `whether ${given} is always of the ${on} ${quote(lacks.name)} is not decided`;
  }
  return null;
}
