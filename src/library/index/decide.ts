import { ModullmError } from "../../core/error.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { CategoryDecision } from "../program-index.ts";
import type { NamedProgram } from "./naming.ts";
import { CATEGORY_NAME, DOMAINS, OTHER_DOMAIN, TASK_TYPES } from "./vocabulary.ts";

/** Domains at the top of the tree: so many that opening it stays cheap. */
const MOST_DOMAINS = 30;

/**
 * The rule by which the vocabulary grows: a person may add a domain, as long as the top of the tree
 * stays short; tasks are fixed, since agents choose by them.
 * @throws {ModullmError} RLLM_016
 */
export function requireCategory(
  { domain, task, from }: CategoryDecision,
  programs: readonly NamedProgram[],
): void {
  if (!Object.hasOwn(TASK_TYPES, task)) {
    const tasks = Object.keys(TASK_TYPES);
    throw refused(`"${task}" is no task: ${tasks.join(", ")}`, didYouMean(task, tasks));
  }
  const [top = "", below, ...more] = domain.split("/");
  const isOther = top === OTHER_DOMAIN && below !== undefined;
  const names = isOther ? [below] : [top, ...(below === undefined ? [] : [null])];
  if (more.length > 0 || !names.every((name) => name !== null && CATEGORY_NAME.test(name)))
    throw refused(`"${domain}" is no domain: a name such as finance or real-estate is wanted`);
  const known = new Set([...Object.keys(DOMAINS), ...programs.flatMap(topOf)]);
  if (known.has(top) || top === OTHER_DOMAIN) return;
  if (from !== "review") throw refused(`"${domain}" is no domain of the vocabulary`);
  if (known.size >= MOST_DOMAINS)
    throw refused(
      `"${domain}" would be one domain too many: the tree has ${known.size}`,
      ` Use "${OTHER_DOMAIN}/${domain}".`,
    );
}

function topOf({ decision }: NamedProgram): readonly string[] {
  return decision === null ? [] : [decision.domain.split("/")[0] ?? ""];
}

function refused(reason: string, hint = ""): ModullmError {
  return new ModullmError("RLLM_016", `Cannot decide that: ${reason}`, {
    details: { reason },
    hint: `Name a domain and a task, such as finance/extract.${hint}`,
  });
}
