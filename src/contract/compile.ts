import type { CompiledCheck } from "./compiled-check.ts";
import type { CheckResult, Contract, Issue, JsonSchema, SchemaFault } from "./contract.ts";
import type { SchemaDocument } from "./document.ts";
import { Evaluator } from "./evaluate/evaluate.ts";
import { explain } from "./explain.ts";
import { findFaults } from "./faults.ts";
import { isSmall } from "./small.ts";
import { readDocument, type ReadSchemaOptions } from "./read-document.ts";

export type Compilation =
  | { readonly ok: true; readonly contract: Contract }
  | { readonly ok: false; readonly faults: readonly [SchemaFault, ...SchemaFault[]] };

export interface CompileOptions extends ReadSchemaOptions {
  /**
   * True: the check is made into code at once, not when it has been asked for a few times.
   * @default false
   */
  readonly atOnce?: boolean;
}

/**
 * Small values that are evaluated before the check is made into code: that takes as long as
 * hundreds of evaluations, and most contracts of a short command are asked once.
 */
const EVALUATED = 3;

/**
 * Compiles a JSON Schema of any draft from 4 to 2020-12. Nothing is fetched: a reference that
 * leaves the document is a fault, unless `documents` has it.
 */
export function compileContract(schema: JsonSchema, options: CompileOptions = {}): Compilation {
  try {
    const document = readDocument(schema, options);
    const [first, ...others] = findFaults(document);
    if (first !== undefined) return { ok: false, faults: [first, ...others] };
    return { ok: true, contract: { schema, check: checkOf(document, options) } };
  } catch (thrown) {
    // The stack: what passes the limits is found as a fault, so this is for the unforeseen.
    if (!(thrown instanceof RangeError)) throw thrown;
    return {
      ok: false,
      faults: [{ schemaPath: [], reason: "is nested too deeply to be compiled" }],
    };
  }
}

function checkOf(document: SchemaDocument, { atOnce = false }: CompileOptions): Contract["check"] {
  const evaluator = new Evaluator(document);
  let asked = 0;
  let fast = atOnce ? compiledCheck(document) : undefined;
  return (value) => {
    if (fast === undefined && (++asked > EVALUATED || !isSmall(value)))
      fast = compiledCheck(document);
    if (!fast) return judged(value, explain(evaluator, value));
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

/** The compiler is loaded when the first check is worth it. */
function compiledCheck(document: SchemaDocument): CompiledCheck | null {
  // oxlint-disable-next-line typescript/no-require-imports -- a check can't be waited for
  const { compileCheck } = require("./compiled-check.ts") as typeof import("./compiled-check.ts");
  return compileCheck(document);
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
