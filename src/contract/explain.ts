import type { Issue } from "./contract.ts";
import type { Evaluator } from "./evaluate/evaluate.ts";
import { isSamePath, type Finding } from "./evaluate/finding.ts";
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
export function explain(evaluator: Evaluator, value: unknown): readonly Issue[] {
  let found: readonly Finding[];
  try {
    found = evaluator.evaluate(value);
  } catch (thrown) {
    // The stack, with values nested some thousand levels deep, or the limit of steps.
    if (!(thrown instanceof RangeError)) throw thrown;
    const reason =
      thrown instanceof TooManySteps
        ? "takes too many steps to be checked against this schema: its alternatives or its " +
          "patterns look at the same value too often"
        : "is nested too deeply to be checked";
    return [{ keyword: "$ref", path: [], schemaPath: [], reason }];
  }
  const issues: Issue[] = [];
  for (const one of found.length > 1 ? found.toSorted(byTelling) : found) {
    if (issues.length === MAX_ISSUES) break;
    const issue = asIssue(one);
    // The same thing may be said by several branches of an `allOf`.
    if (!issues.some((known) => isSame(known, issue))) issues.push(issue);
  }
  return issues;
}

function isSame(left: Issue, right: Issue): boolean {
  return left.reason === right.reason && isSamePath(left.path, right.path);
}

/** Deepest first, then the most specific; the sort is stable, so else as the schema has it. */
function byTelling(left: Finding, right: Finding): number {
  return right.path.length - left.path.length || vagueness(left) - vagueness(right);
}

function vagueness({ keyword }: Finding): number {
  return VAGUE.indexOf(keyword) + 1;
}

function asIssue({ keyword, path, schemaPath, reason }: Finding): Issue {
  return { keyword, path, schemaPath, reason: reason() };
}
