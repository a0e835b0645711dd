import { Build } from "typebox/schema";
import type { SchemaDocument } from "./document.ts";
import { translate } from "./translate.ts";

/**
 * Whether a value meets a schema.
 * @throws {RangeError} where the stack or the number of steps doesn't suffice
 */
export type CompiledCheck = (value: unknown) => boolean;

/** Null where the compiler can't do it, or not in the depth of the stack. */
export function compileCheck(document: SchemaDocument): CompiledCheck | null {
  try {
    const translation = translate(document);
    if (translation === null) return null;
    const { gauge, targets, schema } = translation;
    const compiled = Build(targets, schema).Evaluate();
    if (gauge === null) return (value) => compiled.Check(value);
    return (value) => {
      gauge.begin(value);
      return compiled.Check(value);
    };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return null;
  }
}
