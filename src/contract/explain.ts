import type { Finding } from "./branches.ts";
import type { Issue } from "./contract.ts";
import type { SchemaDocument } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import { TooManySteps } from "./steps.ts";

const MAX_ISSUES = 20;

/**
 * Keywords that say less about the cause than the others do: they come after them at the same
 * depth.
 */
const VAGUE = [
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "not",
  "anyOf",
  "oneOf",
  "contains",
];

/** Why a value does not meet a schema, the most telling reason first; none when it does meet it. */
export function explain(document: SchemaDocument, value: unknown): readonly Issue[] {
  let findings: readonly Finding[];
  try {
    findings = evaluate(document, value);
  } catch (thrown) {
    // The stack, with values nested some thousand levels deep, or the limit of steps.
    if (!(thrown instanceof RangeError)) throw thrown;
    const reason =
      thrown instanceof TooManySteps
        ? "takes too many steps to be checked against this schema: its alternatives or its patterns look at the same value too often"
        : "is nested too deeply to be checked";
    return [{ keyword: "$ref", path: [], schemaPath: [], reason }];
  }
  return distinct(findings).toSorted(byTelling).slice(0, MAX_ISSUES).map(asIssue);
}

/** The same thing may be said by several branches of an `allOf`. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const known = new Map(
    findings.map((finding) => [JSON.stringify([finding.path, finding.reason]), finding] as const),
  );
  return [...known.values()];
}

/** Deepest first, then the most specific; the sort is stable, so else as the schema has it. */
function byTelling(left: Finding, right: Finding): number {
  return right.path.length - left.path.length || vagueness(left) - vagueness(right);
}

function vagueness(finding: Finding): number {
  return VAGUE.indexOf(finding.keyword) + 1;
}

function asIssue({ keyword, path, schemaPath, reason }: Finding): Issue {
  return { keyword, path, schemaPath, reason };
}
