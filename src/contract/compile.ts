import { Compile } from "typebox/schema";
import type { CheckResult, Contract, Issue, JsonSchema, SchemaFault } from "./contract.ts";
import { readDocument, type ReadSchemaOptions, type SchemaDocument } from "./document.ts";
import { explain } from "./explain.ts";
import { findFaults } from "./faults.ts";
import { translate } from "./translate.ts";

export type Compilation =
  | { readonly ok: true; readonly contract: Contract }
  | { readonly ok: false; readonly faults: readonly [SchemaFault, ...SchemaFault[]] };

/**
 * Compiles a JSON Schema of any draft from 4 to 2020-12. Nothing is fetched: a reference that leaves the document is a fault,
 * unless `documents` has it.
 */
export function compileContract(schema: JsonSchema, options: ReadSchemaOptions = {}): Compilation {
  try {
    const document = readDocument(schema, options);
    const [first, ...others] = findFaults(document);
    if (first !== undefined) return { ok: false, faults: [first, ...others] };
    return { ok: true, contract: { schema, check: compileCheck(document) } };
  } catch (thrown) {
    // The stack: thousands of references that each lead to the next.
    if (!(thrown instanceof RangeError)) throw thrown;
    return { ok: false, faults: [{ schemaPath: [], reason: "is nested too deeply to be compiled" }] };
  }
}

function compileCheck(document: SchemaDocument): Contract["check"] {
  const translation = translate(document);
  if (translation === null) return (value) => result(value, explain(document, value));
  const compiled = Compile(translation.targets, translation.schema);
  return (value) => (passes(compiled, value) ? { ok: true, value } : result(value, explain(document, value)));
}

/** A stack overflow is no answer: the thorough evaluation then says what it is. */
function passes(compiled: { Check(value: unknown): boolean }, value: unknown): boolean {
  try {
    return compiled.Check(value);
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

function result(value: unknown, issues: readonly Issue[]): CheckResult {
  const [first, ...others] = issues;
  return first === undefined ? { ok: true, value } : { ok: false, issues: [first, ...others] };
}
