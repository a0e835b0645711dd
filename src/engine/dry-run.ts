import { cost } from "../core/cost.ts";
import type { JsonObject } from "../core/json.ts";
import { childInput } from "../program/child-input.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Message } from "../model/model.ts";
import { fillText } from "../program/uses.ts";
import type { EngineTools, RunOptions } from "./engine.ts";
import { takeForPrediction } from "./media.ts";
import { countMessages } from "./message-tokens.ts";
import { takeInput } from "./stages/input.ts";
import { blockOf, runPre } from "./stages/blocks.ts";
import { checkBlocks } from "./stages/plan.ts";
import { renderMessages } from "./stages/render.ts";
import { isEmpty, itemsOf } from "./stages/uses.ts";
import { checkWindow } from "./stages/window.ts";
import type { Run } from "./state.ts";

/**
 * What `run --dry-run` prints. Tokens and dollars are of one attempt; null where they can't be
 * known before the run.
 */
export interface DryRun {
  readonly program: string;
  readonly path: string;
  readonly request: {
    readonly model: string;
    readonly messages: readonly ShownMessage[];
    readonly params: JsonObject;
  };
  readonly prompt_tokens: number;
  readonly max_completion_tokens: number | null;
  readonly cost_usd: { readonly prompt: number | null; readonly at_most: number | null };
  /** Programs that run before it. */
  readonly uses: readonly DryRunEntry[];
  readonly notes: readonly string[];
}

/** A message with what goes along with it, without the bytes. */
export interface ShownMessage extends Pick<Message, "role" | "content"> {
  readonly attachments?: readonly {
    readonly media_type: string;
    readonly name: string;
    readonly bytes: number;
  }[];
}

export interface DryRunEntry {
  readonly name: string;
  readonly path: string;
  /** How often it runs; null where that depends on the output of another. */
  readonly times: number | null;
  /** The first of them; null where it reads the output of another, and where there is none. */
  readonly dry_run: DryRun | null;
}

const UNKNOWN_USES =
  "Outputs of `uses` are not known yet: their places in the prompt are left empty";
const PRE_NOT_RUN = "The pre block is not run here: the places of what it gives are left empty";

/**
 * The request that a run would send first, without sending it.
 * @throws {ModullmError} RLLM_004, RLLM_008, RLLM_009, RLLM_012 or RLLM_016, as the run would
 */
export async function dryRun(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  options: RunOptions,
): Promise<DryRun> {
  return await dryRunOf(shell(loaded, input, tools, options));
}

async function dryRunOf(run: Run): Promise<DryRun> {
  const { loaded, tree } = run;
  const { program } = loaded;
  const { tools, options } = tree;
  await checkBlocks(loaded, tree);
  await takeInput(run);
  const notes = program.uses.length > 0 ? [UNKNOWN_USES] : [];
  if (blockOf(run, "pre")) {
    // What it would do without a sandbox, or what it would make of outputs that are not there, is
    // not for a dry run.
    if (program.uses.length === 0 && options.trustedPython !== true) await runPre(run);
    else notes.push(PRE_NOT_RUN);
  }
  renderMessages(run);
  await checkWindow(run);
  const model = modelName(loaded, options);
  const prompt = await countTokens(run.messages, tools, model);
  const maxTokens = completionLimit(loaded);
  const facts = await tools.catalog.facts(model);
  return {
    program: program.name,
    path: loaded.path,
    request: { model, messages: run.messages.map(shownMessage), params: program.params },
    prompt_tokens: prompt,
    max_completion_tokens: maxTokens,
    cost_usd: {
      prompt: cost(facts, { prompt_tokens: prompt, completion_tokens: 0 }),
      at_most:
        maxTokens === null
          ? null
          : cost(facts, { prompt_tokens: prompt, completion_tokens: maxTokens }),
    },
    uses: await Promise.all(loaded.uses.map((link) => dryRunLink(link, run))),
    notes,
  };
}

/**
 * Tokens of the first request. Nothing is checked, and nothing needs to be as it will be.
 * @param options.uses stands in for the outputs of what it uses
 */
export async function promptTokens(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  options: RunOptions & { readonly uses: Readonly<Record<string, unknown>> },
): Promise<number> {
  const run = shell(loaded, input, tools, options);
  run.values["uses"] = options.uses;
  const unread = loaded.program.takesMedia ? takeForPrediction(run) : 0;
  renderMessages(run);
  return (await countTokens(run.messages, tools, modelName(loaded, options))) + unread * USUAL_FILE;
}

/** The model that comes first; `recommended` is decided when the run looks which one is usable. */
export function modelName({ program }: LoadedProgram, { model }: RunOptions): string {
  if (model === "recommended") return program.recommendedModels[0] ?? program.model;
  return model ?? program.model;
}

/** Tokens that the program lets an answer have; null where it does not say. */
export function completionLimit({ program }: LoadedProgram): number | null {
  const limit = program.params["max_completion_tokens"] ?? program.params["max_tokens"];
  return typeof limit === "number" ? limit : null;
}

/** Tokens that a picture is taken for which nobody has looked at. */
const USUAL_FILE = 1000;

function shownMessage({ role, content, attachments = [] }: Message): ShownMessage {
  if (attachments.length === 0) return { role, content };
  const shown = attachments.map(({ mediaType, name, data }) => ({
    media_type: mediaType,
    name,
    bytes: Buffer.byteLength(data, "base64"),
  }));
  return { role, content, attachments: shown };
}

async function countTokens(
  messages: readonly Message[],
  tools: EngineTools,
  model: string,
): Promise<number> {
  return await countMessages(messages, tools.tokens, model);
}

async function dryRunLink(link: LoadedProgram["uses"][number], run: Run): Promise<DryRunEntry> {
  const { entry, child } = link;
  const about = { name: entry.name, path: child.path };
  if (entry.reads.length > 0) return { ...about, times: null, dry_run: null };
  const skipped = entry.when !== null && isEmpty(fillText(entry.when, run.values));
  const items = skipped ? [] : entry.each === null ? [null] : itemsOf(link, entry.each, run.values);
  if (items.length === 0) return { ...about, times: 0, dry_run: null };
  const input = childInput(link.entry, link.child.program.input, { ...run.values, item: items[0] });
  return {
    ...about,
    times: items.length,
    dry_run: await dryRunOf(shell(child, input, run.tree.tools, run.tree.options, run)),
  };
}

function shell(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  options: RunOptions,
  parent: Run | null = null,
): Run {
  const { program } = loaded;
  const schema = {
    input: tools.sketch(program.input.schema),
    output: tools.sketch(program.output.schema),
  };
  return {
    tree: {
      tools,
      options,
      concurrency: 1,
      media: parent?.tree.media ?? new Map(),
      limiters: new Map(),
      calls: new Map(),
      models: new Map(),
      runChild: () => Promise.reject(new Error("a dry run runs nothing")),
    },
    id: "",
    parent,
    loaded,
    input,
    signal: new AbortController().signal,
    budget: null,
    fresh: false,
    values: { input, uses: {}, schema },
    media: [],
    messages: [],
    output: null,
    emit() {},
  };
}
