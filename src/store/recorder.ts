import { writeJson } from "../core/json.ts";
import type { RunEvent, RunListener, Trace } from "../core/events.ts";
import { type AttemptRecord, NO_MODEL, type RunRecord } from "./runs.ts";
import type { Store } from "./store.ts";

export interface RecordOptions {
  /** Put on the outermost run. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The events that a recorder needs. */
export const RECORDED: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>([
  "run-start",
  "stage-end",
  "attempt-end",
  "tool-start",
  "tool-end",
  "run-end",
]);

/** A run as far as its events have told. */
interface Open {
  readonly start: Extract<RunEvent, { type: "run-start" }>;
  readonly attempts: (AttemptRecord & { readonly tools: string[] })[];
  /** Attempts that called tools in place of an answer. */
  readonly turns: Set<number>;
  inputOk: boolean;
  /** Milliseconds spent in what it uses and in its tools. */
  childMs: number;
  /** Tools that are being called, and since when any is; they may be called at the same time. */
  calling: number;
  callingSince: number;
}

/** Listens to runs and records each when it ends, children and failures included. */
export function createRecorder(store: Store, options: RecordOptions = {}): RunListener {
  const { tags = {} } = options;
  const open = new Map<string, Open>();
  return function record(event) {
    if (event.type === "run-start") {
      const nothing = { inputOk: false, childMs: 0, calling: 0, callingSince: 0 };
      open.set(event.run, { start: event, attempts: [], turns: new Set(), ...nothing });
    }
    const run = open.get(event.run);
    if (!run) return;
    if (event.type === "stage-end") {
      if (event.stage === "input") run.inputOk = true;
      if (event.stage === "uses") run.childMs += event.ms;
    } else if (event.type === "tool-start") {
      run.turns.add(event.attempt);
      run.attempts[event.attempt - 1]?.tools.push(event.tool);
      if (run.calling++ === 0) run.callingSince = event.at;
    } else if (event.type === "tool-end") {
      if (--run.calling === 0) run.childMs += event.at - run.callingSince;
    } else if (event.type === "attempt-end") {
      run.attempts.push({
        model: event.model,
        ms: event.latency_ms,
        promptTokens: event.usage?.prompt_tokens ?? null,
        completionTokens: event.usage?.completion_tokens ?? null,
        usd: event.cost_usd,
        error: event.error,
        edits: event.edits,
        cached: event.cached,
        tools: [],
      });
    } else if (event.type === "run-end") {
      open.delete(event.run);
      store.runs.append(toRecord(run, event, run.start.parent === null ? tags : {}));
    }
  };
}

/** Keeps the events of runs whole, so that a run can be shown again; without secrets. */
export function createEventKeeper({ events }: Store): Trace {
  return {
    wants: { payloads: true, deltas: false },
    listen: (event) => events.append(event.root, writeJson(event)),
  };
}

/** Codes of attempts that never gave an answer to hold against the contract. */
const NO_ANSWER = new Set(["RLLM_010", "RLLM_011", "RLLM_014", "RLLM_017", "RLLM_019", "RLLM_022"]);

function toRecord(
  run: Open,
  end: Extract<RunEvent, { type: "run-end" }>,
  tags: RunRecord["tags"],
): RunRecord {
  const { start, attempts, turns } = run;
  // The last of a run that found no end called tools too, which were not run.
  if (end.error?.error_code === "RLLM_024") turns.add(attempts.length);
  const answered = attempts.filter(
    ({ error }, index) => !turns.has(index + 1) && (error === null || !NO_ANSWER.has(error)),
  );
  return {
    id: start.run,
    parent: start.parent,
    path: start.path,
    name: start.name,
    version: start.version,
    model: modelOf(start.model, attempts),
    started: start.at,
    ms: Math.max(0, end.ms - run.childMs),
    ok: end.ok,
    error: end.error?.error_code ?? null,
    inputOk: run.inputOk,
    outputOk: answered.length === 0 ? null : answered.some((attempt) => attempt.error === null),
    tags,
    attempts,
  };
}

function modelOf(asked: string | null, [first]: readonly AttemptRecord[]): string {
  if (asked === null) return NO_MODEL;
  return asked === "recommended" ? (first?.model ?? asked) : asked;
}
