import { dirname } from "node:path";
import type { JsonSchema } from "../contract/contract.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { ToolEntry, ToolKind, UsesEntry } from "../program/program.ts";
import { toolName } from "../program/tools.ts";
import { type LoadOptions, resolveUses } from "./load.ts";
import { createFinder, type ProgramFinder } from "./names.ts";
import { readProgram } from "./read.ts";
import { realFile } from "./real-file.ts";
import type { KnowTools } from "./tool-check.ts";

/** What `inspect` says of a program. Keys are a contract. */
export interface Inspection {
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  readonly max_context_window: number | null;
  readonly input_schema: JsonSchema;
  readonly output_schema: JsonSchema;
  /** Null where no model is asked: `output` says what the program gives. */
  readonly llm: JsonObject | null;
  readonly llm_params: JsonObject;
  /** As written; absent where a model is asked. */
  readonly output?: Json;
  readonly uses: readonly InspectedUse[];
  readonly tools: readonly InspectedTool[];
  /** `auto`, `required`, `none`, or the tool that the first turn calls. */
  readonly tool_choice: string;
  readonly max_turns: number;
  readonly recommended_models: readonly string[];
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
}

export interface InspectedUse {
  readonly name: string;
  /** Absolute, where the entry leads to a file. */
  readonly path: string;
  readonly with: JsonObject;
  /** Why the child can't be read; null when it can. */
  readonly missing: string | null;
}

export interface InspectedTool {
  /** By which the model calls it; null where that is not known: all tools of a source. */
  readonly name: string | null;
  readonly kind: ToolKind;
  /** Of a program, absolute where the entry leads to a file; of a source as the entry names it. */
  readonly path: string;
  readonly description: string | null;
  readonly max_calls: number | null;
  /** Why the program or source can't be read; null when it can. Plugins aren't looked at. */
  readonly missing: string | null;
}

/** One file and its direct children; a child that is missing or broken is marked, not an error. */
export async function inspectProgram(
  named: string,
  { library = [], known }: LoadOptions & { readonly known?: KnowTools } = {},
): Promise<Inspection> {
  const path = await realFile(named);
  const program = await readProgram(path);
  const finder = createFinder({ library });
  const uses = await Promise.all(
    program.uses.map((entry) => inspectUse(entry, dirname(path), finder)),
  );
  const tools = await Promise.all(
    program.tools.map((entry) => inspectTool(entry, dirname(path), { finder, known })),
  );
  const { toolChoice } = program;
  return {
    path,
    name: program.name,
    description: program.description,
    version: program.version,
    author: program.author,
    max_context_window: program.maxContextWindow,
    input_schema: program.input.schema,
    output_schema: program.output.schema,
    llm: program.llm,
    llm_params: program.params,
    ...(program.collects === null ? {} : { output: program.collects.with }),
    uses,
    tools: tools.flat(),
    tool_choice: typeof toolChoice === "string" ? toolChoice : toolChoice.name,
    max_turns: program.maxTurns,
    recommended_models: program.recommendedModels,
    metadata: program.metadata,
    tags: program.tags,
  };
}

async function inspectUse(
  entry: UsesEntry,
  folder: string,
  finder: ProgramFinder,
): Promise<InspectedUse> {
  const { name, with: mapping } = entry;
  let { path } = entry;
  try {
    path = await resolveUses(path, folder, finder);
    await readProgram(path);
    return { name, path, with: mapping, missing: null };
  } catch (thrown) {
    return {
      name,
      path,
      with: mapping,
      missing: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
}

async function inspectTool(
  entry: ToolEntry,
  folder: string,
  { finder, known }: { readonly finder: ProgramFinder; readonly known: KnowTools | undefined },
): Promise<readonly InspectedTool[]> {
  const { as, only, maxCalls } = entry;
  const { kind, name: path } = entry.from;
  const about = { kind, path, description: null, max_calls: maxCalls, missing: null };
  const written = (only ?? [null]).map((name) => ({ ...about, name: as ?? name }));
  if (kind === "plugin") return written;
  try {
    if (kind !== "program") {
      const found = await known?.(entry, { folder });
      return (
        found?.tools?.map(({ name, description }) => ({ ...about, name, description })) ??
        written.map((each) => ({ ...each, missing: found?.unknown ?? null }))
      );
    }
    const found = await resolveUses(path, folder, finder);
    const { name, description } = await readProgram(found);
    return [{ ...about, name: as ?? toolName(name), path: found, description }];
  } catch (thrown) {
    const missing = thrown instanceof Error ? thrown.message : String(thrown);
    return kind === "program"
      ? [{ ...about, name: as, missing }]
      : written.map((each) => ({ ...each, missing }));
  }
}
