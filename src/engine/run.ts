import { errorPayload, type ModullmError, toModullmError, withHint } from "../core/error.ts";
import type { StageName } from "../core/events.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { EngineTools, RunOptions, RunResult } from "./engine.ts";
import { requirePermission } from "./permission.ts";
import type { Scope } from "./scope.ts";
import { runPost, runPre } from "./stages/blocks.ts";
import { takeInput } from "./stages/input.ts";
import { callModel } from "./stages/model.ts";
import { collectOutput } from "./stages/output.ts";
import { plan } from "./stages/plan.ts";
import { renderMessages } from "./stages/render.ts";
import { runUses } from "./stages/uses.ts";
import { checkWindow } from "./stages/window.ts";
import { cancellation, type ChildPlace, conversationOf, type Run, type Tree } from "./state.ts";
import { createRun, createTree } from "./tree.ts";
import { type Stage, walk } from "./walk.ts";

const STAGE_LIST: readonly (readonly [StageName, Stage])[] = [
  ["input", takeInput],
  ["plan", plan],
  ["uses", runUses],
  ["pre", runPre],
  ["render", renderMessages],
  ["window", checkWindow],
  ["model", callModel],
  ["output", collectOutput],
  ["post", runPost],
];

/**
 * Runs a program and what it uses.
 * @param scope who asks, and what it shares with other runs; not ended here
 * @throws {ModullmError} any code of the table; a child's error carries `details.chain`
 */
export async function runProgram(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  scope: Scope,
  options: RunOptions = {},
): Promise<RunResult> {
  const id = tools.newId();
  const tree = createTree({ id, loaded, input, tools, scope, options }, (child, given, place) =>
    runIn(tree, child, given, place),
  );
  try {
    return await runIn(tree, loaded, input, null);
  } catch (thrown) {
    throw withKept(toModullmError(thrown), await tree.paid.keep());
  }
}

/** What was paid for is not lost with a run that ended early; the hint says so. */
function withKept(error: ModullmError, kept: number): ModullmError {
  if (kept === 0) return error;
  const answers = kept === 1 ? "1 answer" : `${kept} answers`;
  return withHint(
    error,
    `${error.hint} ${answers} of finished children are kept for an hour: the same run uses ` +
      "them, once; --fresh asks anew.",
  );
}

/** One node of the tree: the loop over the stages. */
async function runIn(
  tree: Tree,
  loaded: LoadedProgram,
  input: unknown,
  place: ChildPlace | null,
): Promise<RunResult> {
  const { clock } = tree.tools;
  const run = createRun(tree, loaded, input, place);
  const start = clock.ticks();
  const { name, version, source } = loaded.program;
  run.emit({
    type: "run-start",
    parent: place?.parent.id ?? run.scope.parent?.run ?? null,
    entry: place?.entry ?? run.scope.parent?.entry ?? null,
    item: place?.item ?? null,
    path: source.path,
    name,
    version,
    model: loaded.program.model === null ? null : (tree.options.model ?? loaded.program.model),
  });
  try {
    requirePermission(run, "run", name, { path: loaded.path });
    await walk(run, STAGE_LIST);
    const { output } = run;
    if (output === undefined) throw new Error("the stages ended without an output");
    if (run.answer && place !== null) tree.paid.add(run.answer);
    if (tree.feeds.payloads) run.emit({ type: "value", of: "output", value: output });
    run.emit({ type: "run-end", ok: true, error: null, ms: clock.ticks() - start });
    return { run: run.id, output, conversation: saidIn(run) };
  } catch (thrown) {
    const error = run.signal.aborted ? cancellation(run.signal) : toModullmError(thrown);
    run.emit({ type: "run-end", ok: false, error: errorPayload(error), ms: clock.ticks() - start });
    throw error;
  } finally {
    run.release();
  }
}

function saidIn(run: Run): RunResult["conversation"] {
  if (conversationOf(run) === null) return null;
  const { system, messages } = run;
  return { system, messages: messages.filter(({ role }) => role !== "system") };
}
