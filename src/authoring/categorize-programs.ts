import { resolve } from "node:path";
import { isObject } from "../core/json.ts";
import { textOf } from "../core/text-module.ts";
import type { RunResult } from "../engine/engine.ts";
import { type LoadedProgram, loadProgram } from "../library/load.ts";
import type {
  DecidedProgram,
  ProgramCategory,
  ProgramEntry,
  ProgramIndex,
} from "../library/program-index.ts";
import { BASELINE } from "../model/baseline/name.ts";
import { programOf } from "../program/parse.ts";

export interface CategorizeOptions {
  /** Programs to ask about; empty: all that no file, person or model has decided. */
  readonly names: readonly string[];
  /** `provider/name`. */
  readonly model: string;
  /** Runs the classifier on the model. @throws {ModullmError} */
  run(program: LoadedProgram, input: unknown): Promise<RunResult>;
}

export interface Categorized {
  readonly name: string;
  readonly before: ProgramCategory;
  readonly category: ProgramCategory;
}

/**
 * Asks a model where programs stand, one after the other; each answer is kept as it comes, so that
 * none is paid for twice.
 */
export async function* categorizePrograms(
  index: ProgramIndex,
  { names, model, run }: CategorizeOptions,
): AsyncGenerator<Categorized> {
  const classifier = await loadClassifier();
  const from = model === BASELINE ? "baseline" : "model";
  for (const { name, category: before } of await programsToAsk(index, names, from)) {
    const { output } = await run(classifier, inputOf(await index.show(name)));
    // Its contract holds: both are words of the vocabulary.
    const { domain, task } = output as { readonly domain: string; readonly task: string };
    yield { name, before, category: await index.decide(name, { domain, task, from }) };
  }
}

/** The program of `examples/library/` that decides; it is in the binary, and needs no file. */
export async function loadClassifier(): Promise<LoadedProgram> {
  const text = textOf(
    await import("../../examples/library/categorize_program.rllm", { with: { type: "text" } }),
  );
  const read = (path: string) => Promise.resolve(programOf(text, { path }));
  return await loadProgram(resolve("/builtin/library/categorize_program.rllm"), { read });
}

/** The baseline guesses: it is asked only where not even a word told what a program is about. */
async function programsToAsk(
  index: ProgramIndex,
  names: readonly string[],
  from: "model" | "baseline",
): Promise<readonly DecidedProgram[]> {
  const all = await index.decisions();
  if (names.length > 0) {
    const wanted = new Set(
      await Promise.all(names.map(async (name) => (await index.show(name)).name)),
    );
    return all.filter(({ name }) => wanted.has(name));
  }
  const open = from === "baseline" ? ["none"] : ["none", "words", "baseline"];
  return all.filter(({ category }) => open.includes(category.from));
}

function inputOf(entry: ProgramEntry): Record<string, unknown> {
  const { name, description, tags } = entry;
  const [takes, gives] = [fieldNames(entry.input_schema), fieldNames(entry.output_schema)];
  return { name, description, tags, takes, gives };
}

function fieldNames(schema: ProgramEntry["input_schema"]): readonly string[] {
  const properties = schema?.["properties"];
  return isObject(properties) ? Object.keys(properties) : [];
}
