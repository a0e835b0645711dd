import type { Contract, Issue } from "../contract/contract.ts";
import type { Reading } from "./answer.ts";

export interface FeedbackOptions {
  /** How the whole is called. @default "the answer" */
  readonly what?: string;
}

/** More than this many corrections at once are not followed. */
const MAX_ISSUES = 5;

/**
 * What was wrong with an answer, in words for the model that gave it: a line for each of the few
 * most telling issues, with the path and what was there instead. Empty for an answer that was read.
 */
export function feedback(
  reading: Reading,
  contract: Contract,
  { what = "the answer" }: FeedbackOptions = {},
): string {
  if (reading.ok) return "";
  const lines = reading.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `- ${line(reading.code, issue, { contract, what })}`);
  const more = reading.issues.length - MAX_ISSUES;
  if (more > 0) lines.push(`- and ${more} more of the same kind`);
  for (const { text } of reading.lost.slice(0, 2))
    lines.push(`- ${JSON.stringify(text)} has no place in the structure of ${what}`);
  return lines.join("\n");
}

interface Said {
  readonly contract: Contract;
  readonly what: string;
}

function line(code: string, issue: Issue, { contract, what }: Said): string {
  if (issue.keyword === "ambiguous") return `${what} ${issue.reason}: give one`;
  if (issue.keyword === "digits" || issue.keyword === "placeholder")
    return `${pathText(issue.path, what)}: ${issue.reason}`;
  if (issue.keyword === "cut") return `${what} ${issue.reason}: give a shorter one`;
  if (code === "RLLM_006" && issue.keyword !== "repair") {
    const wanted = contract.schema["type"] === "array" ? "one JSON array" : "one JSON object";
    return `${what} holds no JSON that can be read: answer with ${wanted} and nothing else`;
  }
  if (issue.keyword === "repair")
    return `the JSON is damaged (${issue.reason}): write it again, complete and valid`;
  return `${pathText(issue.path, what)} ${issue.reason}`;
}

/** `$.items[0].price`, and what it is about for the root. */
function pathText(path: readonly (string | number)[], what: string): string {
  if (path.length === 0) return what;
  const steps = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  });
  return `$${steps.join("")}`;
}
