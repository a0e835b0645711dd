import type { CallToolResult } from "@modelcontextprotocol/server";
import { ModullmError } from "../../../core/error.ts";
import type { Arguments, Call } from "../surface.ts";
import { readFilters } from "./filters.ts";
import { hintsFor, inspection } from "./hints.ts";
import { findProgram, type Library, viewOf } from "./library.ts";
import { asText } from "./results.ts";
import type { Runner } from "./run.ts";
import { TOOLS } from "./tools.ts";

/** One call of a tool of `TOOLS`, and who answers it. */
export interface ToolCall {
  readonly library: Library;
  readonly runner: Runner;
  readonly tool: string;
  readonly given: Arguments;
  readonly call: Call;
}

/** @throws {ModullmError} RLLM_004 for other arguments, and what the tool fails with */
export async function callTool(asked: ToolCall): Promise<CallToolResult> {
  const { library, runner, tool, call } = asked;
  const { name = "", category = "", query = "", cursor = null, input } = checked(asked);
  const view = viewOf(library, call.principal);
  switch (tool) {
    case "list_categories":
      return asText(await library.programs.categories(view));
    case "list_programs": {
      const { text, filter } = readFilters(category);
      return asText(await library.programs.programs(text, { ...view, filter, cursor }));
    }
    case "search_programs": {
      const { text, filter } = readFilters(query);
      return asText(await library.programs.search(text, { ...view, filter, cursor }));
    }
  }
  const entry = await findProgram(library, name, call.principal);
  if (tool === "inspect_program") return asText(inspection(entry));
  if (tool === "invocation_hints") return asText(hintsFor(library, entry));
  return await runner.run(library, entry, input, call);
}

/** What the tools of `TOOLS` take. */
interface Taken {
  readonly name?: string;
  readonly category?: string;
  readonly query?: string;
  readonly cursor?: string;
  readonly input?: unknown;
}

function checked({ library, tool, given }: ToolCall): Taken {
  const schema = TOOLS.find(({ name }) => name === tool)?.inputSchema ?? {};
  const compiled = library.app.tools.compile(schema);
  if (!compiled.ok) throw new Error(`the schema of ${tool} is broken`);
  const result = compiled.contract.check(given);
  if (result.ok) return given;
  const [{ path, reason }] = result.issues;
  throw new ModullmError("RLLM_004", `Cannot call ${tool}: ${reason}`, {
    details: { path, reason },
    expectedSchema: schema,
  });
}
