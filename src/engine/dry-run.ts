import { cost } from "../core/cost.ts";
import { toModullmError } from "../core/error.ts";
import type { StageName } from "../core/events.ts";
import type { LoadedProgram } from "../library/load.ts";
import { childInput } from "../program/child-input.ts";
import { fillText } from "../program/uses.ts";
import { innermost } from "./budget.ts";
import type { DryRun, DryRunEntry, DryRunReport } from "./dry-run-report.ts";
import type { EngineTools, RunOptions } from "./engine.ts";
import { countSent } from "./message-tokens.ts";
import { answersOf, refuseUncounted } from "./priced-params.ts";
import { completionLimit, modelName } from "./prompt-tokens.ts";
import type { Scope } from "./scope.ts";
import { shownMessage } from "./shown-message.ts";
import { spendLeast } from "./spending.ts";
import { takeInput } from "./stages/input.ts";
import { blockOf, runPre } from "./stages/blocks.ts";
import { checkBlocks } from "./block-check.ts";
import { collectOutput } from "./stages/output.ts";
import { renderMessages } from "./stages/render.ts";
import { isEmpty, itemsOf } from "./stages/uses.ts";
import { checkWindow } from "./stages/window.ts";
import type { ChildPlace, Run } from "./state.ts";
import { createRun, createTree } from "./tree.ts";
import { knownTools, offersOf, toolsOf } from "./tools/toolbox.ts";
import { type Stage, walk } from "./walk.ts";

const UNKNOWN_USES =
  "Outputs of `uses` are not known yet: their places in the prompt are left empty";
const UNKNOWN_OUTPUT = "Outputs of `uses` are not known yet, and so the output is not";
const POST_NOT_RUN = "The post block is not run here: what it adds is not shown";
const PRE_NOT_RUN = "The pre block is not run here: the places of what it gives are left empty";
const USES_SHOWN = "What it uses is shown where the program stands first";

/**
 * The request that a run would send first, without sending it, or the output of a program that
 * sends none: the stages of a run, but for those
 * that call something. A program that stands in the tree more than once is shown with what it uses
 * the first time only, so that the report grows with the programs, not with the runs.
 * @throws {ModullmError} RLLM_004, RLLM_005, RLLM_008, RLLM_009, RLLM_012 or RLLM_016, as the run
 * would
 */
export async function dryRun(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  scope: Scope,
  options: RunOptions = {},
): Promise<DryRunReport> {
  const root = { id: "dry-run", loaded, input, tools, scope, options };
  const tree = createTree(root, () => Promise.reject(new Error("a dry run runs nothing")));
  const look: Look = { known: new Set(), refusal: null };
  const run = createRun(tree, loaded, input, null);
  const report = await lookAt(run, look).finally(() => run.release());
  const limit = innermost(run.budget, ["usd", "tokens", "calls", "ms"])?.limits ?? null;
  return { ...report, budget: limit && { limit, refused: look.refusal } };
}

/** What the programs of one dry run share. */
interface Look {
  /** Programs that were shown with what they use. */
  readonly known: Set<LoadedProgram>;
  /** The first refusal of a budget. */
  refusal: string | null;
}

/** @param times how often it would be called with a request like this */
async function lookAt(run: Run, look: Look, times = 1): Promise<DryRun> {
  const { loaded, tree } = run;
  const { program } = loaded;
  const shownBefore = look.known.has(loaded);
  look.known.add(loaded);
  let uses: readonly DryRunEntry[] = [];
  const skipsPre = program.uses.length > 0 || tree.options.trustedPython === true;
  const isUnknown = program.uses.length > 0 || (skipsPre && blockOf(run, "pre") !== undefined);
  let unknown: readonly string[] = [];
  const stages: readonly (readonly [StageName, Stage])[] = [
    ["input", takeInput],
    [
      "plan",
      async () => {
        await checkBlocks(loaded, run);
        unknown = await offerKnown(run);
      },
    ],
    [
      "uses",
      async () => {
        if (!shownBefore) uses = await lookAtUses(run, look);
      },
    ],
    // What it would do without a sandbox, or what it would make of outputs that are not there, is
    // not for a dry run.
    ["pre", skipsPre ? () => {} : runPre],
    ["render", renderMessages],
    ["window", checkWindow],
    ["output", isUnknown ? () => {} : collectOutput],
  ];
  await walk(run, stages);
  const about = { program: program.name, path: loaded.path };
  const notes = [
    ...(program.uses.length > 0 ? [program.collects ? UNKNOWN_OUTPUT : UNKNOWN_USES] : []),
    ...(program.uses.length > 0 && shownBefore ? [USES_SHOWN] : []),
    ...(blockOf(run, "pre") && skipsPre ? [PRE_NOT_RUN] : []),
    ...(program.collects && blockOf(run, "post") ? [POST_NOT_RUN] : []),
    ...unknown,
  ];
  const tools = toolsOf(run).map(({ name, origin, most }) => ({
    name,
    path: origin.replace(/^program:/, ""),
    max_calls: most,
  }));
  const model = modelName(loaded, tree.options);
  if (model === null)
    return { ...about, ...NOTHING_ASKED, output: run.output ?? null, uses, tools, notes };
  look.refusal ??= await refusalOf(run, model, times);
  const asked = await askedBy(run, model);
  return { ...about, ...asked, uses, tools, notes: [...notes, ...asked.notes] };
}

