import { toModullmError } from "../../core/error.ts";
import type { ToolCall, ToolResult } from "../../model/tool.ts";
import type { Scope } from "../scope.ts";
import type { Run } from "../state.ts";
import { type Checked, type Made, makeCall, shownArguments } from "./call.ts";
import type { Shown } from "./results.ts";
import type { Tool } from "./tool.ts";

/** One call of a turn. */
export interface Asked {
  readonly call: ToolCall;
  readonly checked: Checked;
  /** Equal calls have the same. */
  readonly key: string;
}

/** What a call is answered with. */
export interface Answer extends Shown {
  readonly result: Made;
  /** Whether it is what an equal call of another turn gave. */
  readonly repeated: boolean;
}

export interface Calling {
  readonly attempt: number;
  /** What an equal call gave in another turn, where it is not made again. */
  known(key: string): Made | null;
  /** Whether a tool may be called once more; counts the call. Asked in the order of the calls. */
  isAllowed(tool: Tool): boolean;
  show(call: ToolCall, result: ToolResult): Shown;
}

/**
 * Makes the calls of one turn, at most `concurrency` at a time, and equal ones once. What ends the
 * run ends those that are still under way, and they are waited for.
 * @returns the answers in the order of the calls
 * @throws {ModullmError} the first in time of what ends the run
 */
export async function makeCalls(
  run: Run,
  asked: readonly Asked[],
  calling: Calling,
): Promise<readonly Answer[]> {
  const scope = run.scope.within({ name: run.loaded.program.name });
  const turn: TurnOfCalls = { run, calling, scope, making: new Map() };
  const answers: Answer[] = [];
  const failures: unknown[] = [];
  let next = 0;
  async function work(): Promise<void> {
    try {
      for (let index = next++; failures.length === 0; index = next++) {
        const each = asked[index];
        if (!each) return;
        answers[index] = await answerCall(turn, each);
      }
    } catch (thrown) {
      failures.push(thrown);
      scope.end(thrown);
    }
  }
  await Promise.all(Array.from({ length: Math.min(run.tree.concurrency, asked.length) }, work));
  scope.end();
  if (failures.length > 0) throw failures[0];
  return answers;
}

interface TurnOfCalls {
  readonly run: Run;
  readonly calling: Calling;
  readonly scope: Scope;
  /** What each call of this turn comes to, by key. */
  readonly making: Map<string, Promise<Made>>;
}

async function answerCall(turn: TurnOfCalls, { call, checked, key }: Asked): Promise<Answer> {
  const { run, calling, making } = turn;
  const { clock } = run.tree.tools;
  const { id, name: tool } = call;
  const known = calling.known(key);
  const origin = checked.ok ? checked.tool.origin : "";
  const start = clock.ticks();
  run.emit({ type: "tool-start", call: id, tool, origin, attempt: calling.attempt });
  const ended = { type: "tool-end", call: id, tool } as const;
  try {
    const result = known ?? (await (making.get(key) ?? begin(turn, { call, checked, key })));
    const { text, shown } = calling.show(call, result);
    const { content, failed } = result;
    if (run.tree.feeds.payloads) {
      const given = shownArguments(call, checked);
      run.emit({ type: "tool", call: id, tool, arguments: given, result: content, failed });
    }
    const why = failed ? { error: result.code, reason: content.slice(0, REASON) } : FINE;
    const sizes = { characters: content.length, shown };
    run.emit({ ...ended, ok: !failed, ...why, ms: clock.ticks() - start, ...sizes });
    return { result, text, shown, repeated: known !== null };
  } catch (thrown) {
    const { code: error, message: reason } = toModullmError(thrown);
    const ms = clock.ticks() - start;
    run.emit({ ...ended, ok: false, error, reason, ms, characters: 0, shown: 0 });
    throw thrown;
  }
}

const FINE = { error: null, reason: null };
/** Characters of a failure that events tell. */
const REASON = 1000;

function begin({ run, calling, scope, making }: TurnOfCalls, asked: Asked): Promise<Made> {
  const { checked, key } = asked;
  const refusal = refusalOf(checked, calling);
  const made =
    refusal === null && checked.ok
      ? makeCall(run, checked, scope)
      : Promise.resolve({ content: refusal ?? "", failed: true, code: null });
  making.set(key, made);
  return made;
}

function refusalOf(checked: Checked, calling: Calling): string | null {
  if (!checked.ok) return checked.reason;
  const { tool } = checked;
  if (calling.isAllowed(tool)) return null;
  const times = tool.most === 1 ? "once" : `${tool.most} times`;
  return `"${tool.name}" may be called ${times} in a run, and has been: go on with what you know`;
}
