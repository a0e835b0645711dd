import { Build } from "typebox/schema";
import type { CheckResult, Contract, Issue, JsonSchema, SchemaFault } from "./contract.ts";
import type { SchemaDocument } from "./document.ts";
import { Evaluator } from "./evaluate/evaluate.ts";
import { explain } from "./explain.ts";
import { findFaults } from "./faults.ts";
import { readDocument, type ReadSchemaOptions } from "./read-document.ts";
import { translate } from "./translate.ts";

export type Compilation =
  | { readonly ok: true; readonly contract: Contract }
  | { readonly ok: false; readonly faults: readonly [SchemaFault, ...SchemaFault[]] };

/**
 * Compiles a JSON Schema of any draft from 4 to 2020-12. Nothing is fetched: a reference that
 * leaves the document is a fault, unless `documents` has it.
 */
export function compileContract(schema: JsonSchema, options: ReadSchemaOptions = {}): Compilation {
  try {
    const document = readDocument(schema, options);
    const [first, ...others] = findFaults(document);
    if (first !== undefined) return { ok: false, faults: [first, ...others] };
    return { ok: true, contract: { schema, check: compileCheck(document) } };
  } catch (thrown) {
    // The stack: what passes the limits is found as a fault, so this is for the unforeseen.
    if (!(thrown instanceof RangeError)) throw thrown;
    return {
      ok: false,
      faults: [{ schemaPath: [], reason: "is nested too deeply to be compiled" }],
    };
  }
}

function compileCheck(document: SchemaDocument): Contract["check"] {
  const evaluator = new Evaluator(document);
  const fast = fastCheck(document);
  if (fast === null) return (value) => judged(value, explain(evaluator, value));
  return (value) => {
    try {
      if (fast(value)) return { ok: true, value };
    } catch (thrown) {
      // An overflowing stack, or too many steps, is no answer: the thorough evaluation has one.
      if (!(thrown instanceof RangeError)) throw thrown;
      return judged(value, explain(evaluator, value));
    }
    return new Refusal(evaluator, value);
  };
}

/** Null where the compiler can't do it, or not in the depth of the stack. */
function fastCheck(document: SchemaDocument): ((value: unknown) => boolean) | null {
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

/**
 * Many values are only asked whether they fit, so the reasons are worked out when they are first
 * read. A class, because an object literal with a getter of its own takes twice the time to make.
 */
class Refusal {
  readonly ok = false;
  readonly #evaluator: Evaluator;
  readonly #value: unknown;
  #issues: readonly [Issue, ...Issue[]] | null = null;

  constructor(evaluator: Evaluator, value: unknown) {
    this.#evaluator = evaluator;
    this.#value = value;
  }

  get issues(): readonly [Issue, ...Issue[]] {
    if (this.#issues === null) {
      const [first, ...others] = explain(this.#evaluator, this.#value);
      this.#issues = [first ?? UNEXPLAINED, ...others];
    }
    return this.#issues;
  }
}

/**
 * Compiled check and evaluation agree, as far as the tests can tell; if ever they do not, the value
 * is still refused.
 */
const UNEXPLAINED: Issue = {
  keyword: "schema",
  path: [],
  schemaPath: [],
  reason: "does not meet the schema",
};

function judged(value: unknown, issues: readonly Issue[]): CheckResult {
  const [first, ...others] = issues;
  return first === undefined ? { ok: true, value } : { ok: false, issues: [first, ...others] };
}