/** Of a program that asks no model. */
const NOTHING_ASKED = {
  request: null,
  prompt_tokens: 0,
  max_completion_tokens: 0,
  cost_usd: { prompt: 0, at_most: 0 },
} as const;

/** What would be sent to the model, and what that takes. */
async function askedBy(
  run: Run,
  model: string,
): Promise<Pick<DryRun, keyof typeof NOTHING_ASKED | "notes">> {
  const { catalog, tokens } = run.tree.tools;
  const { params } = run.loaded.program;
  const sent = { messages: run.messages, tools: offersOf(run) };
  const prompt = await countSent(sent, tokens, model);
  const maxTokens = completionLimit(run.loaded);
  const facts = await catalog.facts(model);
  const near = facts === null ? await catalog.near?.(model) : null;
  const costOf = (completion: number): number | null =>
    cost(facts, { prompt_tokens: prompt, completion_tokens: completion });
  return {
    request: {
      model,
      messages: run.messages.map(shownMessage),
      params,
      ...(sent.tools === null
        ? {}
        : { tools: { offers: sent.tools.offers, choice: sent.tools.choice } }),
    },
    prompt_tokens: prompt,
    max_completion_tokens: maxTokens,
    cost_usd: {
      prompt: costOf(0),
      at_most: maxTokens === null ? null : costOf(maxTokens * answersOf(params)),
    },
    notes: near ? [`"${model}" is not in the table of models. Did you mean "${near}"?`] : [],
  };
}

/** Nothing is started for a look. @returns what can't be known without */
async function offerKnown(run: Run): Promise<readonly string[]> {
  const { loaded, tree } = run;
  if (loaded.program.tools.every(({ from }) => from.kind === "program")) return [];
  const { tools, unknown } = await knownTools(run);
  if (tools.length > 0) tree.toolboxes.set(loaded, tools);
  return unknown;
}

/** One after the other: which of equal programs comes first must not depend on timing. */
async function lookAtUses(run: Run, look: Look): Promise<readonly DryRunEntry[]> {
  const entries: DryRunEntry[] = [];
  for (const link of run.loaded.uses) entries.push(await lookAtLink(run, link, look));
  return entries;
}

async function lookAtLink(
  run: Run,
  link: LoadedProgram["uses"][number],
  look: Look,
): Promise<DryRunEntry> {
  const { entry, child } = link;
  const about = { name: entry.name, path: child.path };
  if (entry.reads.length > 0) return { ...about, times: null, dry_run: null };
  const skipped = entry.when !== null && isEmpty(fillText(entry.when, run.values));
  const items = skipped ? [] : entry.each === null ? [null] : itemsOf(link, entry.each, run.values);
  if (items.length === 0) return { ...about, times: 0, dry_run: null };
  const input = childInput(entry, child.program.input, { ...run.values, item: items[0] });
  const place: ChildPlace = {
    parent: run,
    entry: entry.name,
    item: null,
    fresh: false,
    scope: run.scope,
  };
  const childRun = createRun(run.tree, child, input, place);
  const shown = await lookAt(childRun, look, items.length).finally(() => childRun.release());
  return { ...about, times: items.length, dry_run: shown };
}

/** Why a budget would refuse the calls, in words; null where it would not. */
async function refusalOf(run: Run, model: string, times: number): Promise<string | null> {
  if (run.budget === null) return null;
  const counted = innermost(run.budget, ["usd"]) ?? innermost(run.budget, ["tokens"]);
  try {
    if (counted) refuseUncounted(run.loaded, counted.limits);
    await spendLeast(run, model, times);
    return null;
  } catch (thrown) {
    return toModullmError(thrown).message;
  }
}
