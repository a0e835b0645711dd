import type { RunEvent, Trace } from "../core/events.ts";
import { isObject } from "../core/json.ts";
import { type AttemptRecord, usageOf } from "../store/runs.ts";
import type { ChatTurn } from "../store/chats.ts";

type Counted = Pick<ChatTurn, "prompt_tokens" | "completion_tokens" | "cost_usd">;

/** Hears what a turn takes, and what of its answer has come. */
export interface TurnEar {
  readonly trace: Trace;
  /** The run, once there is one. */
  readonly run: string | null;
  /** The answer as far as it has come, without secrets. */
  readonly partial: string;
  counted(): Counted;
}

export function createEar(): TurnEar {
  const attempts: AttemptRecord[] = [];
  let [run, partial]: [string | null, string] = [null, ""];
  function listen(event: RunEvent): void {
    if (event.type === "attempt-end") attempts.push(attemptOf(event));
    if (event.run !== event.root) return;
    run = event.run;
    if (event.type === "model-delta") partial += event.text;
    else if (event.type === "attempt-start" || isRestart(event)) partial = "";
  }
  return {
    trace: { wants: { payloads: false, deltas: true }, listen },
    get run() {
      return run;
    },
    get partial() {
      return partial;
    },
    counted() {
      const { prompt, completion, usd } = usageOf({ attempts });
      return { prompt_tokens: prompt, completion_tokens: completion, cost_usd: usd };
    },
  };
}

/** Whether the text that was shown so far is void. */
export function isRestart(event: RunEvent): boolean {
  return event.type === "note" && isObject(event.data) && event.data["restart"] === true;
}

function attemptOf(event: Extract<RunEvent, { type: "attempt-end" }>): AttemptRecord {
  const { model, latency_ms: ms, usage, cost_usd: usd, error, edits, cached } = event;
  return {
    model,
    ms,
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    usd,
    error,
    edits,
    cached,
  };
}
