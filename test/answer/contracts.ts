import { compileContract } from "../../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../../src/contract/contract.ts";

/** A contract for a test; a schema that doesn't compile is a fault of the test. */
export function contractOf(schema: JsonSchema): Contract {
  const compiled = compileContract(schema);
  if (!compiled.ok)
    throw new Error(`the schema of a test is not one: ${compiled.faults[0].reason}`);
  return compiled.contract;
}
