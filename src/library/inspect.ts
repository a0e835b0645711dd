import { dirname } from "node:path";
import type { JsonSchema } from "../contract/contract.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { UsesEntry } from "../program/program.ts";
import { type LoadOptions, resolveUses } from "./load.ts";
import { createFinder, type ProgramFinder } from "./names.ts";
import { readProgram } from "./read.ts";
import { realFile } from "./real-file.ts";

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

/** One file and its direct children; a child that is missing or broken is marked, not an error. */
export async function inspectProgram(
  named: string,
  { library = [] }: LoadOptions = {},
): Promise<Inspection> {
  const path = await realFile(named);
  const program = await readProgram(path);
  const finder = createFinder({ library });
  const uses = await Promise.all(
    program.uses.map((entry) => inspectUse(entry, dirname(path), finder)),
  );
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
