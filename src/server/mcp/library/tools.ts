import type { Tool } from "@modelcontextprotocol/server";

const NAME = { type: "string", description: "As lists and searches give it" };
const CURSOR = { type: "string", description: "next_cursor of the page before" };

/**
 * The tools of every library, large or small: a host reads them on every turn, so each word counts.
 */
export const TOOLS: readonly Tool[] = [
  tool(
    "list_categories",
    "Top categories of programs: how many are in each, and the tokens that list_programs costs " +
      "there.",
    {},
  ),
  tool(
    "list_programs",
    "A category: what is below it, and its programs, a line each.",
    {
      category: {
        type: "string",
        description:
          "Such as finance/extract; filters may follow: latency:fast complexity:plain tag:x",
      },
      cursor: CURSOR,
    },
    ["category"],
  ),
  tool(
    "search_programs",
    "Programs for a task, the best first.",
    { query: { type: "string", description: "The task; filters may follow" }, cursor: CURSOR },
    ["query"],
  ),
  tool(
    "inspect_program",
    "What a program takes and gives as JSON Schema, examples, budget, how its runs went.",
    { name: NAME },
  ),
  tool(
    "invocation_hints",
    "How to call a program: an input to begin with, time and cost, what to do when it fails.",
    { name: NAME },
  ),
  tool(
    "run_program",
    "Runs a program. Gives {output, run, cost_usd}, or an error with error_code and recovery_hint.",
    { name: NAME, input: { type: "object", description: "As its input_schema says" } },
  ),
];

function tool(
  name: string,
  description: string,
  properties: NonNullable<Tool["inputSchema"]["properties"]>,
  required = Object.keys(properties),
): Tool {
  return {
    name,
    description,
    inputSchema: { type: "object", properties, required, additionalProperties: false },
    ...(name === "run_program" ? {} : { annotations: { readOnlyHint: true } }),
  };
}
