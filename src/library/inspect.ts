import { dirname } from "node:path";
import type { JsonSchema } from "../contract/contract.ts";
import type { JsonObject } from "../core/json.ts";
import { readProgram, resolveUsesPath } from "./load.ts";

/** What `inspect` says of a program. Keys are a contract. */
export interface Inspection {
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  readonly max_context_window: number;
  readonly input_schema: JsonSchema;
  readonly output_schema: JsonSchema;
  readonly llm: JsonObject;
  readonly llm_params: JsonObject;
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
export async function inspectProgram(path: string): Promise<Inspection> {
  const program = await readProgram(path);
  const uses = await Promise.all(
    program.uses.map((entry) => inspectUse(entry.name, entry.path, entry.with, dirname(path))),
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
    uses,
    recommended_models: program.recommendedModels,
    metadata: program.metadata,
    tags: program.tags,
  };
}

async function inspectUse(name: string, written: string, mapping: JsonObject, folder: string): Promise<InspectedUse> {
  let path = written;
  try {
    path = resolveUsesPath(written, folder);
    await readProgram(path);
    return { name, path, with: mapping, missing: null };
  } catch (thrown) {
    return { name, path, with: mapping, missing: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
