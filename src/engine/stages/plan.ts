import { inChild, ModullmError, toModullmError } from "../../core/error.ts";
import { childrenOf } from "../../library/children.ts";
import type { LoadedProgram } from "../../library/load.ts";
import type { Model } from "../../model/model.ts";
import { checkBlocks } from "../block-check.ts";
import { requireAbleModel, useAbleModels } from "../media-models.ts";
import type { Limits } from "../../program/limits.ts";
import { refuseUncounted } from "../priced-params.ts";
import { requirePrice } from "../call-estimate.ts";
import { requireModel, requirePermission } from "../permission.ts";
import type { Run, Tree } from "../state.ts";
import { isModelName, modelGuess } from "../../program/model-name.ts";
import { openTools } from "../tools/toolbox.ts";

/**
 * Looks ahead over the whole tree before anything is paid for: edges that can't fit, blocks that
 * can't run, credentials, local models, and budgets that can't be kept. The root does it for all; a
 * child finds it done, but for models that can't take what it is given.
 */
export async function plan(run: Run): Promise<void> {
  if (run.parent === null) await planRoot(run);
  if (run.media.length > 0 && run.loaded.program.collects === null) useAbleModels(run);
}

async function planRoot(run: Run): Promise<void> {
  if (childrenOf(run.loaded).length > 0 || run.loaded.program.collects !== null)
    for (const message of await proveEdges(run))
      run.emit({ type: "note", kind: "warning", message });
  const limits: Limits[] = [];
  for (let { budget } = run; budget; budget = budget.parent) limits.push(budget.limits);
  await planTree(run, run.loaded, { limits, usable: new Map(), planned: new Map() });
  if (run.budget === null) return;
  const least = { usd: 0, tokens: 0, calls: leastCalls(run.loaded, new Set()) };
  if (least.calls > run.budget.left().calls) throw run.budget.refusal(least);
}

/** @throws {ModullmError} where what one program gives can never fit the next */
async function proveEdges({ loaded, tree }: Run): Promise<readonly string[]> {
  const { proofs } = tree.tools;
  const known = proofs.warningsOf(loaded);
  if (known !== null) return known;
  const { refuseMisfits } = await import("../../program/edges.ts");
  const warnings = refuseMisfits(loaded);
  proofs.keep(loaded, warnings);
  return warnings;
}

interface Planning {
  /** Budgets that hold for the program, its own one left out. */
  readonly limits: readonly Limits[];
  /** What was found out of each choice of models: programs of a tree mostly share one. */
  readonly usable: Map<string, readonly Model[]>;
  /** What each program was looked at for: a tree may meet one many times. */
  readonly planned: Map<LoadedProgram, Set<keyof Limits>>;
}

async function planTree(run: Run, loaded: LoadedProgram, planning: Planning): Promise<void> {
  const { usable, planned } = planning;
  const own = loaded.program.budget;
  const limits = own ? [own, ...planning.limits] : planning.limits;
  const inDollars = limits.find(({ usd }) => usd !== undefined);
  const counted = inDollars ?? limits.find(({ tokens }) => tokens !== undefined);
  const kinds = planned.get(loaded);
  if (kinds && (!inDollars || kinds.has("usd")) && (!counted || kinds.has("tokens"))) return;
  planned.set(
    loaded,
    new Set([...(kinds ?? []), ...held("usd", inDollars), ...held("tokens", counted)]),
  );
  if (kinds === undefined) await planProgram(run, loaded, usable);
  if (counted) refuseUncounted(loaded, counted);
  const { catalog } = run.tree.tools;
  if (inDollars)
    for (const model of run.tree.models.get(loaded) ?? [])
      requirePrice(model.id, await catalog.facts(model.id), inDollars);
  for (const { name, child } of childrenOf(loaded)) {
    try {
      await planTree(run, child, { ...planning, limits });
    } catch (thrown) {
      throw inChild(toModullmError(thrown), { name, path: child.path });
    }
  }
}

