import { feedback } from "../../answer/feedback.ts";
import { readAnswer } from "../../answer/read.ts";
import { inChild, type ModullmError, toModullmError } from "../../core/error.ts";
import { type Json, type JsonObject, writeJson } from "../../core/json.ts";
import { unlessAborted } from "../../core/waiting.ts";
import type { ToolCall, ToolResult } from "../../model/tool.ts";
import { withNamedFiles } from "../media-text.ts";
import { requirePermission } from "../permission.ts";
import type { Scope } from "../scope.ts";
import { cancellation, type Run } from "../state.ts";
import { HOST } from "./host.ts";
import type { Tool } from "./tool.ts";

/** Characters of arguments that are read. */
export const MOST_ARGUMENTS = 1_000_000;

/** A call that was held against its tool's contract. */
export type Checked =
  | { readonly ok: true; readonly tool: Tool; readonly input: JsonObject }
  | { readonly ok: false; readonly reason: string };

/**
 * Whether a call can be made. Arguments are read as answers are at `safe`: what their contract says
 * they are, as long as nothing is lost.
 * @param tools those that were offered, by name
 */
export function checkCall(
  call: ToolCall,
  tools: ReadonlyMap<string, Tool>,
  { cut }: { readonly cut: boolean },
): Checked {
  const tool = tools.get(call.name);
  if (!tool) {
    const names = [...tools.keys()].join(", ");
    return {
      ok: false,
      reason: `There is no tool "${call.name.slice(0, 100)}". There are: ${names}`,
    };
  }
  const { length } = call.arguments;
  if (length > MOST_ARGUMENTS)
    return {
      ok: false,
      reason: `The arguments have ${length} characters, but at most ${MOST_ARGUMENTS} are read`,
    };
  // A tool that takes nothing is mostly called with nothing.
  const text = call.arguments.trim() === "" ? "{}" : call.arguments;
  const reading = readAnswer(text, tool.contract, { root: "object", repair: "safe", cut });
  if (reading.ok) return { ok: true, tool, input: reading.value as JsonObject };
  const reasons = feedback(reading, tool.contract, { what: "the arguments" });
  return { ok: false, reason: `The call was not made. What was wrong:\n${reasons}` };
}

/** What came of a call, for the model and for those who watch. */
export interface Made extends ToolResult {
  /** The code that it failed with; null where it has none, or didn't fail. */
  readonly code: string | null;
}

/**
 * Makes one call. A tool that fails gives a failed result.
 * @param scope ends when another call of the turn ends the run
 * @throws {ModullmError} what ends the run: RLLM_020 of a budget that holds for it too, RLLM_022
 * when it is cancelled, RLLM_999
 */
export async function makeCall(
  run: Run,
  { tool, input }: Extract<Checked, { ok: true }>,
  scope: Scope,
): Promise<Made> {
  if (scope.signal.aborted) throw cancellation(scope.signal);
  try {
    requirePermission(run, "call-tool", tool.name, { kind: "tool", origin: tool.origin });
    const result = await perform(run, tool, input, scope);
    return result.failed && tool.origin === HOST
      ? { ...result, content: withoutSecrets(run, result.content), code: null }
      : { ...result, code: null };
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (endsRun(run, error, scope)) throw placed(error, tool);
    const content = `The call failed with ${error.code}: ${withoutSecrets(run, error.message)}`;
    return { content, failed: true, code: error.code };
  }
}

async function perform(
  run: Run,
  { name, does }: Tool,
  input: JsonObject,
  scope: Scope,
): Promise<ToolResult> {
  if ("program" in does) {
    const place = { parent: run, entry: name, item: null, fresh: run.fresh, scope };
    const { takesMedia, input: contract } = does.program.program;
    const given = takesMedia ? withNamedFiles(run, contract.schema, input) : input;
    const { output } = await run.tree.runChild(does.program, given, place);
    return { content: writeJson(output), value: output, failed: false };
  }
  const { principal, signal } = scope;
  const called = does.foreign.call(input, { principal, signal, run: run.id });
  return await unlessAborted(called, signal, cancellation);
}

function endsRun(run: Run, { code, details }: ModullmError, scope: Scope): boolean {
  if (scope.signal.aborted || code === "RLLM_999") return true;
  if (code !== "RLLM_020") return false;
  // A budget of the tool's own is its own failure.
  for (let budget = run.budget; budget; budget = budget.parent)
    if (budget.limits === details["limit"]) return true;
  return false;
}

function placed(error: ModullmError, { name, does }: Tool): ModullmError {
  return "program" in does ? inChild(error, { name, path: does.program.path }) : error;
}

function withoutSecrets(run: Run, text: string): string {
  return run.tree.tools.redactor?.text(text) ?? text;
}

/** Arguments as those who watch see them: as JSON where they are. */
export function shownArguments(call: ToolCall, checked: Checked): Json {
  if (checked.ok) return checked.input;
  return call.arguments.length > MOST_SHOWN ? call.arguments.slice(0, MOST_SHOWN) : call.arguments;
}

const MOST_SHOWN = 10_000;
