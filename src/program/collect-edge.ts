import type { Issue } from "../contract/contract.ts";
import { show } from "../contract/reasons.ts";
import { ModullmError, type SourcePlace } from "../core/error.ts";
import { type EdgeExample, issueText } from "./edge-example.ts";
import { type Edge, type ProgramTree, siblingsOf } from "./edge-values.ts";
import { parseFrontmatter } from "./frontmatter.ts";
import type { Program } from "./program.ts";

/** The step from `output` in the frontmatter to output_schema; null where a model is asked. */
export function collectEdge({ program, uses }: ProgramTree): Edge | null {
  const { collects, name, output, blocks } = program;
  if (collects === null) return null;
  return {
    parent: program,
    entry: { ...collects, each: null, when: null },
    child: { name, input: output },
    siblings: siblingsOf(uses),
    pre: blocks.find(({ when }) => when === "pre") ?? null,
    whole: WHOLE,
  };
}

/** For one that always goes wrong. */
export function collectError(
  { program, path }: ProgramTree,
  { reason, issue }: { readonly reason: string; readonly issue: Issue | null },
): ModullmError {
  const about = issue ? { validator: issue.keyword, schema_path: issue.schemaPath } : {};
  return new ModullmError(
    "RLLM_008",
    `The output_schema of "${program.name}" never takes what "output" gives: ${reason}`,
    {
      details: { field: "output", reason, path, ...about },
      place: collectPlace(program, issue),
      hint: "Correct the mapping under `output`, or output_schema.",
    },
  );
}

/** What is said of one that may go wrong. */
export function collectText({ example, issue }: Shown): string {
  const { input, uses } = example;
  const read = Object.keys(uses).length === 0 ? "" : ` and uses ${show(uses)}`;
  return (
    `"output" may give what output_schema does not take: with the input ${show(input)}${read}, ` +
    issueText(issue, WHOLE)
  );
}

/** Where in the file it is made. */
export function collectPlace({ source }: Program, issue: Issue | null): SourcePlace {
  return parseFrontmatter(source).place(["output", ...(issue?.path ?? [])]);
}

export interface Shown {
  readonly example: EdgeExample;
  readonly issue: Issue;
}

const WHOLE = "the output";
