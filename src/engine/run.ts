import { errorPayload, toModullmError } from "../core/error.ts";
import type { StageName } from "../core/events.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { EngineTools, RunOptions, RunResult } from "./engine.ts";
import { checkInput } from "./stages/input.ts";
import { callModel } from "./stages/model.ts";
import { plan } from "./stages/plan.ts";
import { renderMessages } from "./stages/render.ts";
import { runUses } from "./stages/uses.ts";
import { checkWindow } from "./stages/window.ts";
import { cancellation, type ChildPlace, type Run, throwIfCancelled, type Tree } from "./state.ts";

type Stage = (run: Run) => void | Promise<void>;

const STAGE_LIST: readonly (readonly [StageName, Stage])[] = [
  ["input", checkInput],
  ["plan", plan],
  ["uses", runUses],
  ["render", renderMessages],
  ["window", checkWindow],
  ["model", callModel],
];

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
    signal: options.signal ?? new AbortController().signal,
    models: new Map(),
    runChild: (child, childInput, place) => runIn(tree, child, childInput, place),
  };
  return await runIn(tree, loaded, input, null);
}

/** One node of the tree: the loop over the stages. */
async function runIn(tree: Tree, loaded: LoadedProgram, input: unknown, place: ChildPlace | null): Promise<RunResult> {
  const { clock } = tree.tools;
  const run = createRun(tree, loaded, input, place?.parent ?? null);
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
      throwIfCancelled(tree.signal);
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
    const error = tree.signal.aborted ? cancellation(tree.signal) : toModullmError(thrown);
    run.emit({ type: "run-end", ok: false, error: errorPayload(error), ms: clock.ticks() - start });
    throw error;
  }
}

function createRun(tree: Tree, loaded: LoadedProgram, input: unknown, parent: Run | null): Run {
  const { tools, options } = tree;
  const id = tools.newId();
  const { listener } = options;
  const { program } = loaded;
  const schema = {
    get input() {
      return tools.sketch(program.input.schema);
    },
    get output() {
      return tools.sketch(program.output.schema);
    },
  };
  return {
    tree,
    id,
    parent,
    loaded,
    input,
    values: { input, uses: {}, schema },
    messages: [],
    output: null,
    emit(event) {
      listener?.({ ...event, run: id, at: tools.clock.now() });
    },
  };
}
