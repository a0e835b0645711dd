import { errorPayload, toModullmError } from "../core/error.ts";
import type { StageName } from "../core/events.ts";
import type { LoadedProgram } from "../library/load.ts";
import { type Budget, createBudget, type Limits, timeIsUp } from "./budget.ts";
import type { EngineTools, RunOptions, RunResult } from "./engine.ts";
import { blockOf, runPost, runPre } from "./stages/blocks.ts";
import { takeInput } from "./stages/input.ts";
import { callModel } from "./stages/model.ts";
import { plan } from "./stages/plan.ts";
import { renderMessages } from "./stages/render.ts";
import { runUses } from "./stages/uses.ts";
import { checkWindow } from "./stages/window.ts";
import {
  cancellation,
  type ChildPlace,
  createScope,
  type Run,
  throwIfCancelled,
  type Tree,
} from "./state.ts";

type Stage = (run: Run) => void | Promise<void>;

/** `pre` and `post` are passed over where the program has no such block. */
const STAGE_LIST: readonly (readonly [StageName, Stage])[] = [
  ["input", takeInput],
  ["plan", plan],
  ["uses", runUses],
  ["pre", runPre],
  ["render", renderMessages],
  ["window", checkWindow],
  ["model", callModel],
  ["post", runPost],
];

const DEFAULT_CONCURRENCY = 4;

/**
 * Runs a program and what it uses.
 * @throws {ModullmError} any code of the table; a child's error carries `details.chain`
 */
export async function runProgram(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  options: RunOptions = {},
): Promise<RunResult> {
  const tree: Tree = {
    tools,
    options,
    models: new Map(),
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    limiters: new Map(),
    calls: new Map(),
    media: new Map(),
    runChild: (child, childInput, place) => runIn(tree, child, childInput, place),
  };
  return await runIn(tree, loaded, input, null);
}

/** One node of the tree: the loop over the stages. */
async function runIn(
  tree: Tree,
  loaded: LoadedProgram,
  input: unknown,
  place: ChildPlace | null,
): Promise<RunResult> {
  const { clock } = tree.tools;
  const { run, release } = createRun(tree, loaded, input, place);
  const start = clock.ticks();
  const { name, version, source } = loaded.program;
  run.emit({
    type: "run-start",
    parent: place?.parent.id ?? null,
    entry: place?.entry ?? null,
    item: place?.item ?? null,
    path: source.path,
    name,
    version,
    model: tree.options.model ?? loaded.program.model,
  });
  try {
    for (const [stage, step] of STAGE_LIST) {
      if ((stage === "pre" || stage === "post") && !blockOf(run, stage)) continue;
      throwIfCancelled(run.signal);
      const stageStart = clock.ticks();
      run.emit({ type: "stage-start", stage });
      const pending = step(run);
      if (pending) await pending;
      run.emit({ type: "stage-end", stage, ms: clock.ticks() - stageStart });
    }
    if (run.output === null) throw new Error("the stages ended without an output");
    run.emit({ type: "run-end", ok: true, error: null, ms: clock.ticks() - start });
    return { run: run.id, output: run.output };
  } catch (thrown) {
    const error = run.signal.aborted ? cancellation(run.signal) : toModullmError(thrown);
    run.emit({ type: "run-end", ok: false, error: errorPayload(error), ms: clock.ticks() - start });
    throw error;
  } finally {
    release();
  }
}

function createRun(
  tree: Tree,
  loaded: LoadedProgram,
  input: unknown,
  place: ChildPlace | null,
): { run: Run; release: () => void } {
  const { tools, options } = tree;
  const { program } = loaded;
  const id = tools.newId();
  const outer = place?.signal ?? options.signal ?? NEVER;
  const { budget, signal, release } = withLimits(tree, loaded, place, outer);
  const schema = {
    get input() {
      return tools.sketch(program.input.schema);
    },
    get output() {
      return tools.sketch(program.output.schema);
    },
  };
  const run: Run = {
    tree,
    id,
    parent: place?.parent ?? null,
    loaded,
    input,
    signal,
    budget,
    fresh: place?.fresh ?? false,
    values: { input, uses: {}, schema },
    media: [],
    messages: [],
    output: null,
    emit(event) {
      options.listener?.({ ...event, run: id, at: tools.clock.now() });
    },
  };
  return { run, release };
}

/** A signal for runs that nobody can cancel; never aborted, so sharing it is safe. */
const NEVER = new AbortController().signal;

interface Limited {
  readonly budget: Budget | null;
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/**
 * The budgets that begin with this run: the caller's around the outermost one, and the file's own
 * within.
 */
function withLimits(
  tree: Tree,
  { program }: LoadedProgram,
  place: ChildPlace | null,
  outer: AbortSignal,
): Limited {
  const own: [Limits, string][] = [];
  if (place === null && tree.options.budget) own.push([tree.options.budget, "the whole run"]);
  if (program.budget) own.push([program.budget, `"${program.name}"`]);
  if (own.length === 0)
    return { budget: place?.parent.budget ?? null, signal: outer, release: () => {} };
  const scope = createScope(outer);
  const timers = own.flatMap(([limits, name]) =>
    limits.ms === undefined
      ? []
      : [tree.tools.clock.after(limits.ms, () => scope.abort(timeIsUp(limits, name)))],
  );
  const budget = own.reduce<Budget | null>(
    (parent, [limits, name]) => createBudget(limits, name, parent),
    place?.parent.budget ?? null,
  );
  function release(): void {
    for (const stop of timers) stop();
    scope.release();
  }
  return { budget, signal: scope.signal, release };
}
