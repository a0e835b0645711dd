import { ModullmError } from "../../core/error.ts";
import { folderOf, type LoadedProgram } from "../../library/load.ts";
import { requireTool } from "../../library/tool-names.ts";
import type { ModelRequest } from "../../model/model.ts";
import type { ForeignTool, ToolChoice } from "../../model/tool.ts";
import type { ToolEntry } from "../../program/program.ts";
import { READ_RESULT, TOOL_NAME } from "../../program/tools.ts";
import type { Run } from "../state.ts";
import { foreignOf } from "./host.ts";
import type { Tool } from "./tool.ts";

/** The tools that are programs: known without opening anything. */
export function programTools({ tools }: LoadedProgram): readonly Tool[] {
  return tools.map(({ entry, name, child }) => ({
    name,
    description: child.program.description,
    input: child.program.input.schema,
    origin: `program:${child.path}`,
    contract: child.program.input,
    most: entry.maxCalls,
    does: { program: child },
  }));
}

/** The tools of a run: what `plan` opened, or else those that need no opening. */
export function toolsOf({ tree, loaded }: Pick<Run, "tree" | "loaded">): readonly Tool[] {
  return tree.toolboxes.get(loaded) ?? programTools(loaded);
}

/** What a run's first call offers; null where it has no tools. */
export function offersOf(
  run: Pick<Run, "tree" | "loaded">,
): NonNullable<ModelRequest["tools"]> | null {
  const tools = toolsOf(run);
  if (tools.length === 0) return null;
  const { toolChoice, maxTurns } = run.loaded.program;
  return offerOf(run, tools, maxTurns === 1 ? "none" : toolChoice);
}

/** Tools as one call offers them. */
export function offerOf(
  { loaded }: Pick<Run, "loaded">,
  tools: Iterable<Tool>,
  choice: ToolChoice,
): NonNullable<ModelRequest["tools"]> {
  const offers = [...tools].map(({ name, description, input }) => ({ name, description, input }));
  return { offers, choice, parallel: loaded.program.params["parallel_tool_calls"] !== false };
}

/**
 * All tools of a program, in the order of its file; those of the host come last, and are for the
 * outermost run.
 * @throws {ModullmError} RLLM_002 for a host function that can't be offered, RLLM_008 for names
 * that are taken twice or lead nowhere, RLLM_019 where a plugin can't be had
 */
export async function openTools(run: Run, loaded: LoadedProgram): Promise<readonly Tool[]> {
  const { program } = loaded;
  const { options } = run.tree;
  const programs = programTools(loaded);
  const foreign: Tool[] = [];
  for (const entry of program.tools)
    if (entry.from.kind !== "program") foreign.push(...(await openEntry(run, loaded, entry)));
  const given = loaded === run.loaded ? Object.entries(options.tools ?? {}) : [];
  const host = given.map(([name, tool]) =>
    toolOf(run, foreignOf(name, tool), readMost(name, tool.maxCalls)),
  );
  const all = [...programs, ...foreign, ...host];
  for (const [index, tool] of all.entries()) requireName(loaded, all.slice(0, index), tool);
  requireTool(
    program,
    all.map(({ name }) => name),
  );
  return all;
}

async function openEntry(
  run: Run,
  loaded: LoadedProgram,
  entry: ToolEntry,
): Promise<readonly Tool[]> {
  const { scope, tree } = run;
  const { name } = entry.from;
  const source = tree.tools.tools;
  if (source === null)
    throw new ModullmError(
      "RLLM_019",
      `Cannot offer the tools of "${name}": no plugin is at hand`,
      {
        details: { plugin: name, reason: "no plugin is at hand" },
      },
    );
  const { principal } = scope;
  const at = { principal, signal: run.signal, folder: folderOf(loaded) };
  const opened = await source.open(entry, at);
  return opened.map((tool) => toolOf(run, tool, entry.maxCalls));
}

/**
 * What a dry run knows of the tools of a program, without opening any. @throws {ModullmError}
 * RLLM_008 as `ToolSource.known` does
 */
export async function knownTools(
  run: Run,
): Promise<{ readonly tools: readonly Tool[]; readonly unknown: readonly string[] }> {
  const { loaded, tree } = run;
  const tools = [...programTools(loaded)];
  const unknown: string[] = [];
  for (const entry of loaded.program.tools) {
    if (entry.from.kind === "program") continue;
    const found = await tree.tools.tools?.known(entry, { folder: folderOf(loaded) });
    const why = `The tools of "${entry.from.name}" are not known here`;
    for (const tool of found?.tools ?? [])
      tools.push(toolOf(run, { ...tool, call: neverCalled }, entry.maxCalls));
    if (!found?.tools) unknown.push(found?.unknown ?? why);
  }
  return { tools, unknown };
}

function neverCalled(): Promise<never> {
  return Promise.reject(new Error("a dry run calls nothing"));
}

function toolOf({ tree }: Run, tool: ForeignTool, most: number | null): Tool {
  const { name, description, input, origin } = tool;
  const compiled = tree.tools.compile(input);
  if (compiled.ok)
    return {
      name,
      description,
      input,
      origin,
      contract: compiled.contract,
      most,
      does: { foreign: tool },
    };
  const [{ schemaPath, reason }] = compiled.faults;
  throw new ModullmError(
    "RLLM_002",
    `The input schema of the tool "${name}" is not valid: ${reason}`,
    {
      details: { field: `tools.${name}.input`, schema_path: schemaPath, reason },
    },
  );
}

function readMost(name: string, most: number | undefined): number | null {
  if (most === undefined) return null;
  if (Number.isSafeInteger(most) && most >= 1) return most;
  throw new ModullmError(
    "RLLM_002",
    `"maxCalls" of the tool "${name}" is ${most}, but an integer of at least 1 is wanted`,
    { details: { field: `tools.${name}.maxCalls`, value: most } },
  );
}

function requireName({ program }: LoadedProgram, before: readonly Tool[], tool: Tool): void {
  const { name, origin } = tool;
  const other = before.find((each) => each.name === name);
  const why = other
    ? `${other.origin} has that name too`
    : name === READ_RESULT
      ? "it stands for reading on in a result"
      : TOOL_NAME.test(name)
        ? null
        : "letters, digits, _ and - are wanted, at most 64 of them";
  if (why === null) return;
  throw new ModullmError(
    "RLLM_008",
    `Cannot offer the tool "${name}" (${origin}) to "${program.name}": ${why}`,
    { details: { entry: name, reason: why } },
  );
}
