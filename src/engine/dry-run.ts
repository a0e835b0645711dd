import { cost } from "../core/cost.ts";
import type { JsonObject } from "../core/json.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Message } from "../model/model.ts";
import { fillValue } from "../program/uses.ts";
import type { EngineTools, RunOptions } from "./engine.ts";
import { checkInput } from "./stages/input.ts";
import { refuseBlocks } from "./stages/plan.ts";
import { renderMessages } from "./stages/render.ts";
import { checkWindow } from "./stages/window.ts";
import type { Run } from "./state.ts";

/** What `run --dry-run` prints. Tokens and dollars are of one attempt; null where they can't be known before the run. */
export interface DryRun {
  readonly program: string;
  readonly path: string;
  readonly request: { readonly model: string; readonly messages: readonly Message[]; readonly params: JsonObject };
  readonly prompt_tokens: number;
  readonly max_completion_tokens: number | null;
  readonly cost_usd: { readonly prompt: number | null; readonly at_most: number | null };
  /** Programs that run before it. One that reads another's output shows no request. */
  readonly uses: readonly { readonly name: string; readonly path: string; readonly dry_run: DryRun | null }[];
  readonly notes: readonly string[];
}

/**
 * The request that a run would send first, without sending it.
 * @throws {ModullmError} RLLM_004, RLLM_009 or RLLM_012, as the run would
 */
export async function dryRun(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  options: RunOptions,
): Promise<DryRun> {
  const { program } = loaded;
  const run = shell(loaded, input, tools, options);
  refuseBlocks(loaded);
  checkInput(run);
  renderMessages(run);
  await checkWindow(run);
  const model = modelName(loaded, options);
  let promptTokens = 0;
  for (const message of run.messages) promptTokens += await tools.tokens.count(message.content, model);
  const limit = program.params["max_completion_tokens"] ?? program.params["max_tokens"];
  const maxTokens = typeof limit === "number" ? limit : null;
  const facts = await tools.catalog.facts(model);
  return {
    program: program.name,
    path: loaded.path,
    request: { model, messages: run.messages, params: program.params },
    prompt_tokens: promptTokens,
    max_completion_tokens: maxTokens,
    cost_usd: {
      prompt: cost(facts, { prompt_tokens: promptTokens, completion_tokens: 0 }),
      at_most: maxTokens === null ? null : cost(facts, { prompt_tokens: promptTokens, completion_tokens: maxTokens }),
    },
    uses: await Promise.all(loaded.uses.map((link) => dryRunLink(link, run))),
    notes:
      program.uses.length > 0 ? ["Outputs of `uses` are not known yet: their places in the prompt are left empty"] : [],
  };
}

async function dryRunLink({ entry, child }: LoadedProgram["uses"][number], run: Run): Promise<DryRun["uses"][number]> {
  const { tools, options } = run.tree;
  const known = entry.reads.length === 0;
  const dry = known ? await dryRun(child, fillValue(entry.with, run.values), tools, options) : null;
  return { name: entry.name, path: child.path, dry_run: dry };
}

function shell(loaded: LoadedProgram, input: unknown, tools: EngineTools, options: RunOptions): Run {
  const { program } = loaded;
  const schema = { input: tools.sketch(program.input.schema), output: tools.sketch(program.output.schema) };
  return {
    tree: {
      tools,
      options,
      concurrency: 1,
      limiters: new Map(),
      calls: new Map(),
      models: new Map(),
      runChild: () => Promise.reject(new Error("a dry run runs nothing")),
    },
    id: "",
    parent: null,
    loaded,
    input,
    signal: new AbortController().signal,
    budget: null,
    fresh: false,
    values: { input, uses: {}, schema },
    messages: [],
    output: null,
    emit() {},
  };
}

/** The model that comes first; `recommended` is decided when the run looks which one is usable. */
function modelName({ program }: LoadedProgram, { model }: RunOptions): string {
  if (model === "recommended") return program.recommendedModels[0] ?? program.model;
  return model ?? program.model;
}