/** Opens what tools come from, so that what isn't there is found before anything is paid. */
async function planTools(run: Run, loaded: LoadedProgram): Promise<void> {
  const { options, toolboxes } = run.tree;
  const isGiven = loaded === run.loaded && options.tools !== undefined;
  if (loaded.program.tools.length === 0 && !isGiven) return;
  toolboxes.set(loaded, await openTools(run, loaded));
}

function held(kind: keyof Limits, limits: Limits | undefined): readonly (keyof Limits)[] {
  return limits ? [kind] : [];
}

/** What holds for a program wherever it stands: its blocks, and the models it may use. */
async function planProgram(
  run: Run,
  loaded: LoadedProgram,
  usable: Planning["usable"],
): Promise<void> {
  const { tree } = run;
  const { blocks, takesMedia, name } = loaded.program;
  requirePermission(run, "run", name, { path: loaded.path });
  if (blocks.length > 0) await checkBlocks(loaded, run);
  await planTools(run, loaded);
  const trusted = tree.options.trustedPython === true;
  if (trusted && blocks.some(({ language }) => language === "python")) {
    const message = "Python blocks run outside any sandbox (--trusted-python)";
    run.emit({ type: "note", kind: "degraded", message });
  }
  const names = candidates(tree, loaded);
  const key = names.join("\n");
  const models = usable.get(key) ?? (await usableModels(run, names));
  usable.set(key, models);
  tree.models.set(loaded, models);
  if (takesMedia && loaded !== run.loaded) requireAbleModel(loaded, models);
}

/**
 * Calls that a run can't do without: one a program that asks a model, not counting what may be
 * skipped, kept from before, or shared.
 */
function leastCalls({ program, uses }: LoadedProgram, counted: Set<LoadedProgram>): number {
  let calls = program.collects === null && program.cacheMs === null ? 1 : 0;
  for (const { entry, child } of uses) {
    if (entry.when !== null || entry.each !== null || counted.has(child)) continue;
    counted.add(child);
    calls += leastCalls(child, counted);
  }
  return calls;
}

/**
 * Names of the models to try, in order. An override replaces the file's model and drops its
 * fallbacks; those of the run stay.
 */
function candidates(tree: Tree, { program }: LoadedProgram): readonly string[] {
  const { model, fallbacks = [] } = tree.options;
  if (program.model === null) return [];
  if (model === undefined) return [...new Set([program.model, ...program.fallbacks, ...fallbacks])];
  if (model !== "recommended") return [...new Set([model, ...fallbacks])];
  const wrong = program.recommendedModels.find((name) => !isModelName(name));
  if (wrong !== undefined)
    throw new ModullmError(
      "RLLM_002",
      `Cannot choose a model for "${program.name}": "${wrong}" of its recommended_models is ` +
        `no "provider/name".${modelGuess(wrong)}`,
      { details: { field: "recommended_models", value: wrong, path: program.source.path } },
    );
  if (program.recommendedModels.length > 0) return program.recommendedModels;
  throw new ModullmError(
    "RLLM_002",
    `Cannot choose a model for "${program.name}": it has no recommended_models`,
    {
      details: { field: "recommended_models", path: program.source.path },
      hint: "Add recommended_models to the file, or name a model with --model.",
    },
  );
}

/**
 * Those that could be called now; the first one's error when none could. What is passed over is
 * noted.
 */
async function usableModels(run: Run, names: readonly string[]): Promise<readonly Model[]> {
  const {
    tree: { tools },
    signal,
  } = run;
  const usable: Model[] = [];
  let first: ModullmError | null = null;
  for (const name of names) {
    try {
      const model = await tools.model(name);
      requireModel(run, model);
      await model.ready(signal, (note) => run.emit({ type: "note", ...note }));
      usable.push(model);
    } catch (thrown) {
      const error = toModullmError(thrown);
      if (signal.aborted || error.code === "RLLM_999") throw error;
      if (names.length > 1)
        run.emit({
          type: "note",
          kind: "fallback",
          message: `${name} is passed over: ${error.message}`,
        });
      first ??= error;
    }
  }
  if (usable.length === 0 && first) throw first;
  return usable;
}
