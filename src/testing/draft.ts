import { stringify } from "yaml";
import { toModullmError } from "../core/error.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { type LoadedProgram, loadText } from "../library/load.ts";
import type { App } from "../workspace.ts";

export interface DraftOptions {
  readonly app: App;
  readonly count: number;
  /** Null: the program's own. */
  readonly model: string | null;
}

/**
 * Tests to be reviewed, as YAML: a model thinks of inputs, the program answers them, and what it
 * answered is what they expect. An input that the program fails for expects that failure.
 * @throws {ModullmError} where the model gives no inputs
 */
export async function draftTests(loaded: LoadedProgram, options: DraftOptions): Promise<string> {
  const { app, model } = options;
  const flags = { cache: false, ...(model === null ? {} : { model }) };
  const drafter = await loadText(drafterOf(loaded, options), app.config.paths.cache);
  const { program } = loaded;
  const about = { description: program.description, program: program.source.text };
  const { output } = await app.run(drafter, about, flags);
  const thought = isObject(output) ? output["cases"] : null;
  const cases = Array.isArray(thought) ? thought.filter(isObject) : [];
  const tests: JsonObject[] = [];
  for (const [index, { name, input }] of cases.entries()) {
    const title = typeof name === "string" ? name : `case ${index + 1}`;
    // The drafter's contract holds both.
    const given = input as JsonObject;
    tests.push({
      name: title,
      input: given,
      expect: await expectOf(loaded, given, { app, flags }),
    });
  }
  const head = "# Drafts: each expectation is what the program answered. Keep what is right.\n";
  return head + stringify({ program: `./${loaded.path.split(/[\\/]/).at(-1)}`, tests });
}

async function expectOf(
  loaded: LoadedProgram,
  input: JsonObject,
  { app, flags }: { readonly app: App; readonly flags: object },
): Promise<JsonObject> {
  try {
    const { output } = await app.run(loaded, input, flags);
    if (!isObject(output)) return { $: { equals: output } };
    const entries = Object.entries(output).map(([key, value]) => [`$.${key}`, { equals: value }]);
    return Object.fromEntries(entries) as JsonObject;
  } catch (thrown) {
    return { error: toModullmError(thrown).code };
  }
}

/** A program that thinks of inputs for another one. */
function drafterOf({ program }: LoadedProgram, { count, model }: DraftOptions): string {
  const front = {
    name: "draft_tests",
    description: "Thinks of inputs to test a program with",
    version: "1.0.0",
    author: "ModuLLM",
    max_context_window: program.maxContextWindow,
    input_schema: {
      type: "object",
      properties: { description: { type: "string" }, program: { type: "string" } },
      required: ["description", "program"],
    },
    output_schema: {
      type: "object",
      properties: {
        cases: {
          type: "array",
          minItems: 1,
          maxItems: count,
          items: {
            type: "object",
            properties: { name: { type: "string" }, input: program.input.schema },
            required: ["name", "input"],
            additionalProperties: false,
          },
        },
      },
      required: ["cases"],
      additionalProperties: false,
    },
    llm: { model: model ?? program.model },
    llm_params: {},
  };
  return `---
${stringify(front)}---
Think of ${count} inputs to test this program with: usual ones, odd ones, and ones at the edge of what it is for.
Give each a short name that says what it tests.

{{input.description}}

{{input.program}}
`;
}
