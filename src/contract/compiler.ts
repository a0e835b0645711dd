import { compileContract, type Compilation } from "./compile.ts";
import type { JsonSchema } from "./contract.ts";

/** Compiles schemas, each object once as long as it is in use: it must not change. */
export function createCompiler(): (schema: JsonSchema) => Compilation {
  const known = new WeakMap<JsonSchema, Compilation>();
  return (schema) => {
    const compiled = known.get(schema) ?? compileContract(schema);
    known.set(schema, compiled);
    return compiled;
  };
}
