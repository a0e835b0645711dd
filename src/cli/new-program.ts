import { join, resolve } from "node:path";
import type { App } from "../app.ts";
import { assemble, type ProgramFiles } from "../authoring/assemble.ts";
import { BASELINE } from "../authoring/drafter.ts";
import { makeProgram } from "../authoring/make.ts";
import { fieldList } from "../authoring/parts/fields.ts";
import { partOf } from "../authoring/parts.ts";
import type { Scaffold } from "../authoring/scaffold.ts";
import { loadTemplate, type TemplateName } from "../authoring/templates.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { readProgram } from "../library/read.ts";
import { validateProgram } from "../library/validate.ts";
import { isModelName, parseProgram } from "../program/parse.ts";
import { type CommandContext, UsageError } from "./command.ts";
import { type NewPlace, readExamples, readScaffold } from "./new-files.ts";
import { scaffoldFolder } from "./onboarding/scaffold-step.ts";
import { createProgress } from "./render/progress.ts";

/** What `new` has made, before it is written. */
export interface Made {
  readonly files: ProgramFiles;
  readonly template: TemplateName | null;
  readonly model: string;
  /** What a model was to draft and the template stands for. */
  readonly warnings: readonly string[];
  /** An input to try it with. */
  readonly sample: JsonObject;
}

/** @throws {ModullmError} RLLM_016 for examples, RLLM_018 for a scaffold, RLLM_014 and the like for a model that drafts */
export async function newProgram(context: CommandContext, app: App, name: string): Promise<Made> {
  const { options } = context;
  const named = options.text("scaffold");
  const scaffold = named === null ? null : readScaffold(named, scaffoldFolder(app.config.paths.config), context);
  const template = options.text("template") as TemplateName | null;
  const input = readExamples(options.texts("input-example"), "input-example", context);
  const output = readExamples(options.texts("output-example"), "output-example", context);
  const model = readModel(options.text("model")) ?? modelOf(scaffold) ?? app.config.defaultModel;
  const maker = { author: authorOf(scaffold, context), model: model ?? BASELINE };
  const description = options.text("describe");
  if (description === null) {
    const made = await makeProgram({ name, maker, template, scaffold, input, output });
    return { ...made, model: maker.model, warnings: [] };
  }
  if (template !== null || scaffold !== null)
    throw new UsageError("--describe goes with examples only: the model chooses the template");
  return await describe(context, app, { name, description, author: maker.author, model, input, output });
}

interface Description {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  /** Null: the first that can be called. */
  readonly model: string | null;
  readonly input: JsonSchema | null;
  readonly output: JsonSchema | null;
}

async function describe(context: CommandContext, app: App, given: Description): Promise<Made> {
  const { output } = context;
  const { findOffers } = await import("../model-offers.ts");
  const { createDrafter } = await import("../authoring/drafter.ts");
  const { draftAll } = await import("../authoring/describe.ts");
  const { loadWorkflow } = await import("../authoring/workflow.ts");
  const model = given.model ?? (await findOffers(app.config)).find(({ ready }) => ready)?.model ?? BASELINE;
  if (given.model === null) output.note(`drafted by ${model}; --model names another`);
  await (await app.tools.model(model)).ready(new AbortController().signal, ({ message }) => output.note(message));
  const progress = createProgress(output, { stream: false, verbose: false });
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  try {
    const drafter = createDrafter({
      workflow: await loadWorkflow(),
      model,
      known: {
        purpose: given.description,
        name: given.author,
        offers: [{ model, ready: true, reason: "It was chosen." }],
        credential: { variable: null, found_in: null },
        model_window: (await app.catalog.facts(model))?.window ?? null,
      },
      run: async (program, input) =>
        (await app.run(program, input, { model, signal: stop.signal, listener: progress.listen })).output,
    });
    const { draft, instead } = await draftAll(drafter, {
      ...(given.input === null ? {} : { inputs: fieldList(given.input) }),
      ...(given.output === null ? {} : { outputs: fieldList(given.output) }),
    });
    const whole = {
      ...draft,
      goal: { ...draft.goal, name: given.name },
      file: { ...draft.file, file_name: `${given.name}.rllm` },
    };
    const template = await loadTemplate(draft.goal.kind);
    return {
      files: assemble(whole, template, { author: given.author, model }),
      template: draft.goal.kind,
      model,
      sample: draft.test.input,
      warnings: instead.map(({ part, reason }) => `${partOf(part).title}: from the template, since ${reason}`),
    };
  } finally {
    disarm();
    progress.end();
  }
}

/**
 * Checks files that are not written yet, as strictly as can be.
 * @returns where the program will be
 * @throws {ModullmError}
 */
export async function checkFiles(app: App, { name, folder }: NewPlace, files: ProgramFiles): Promise<string> {
  const texts = new Map(Object.entries(files).map(([file, text]) => [resolve(folder, file), text]));
  const path = join(folder, `${name}.rllm`);
  await validateProgram(path, {
    strict: true,
    lint: (program) => app.lintBlocks(program),
    read(file) {
      const text = texts.get(file);
      return text === undefined ? readProgram(file) : Promise.resolve(parseProgram(text, { path: file }));
    },
  });
  return path;
}

function readModel(model: string | null): string | null {
  if (model !== null && !isModelName(model))
    throw new UsageError(`option --model is "${model}", but provider/name is wanted`);
  return model;
}

function modelOf(scaffold: Scaffold | null): string | null {
  const llm = scaffold?.keys["llm"];
  const model = isObject(llm) ? llm["model"] : null;
  return typeof model === "string" ? model : null;
}

function authorOf(scaffold: Scaffold | null, { output }: CommandContext): string {
  const own = scaffold?.keys["author"];
  const { env } = output.terminal;
  return typeof own === "string" ? own : ([env["USER"], env["USERNAME"]].find((user) => user?.trim()) ?? "you");
}
