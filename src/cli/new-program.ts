import { plainTrace } from "../core/events.ts";
import { resolve } from "node:path";
import type { App } from "../workspace.ts";
import { assemble, type ProgramFiles } from "../authoring/assemble.ts";
import { draftAll } from "../authoring/draft-all.ts";
import { createDrafter } from "../authoring/drafter.ts";
import { BASELINE } from "../model/baseline/name.ts";
import { knownOf } from "../authoring/known.ts";
import { makeProgram } from "../authoring/make.ts";
import { fieldList } from "../authoring/parts/fields.ts";
import { partOf } from "../authoring/parts.ts";
import type { Scaffold } from "../authoring/scaffold.ts";
import { loadTemplate, type TemplateName } from "../authoring/templates.ts";
import { loadWorkflow } from "../authoring/workflow.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { visible, visibleValue } from "../core/visible.ts";
import { readProgram } from "../library/read.ts";
import { realFile } from "../library/real-file.ts";
import { validateProgram } from "../library/validate.ts";
import { findOffers } from "../doctor/model-offers.ts";
import { programOf } from "../program/parse.ts";
import { authorIn } from "./author.ts";
import { type CommandContext, UsageError } from "./command.ts";
import { modelOption } from "./model-option.ts";
import { type NewPlace, readExamples, readScaffold } from "./new-files.ts";
import { scaffoldFolder } from "./onboarding/scaffold-step.ts";
import { createProgress } from "./render/progress.ts";

/** What `new` has made, before it is written. */
export interface Made {
  readonly files: ProgramFiles;
  readonly template: TemplateName;
  readonly model: string;
  /** What is not as one might think: what a template stands for, what was left out. */
  readonly warnings: readonly string[];
  /** An input to try it with; null where none is known that it takes. */
  readonly sample: JsonObject | null;
}

/**
 * @throws {ModullmError} RLLM_016 for examples, RLLM_018 for a scaffold, RLLM_014 and the like for
 * a model that drafts
 */
export async function newProgram(context: CommandContext, app: App, name: string): Promise<Made> {
  const { options } = context;
  const named = options.text("scaffold");
  const scaffold =
    named === null ? null : readScaffold(named, scaffoldFolder(app.config.paths.config), context);
  const template = options.text("template") as TemplateName | null;
  const given = readExamples(options.texts("input-example"), "input-example", context);
  const wanted = readExamples(options.texts("output-example"), "output-example", context);
  const [input, output, example] = [
    given?.schema ?? null,
    wanted?.schema ?? null,
    given?.first ?? null,
  ];
  const model = modelOption(options) ?? modelOf(scaffold) ?? app.config.defaultModel;
  const maker = { author: authorOf(scaffold, context), model: model ?? BASELINE };
  const description = options.text("describe");
  if (description === null) {
    const made = await makeProgram({ name, maker, template, scaffold, input, output, example });
    return { ...made, model: maker.model };
  }
  if (template !== null || scaffold !== null)
    throw new UsageError("--describe goes with examples only: the model chooses the template");
  if (description.trim() === "")
    throw new UsageError("--describe is empty; say what the program is to do");
  return await describe(context, app, {
    name,
    description,
    author: maker.author,
    model,
    input,
    output,
  });
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
  const { name, author, description: purpose } = given;
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  const progress = createProgress(output, { stream: false, verbose: false });
  try {
    const model =
      given.model ?? (await findOffers(app)).find(({ ready }) => ready)?.model ?? BASELINE;
    if (given.model === null) output.note(visible(`drafted by ${model}; --model names another`));
    await (
      await app.tools.model(model)
    ).ready(stop.signal, ({ message }) => output.note(visible(message)));
    const drafter = createDrafter({
      workflow: await loadWorkflow(),
      model,
      known: await knownOf(app, { model, purpose, author }),
      async run(program, input) {
        const options = { model, signal: stop.signal, traces: [plainTrace(progress.listen)] };
        const { output: answer } = await app.run(program, input, options);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- drafts are objects
        return output.redactor.value(visibleValue(answer)) as JsonObject;
      },
    });
    const { draft, instead } = await draftAll(drafter, {
      ...(given.input === null ? {} : { inputs: fieldList(given.input) }),
      ...(given.output === null ? {} : { outputs: fieldList(given.output) }),
    });
    const file = { ...draft.file, file_name: `${name}.rllm` };
    const { kind } = draft.goal;
    const whole = { ...draft, goal: { ...draft.goal, name }, file };
    return {
      files: assemble(whole, await loadTemplate(kind), { author, model }),
      template: kind,
      model,
      sample: draft.test.input,
      warnings: instead.map(
        ({ part, reason }) => `${partOf(part).title}: from the template, because ${reason}`,
      ),
    };
  } finally {
    disarm();
    progress.end();
  }
}

/**
 * Checks files that are not written yet, as strictly as can be.
 * @throws {ModullmError}
 */
export async function checkFiles(
  app: App,
  { path, folder }: NewPlace,
  files: ProgramFiles,
): Promise<void> {
  const places = Object.entries(files).map(
    async ([file, text]) => [await realFile(resolve(folder, file)), text] as const,
  );
  const texts = new Map(await Promise.all(places));
  await validateProgram(path, {
    strict: true,
    lint: (program) => app.lintBlocks(program),
    known: app.knownTools,
    read(file) {
      const text = texts.get(file);
      return text === undefined
        ? readProgram(file)
        : Promise.resolve(programOf(text, { path: file }));
    },
  });
}

function modelOf(scaffold: Scaffold | null): string | null {
  const llm = scaffold?.keys["llm"];
  const model = isObject(llm) ? llm["model"] : null;
  return typeof model === "string" ? model : null;
}

function authorOf(scaffold: Scaffold | null, { output }: CommandContext): string {
  const own = scaffold?.keys["author"];
  return typeof own === "string" ? own : authorIn(output.terminal.env);
}
