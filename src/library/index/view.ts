import { ModullmError } from "../../core/error.ts";
import type {
  DecidedProgram,
  PageOptions,
  ProgramCategory,
  ProgramRecord,
  View,
} from "../program-index.ts";
import type { ProgramRow } from "../../store/programs.ts";
import { factsOf, type NamedProgram, nameThem } from "./naming.ts";
import type { ProgramFacts } from "./read-file.ts";
import { PAGE_SIZE, type PlacedProgram } from "./tree.ts";

/** How the runs of programs went, by path. */
export type Records = () => Promise<ReadonlyMap<string, ProgramRecord>>;

/** What a reader may know of, and asks for, in the order of names. */
export async function seenBy(
  rows: readonly ProgramRow[],
  folders: readonly string[],
  { sees, filter = {} }: View,
  records: Records,
): Promise<readonly NamedProgram[]> {
  // Before names are given: what is hidden would show in the names of others.
  const seen = sees === undefined ? rows : rows.filter((row) => sees(factsOf(row)));
  const { domain, task, shape, complexity, latency, tags = [] } = filter;
  const ran = latency === undefined ? null : await records();
  return nameThem(seen, folders).filter((program) => {
    const { facts } = program;
    const category = categoryOf(program);
    return (
      (domain === undefined || `${category?.domain}/`.startsWith(`${domain}/`)) &&
      (task === undefined || category?.task === task) &&
      (shape === undefined || category?.shape === shape) &&
      (complexity === undefined || facts.complexity === complexity) &&
      (ran === null || (ran.get(facts.path)?.latency ?? "unknown") === latency) &&
      tags.every((tag) => facts.tags.includes(tag))
    );
  });
}

/** Those of them that can be run, with their place in the tree. */
export function placedOf(programs: readonly NamedProgram[]): readonly PlacedProgram[] {
  return programs.flatMap((program) => {
    const category = categoryOf(program);
    return category === null ? [] : [{ ...program, category: category.path }];
  });
}

export function decisionsOf(programs: readonly NamedProgram[]): readonly DecidedProgram[] {
  return programs.flatMap((program) => {
    const { name, facts } = program;
    const category = categoryOf(program);
    return category === null ? [] : [{ name, summary: facts.summary, category }];
  });
}

/** Null where it is broken. */
export function categoryOf({
  facts,
  decision,
}: Pick<NamedProgram, "facts" | "decision">): ProgramCategory | null {
  return facts.fault !== null || decision === null ? null : categoryIn(decision, facts);
}

export function categoryIn(
  { domain, task, origin }: NonNullable<NamedProgram["decision"]>,
  { shape }: ProgramFacts,
): ProgramCategory {
  const from = origin as ProgramCategory["from"];
  return { path: `${domain}/${task}/${shape}`, domain, task, shape, from };
}

/** @throws {ModullmError} RLLM_016 */
export function limitOf({ limit = PAGE_SIZE }: PageOptions): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_PROGRAMS) return limit;
  throw new ModullmError(
    "RLLM_016",
    `Cannot give a page of ${limit}: a whole number from 1 to ${MOST_PROGRAMS} is wanted`,
    { details: { reason: "limit" }, hint: "Ask for fewer, and read on with `next_cursor`." },
  );
}

const MOST_PROGRAMS = 100;
